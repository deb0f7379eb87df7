/** The seam between the registry and the state of the cluster. */
import type { KubeObject } from '@towtank/apimachinery';
import type { StoredObject } from './stored-object.ts';

/** What went wrong in a store. */
export type StorageErrorCode = 'KeyNotFound' | 'KeyExists' | 'Conflict' | 'Expired' | 'FutureRevision';

/** A store's refusal; the registry turns it into the API's error. */
export class StorageError extends Error {
  override readonly name = 'StorageError';
  readonly code: StorageErrorCode;
  /** The store's revision when it refused. */
  readonly revision: number;

  constructor(code: StorageErrorCode, revision: number) {
    super(code);
    this.code = code;
    this.revision = revision;
  }
}

/** A change of one object. For DELETED, `stored` is the last state with the revision of the deletion. */
export interface StorageEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly stored: StoredObject;
  readonly previous: StoredObject | undefined;
}

/** A consistent read of a part of a resource. */
export interface StorageList {
  readonly items: readonly StoredObject[];
  /** The revision at which the read is true. */
  readonly revision: number;
}

/** What part of a resource to read or watch. */
export interface StorageScope {
  /** Only this namespace; undefined for all. */
  readonly namespace?: string | undefined;
}

/** Takes events, in revision order, each once. */
export interface StorageWatcher {
  event(event: StorageEvent): void;
  /** The store has moved to this revision without an event for the watcher's scope. */
  progress?(revision: number): void;
}

/**
 * Keys to objects, with one revision counter over all resources. A `prefix` names a resource (`pods`,
 * `apps/deployments`), a `key` an object in it (`namespace/name`). Asynchronous so that a distributed store fits.
 */
export interface Storage {
  /** The newest revision. */
  readonly revision: number;
  get(prefix: string, key: string): Promise<StoredObject | undefined>;
  /** The same from what this process holds: what admission goes by, as by the informers of the real server. */
  peek(prefix: string, key: string): StoredObject | undefined;
  /** All objects of a scope, in the order of their keys, from what this process holds. */
  peekAll(prefix: string, scope: StorageScope): readonly StoredObject[];
  /** The state now, or at an earlier revision. Throws Expired when the history does not reach back that far. */
  list(prefix: string, scope: StorageScope, atRevision?: number): Promise<StorageList>;
  /** Stores a new object and stamps its resourceVersion. Throws KeyExists. The object is frozen. */
  create(prefix: string, key: string, object: KubeObject): Promise<StoredObject>;
  /** Replaces `expected`. Throws KeyNotFound, or Conflict when the stored revision is another one. */
  update(prefix: string, key: string, expected: StoredObject, object: KubeObject): Promise<StoredObject>;
  /** Removes `expected`; `final` is the state that watchers see as the last one. */
  delete(prefix: string, key: string, expected: StoredObject, final?: KubeObject): Promise<StoredObject>;
  /** Delivers every event after `since`. Throws Expired. The result stops delivery. */
  watch(prefix: string, scope: StorageScope, since: number, watcher: StorageWatcher): () => void;
  /** How many objects a resource holds. */
  count(prefix: string): number;
}
