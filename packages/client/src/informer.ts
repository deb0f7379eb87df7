/** A cached, indexed view of one resource that follows every change. */
import { type GroupVersionResource, type KubeObject, objectKey } from '@towtank/apimachinery';
import { IndexedStore, type IndexValues } from './indexed-store.ts';
import type { ReflectorConsumer } from './reflector.ts';

/** What a handler is told. Objects are frozen and shared: clone before changing. */
export interface InformerHandler<T extends KubeObject> {
  added?(object: T): void;
  /** Both are states of the same object: a replaced object (another uid) is told as deleted and added. */
  updated?(old: T, object: T): void;
  /** `object` is the last state known. */
  deleted?(object: T): void;
}

/** Ends a registration. */
export type RemoveHandler = () => void;

/** What informers do with what goes wrong. */
export interface InformerOptions {
  readonly gvr: GroupVersionResource;
  /** A handler has thrown. */
  handlerFailed(error: unknown): void;
  /** A request or watch has failed; it is retried. */
  watchFailed(error: unknown): void;
}

/** A shared view of one resource. Handlers run in revision order, right after the cache has changed. */
export class Informer<T extends KubeObject = KubeObject> {
  readonly gvr: GroupVersionResource;
  readonly #store = new IndexedStore<T>();
  readonly #handlers = new Set<InformerHandler<T>>();
  readonly #options: InformerOptions;
  #synced = false;

  constructor(options: InformerOptions) {
    this.gvr = options.gvr;
    this.#options = options;
  }

  /** Whether the first list has arrived. */
  get hasSynced(): boolean {
    return this.#synced;
  }

  /** Registers a handler; what is already cached is told to it as added, before this returns. */
  addHandler(handler: InformerHandler<T>): RemoveHandler {
    this.#handlers.add(handler);
    for (const object of this.#store.list()) this.#tell(() => handler.added?.(object));
    return () => void this.#handlers.delete(handler);
  }

  /** Adds an index: each object is found under every value given for it. */
  addIndex(name: string, values: IndexValues<T>): void {
    this.#store.addIndex(name, values);
  }

  /** The object with this key: `namespace/name`, or `name` for cluster-scoped resources. */
  get(key: string): T | undefined {
    return this.#store.get(key);
  }

  list(): T[] {
    return this.#store.list();
  }

  inNamespace(namespace: string): T[] {
    return this.#store.inNamespace(namespace);
  }

  byIndex(name: string, value: string): T[] {
    return this.#store.byIndex(name, value);
  }

  /** The side of the informer that its reflector feeds. */
  readonly consumer: ReflectorConsumer<T> = {
    replace: (items) => this.#replace(items),
    set: (object) => this.#set(object),
    remove: (object) => this.#remove(objectKey(object), object),
    failed: (error) => this.#options.watchFailed(error),
  };

  #replace(items: readonly T[]): void {
    const keys = new Set(items.map(objectKey));
    for (const key of [...this.#store.keys()]) if (!keys.has(key)) this.#remove(key);
    for (const item of items) this.#set(item);
    this.#synced = true;
  }

  #set(object: T): void {
    const known = this.#store.get(objectKey(object));
    if (known?.metadata.resourceVersion === object.metadata.resourceVersion && known !== undefined) return;
    if (known !== undefined && known.metadata.uid !== object.metadata.uid) this.#remove(objectKey(object));
    const old = this.#store.set(object);
    for (const handler of this.#handlers)
      this.#tell(() => (old === undefined ? handler.added?.(object) : handler.updated?.(old, object)));
  }

  #remove(key: string, last?: T): void {
    const old = this.#store.delete(key);
    if (old === undefined) return;
    for (const handler of this.#handlers) this.#tell(() => handler.deleted?.(last ?? old));
  }

  #tell(call: () => void): void {
    try {
      call();
    } catch (error) {
      this.#options.handlerFailed(error);
    }
  }
}
