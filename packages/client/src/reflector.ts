/** List and watch: keeps a consumer up to date with a resource, through expiry, errors and restarts of the server. */
import {
  type Activity,
  type Clock,
  delay,
  type EncodedEvent,
  type KubeObject,
  type Status,
  statusErrorFrom,
  type Watch,
} from '@towtank/apimachinery';
import { type BackoffOptions, backoffMs } from './backoff.ts';
import type { ListOptions, ResourceClient } from './resource-client.ts';

/** What a reflector tells its consumer. */
export interface ReflectorConsumer<T extends KubeObject> {
  /** The whole resource as of now; it replaces what was known. */
  replace(items: readonly T[]): void;
  /** One object has been created or changed. */
  set(object: T): void;
  /** One object is gone; this is its last state. */
  remove(object: T): void;
  /** A request or a watch has failed; the reflector goes on by itself. */
  failed?(error: unknown): void;
}

/** What a reflector works with. */
export interface ReflectorOptions<T extends KubeObject> {
  readonly resource: ResourceClient<T>;
  readonly consumer: ReflectorConsumer<T>;
  readonly clock: Clock;
  readonly activity: Activity;
  /** Which objects; all by default. */
  readonly selection?: Pick<ListOptions, 'namespace' | 'labelSelector' | 'fieldSelector'>;
  /** Between attempts after errors; 800 ms doubling to 30 s by default, as client-go. */
  readonly backoff?: BackoffOptions;
}

/** Made once: the exception that an abort makes by itself is slow to build. */
const CLOSED = new Error('the reflector is closed');
const DEFAULT_BACKOFF: BackoffOptions = { baseMs: 800, maxMs: 30_000 };
/** A watch that ends sooner than this without an event counts as a failure, so that a broken server is not hammered. */
const SHORT_WATCH_MS = 1000;

/** Follows one resource until it is closed. */
export class Reflector<T extends KubeObject> {
  readonly #options: ReflectorOptions<T>;
  readonly #abort = new AbortController();
  #resourceVersion: string | undefined;
  #failures = 0;
  #relisted = false;
  #watch: Watch | undefined;
  #endWatch: () => void = () => {};
  #running: Promise<void> | undefined;
  #firstListed: () => void = () => {};
  /** Resolves after the first list has been delivered, or once the reflector is closed. */
  readonly synced: Promise<void>;

  constructor(options: ReflectorOptions<T>) {
    this.#options = options;
    this.synced = new Promise((resolve) => {
      this.#firstListed = resolve;
    });
  }

  /** Begins; calling it again changes nothing. */
  start(): void {
    this.#running ??= this.#run();
  }

  /** Ends the watch and whatever waits; resolves once nothing is left running. */
  async close(): Promise<void> {
    this.#abort.abort(CLOSED);
    this.#watch?.close();
    this.#endWatch();
    await this.#running;
    this.#firstListed();
  }

  async #run(): Promise<void> {
    const { signal } = this.#abort;
    while (!signal.aborted) {
      try {
        if (this.#resourceVersion === undefined) await this.#list();
        if (!signal.aborted) await this.#watchOnce(this.#resourceVersion ?? '');
      } catch (error) {
        if (signal.aborted) return;
        await this.#recover(error);
      }
    }
  }

  async #list(): Promise<void> {
    const { resource, consumer, activity, selection } = this.#options;
    const { signal } = this.#abort;
    const done = activity.begin(`list ${resource.gvr.resource}`);
    try {
      const list = await resource.list({ ...selection, signal });
      if (signal.aborted) return;
      const stamp = typeMetaOf(list);
      const items = list.items.map((item) => stamp(item));
      consumer.replace(items);
      this.#resourceVersion = list.metadata.resourceVersion ?? '';
      this.#firstListed();
    } finally {
      done();
    }
  }

  /** One watch, to its end. Throws when it fails or was too short to be of use. */
  async #watchOnce(resourceVersion: string): Promise<void> {
    const { resource, clock, selection, activity } = this.#options;
    const { signal } = this.#abort;
    const startedMs = clock.now();
    let events = 0;
    const options = { ...selection, resourceVersion, allowWatchBookmarks: true, signal };
    const watch = await activity.track(`watch ${resource.gvr.resource}`, resource.watch(options));
    if (signal.aborted) return watch.close();
    this.#watch = watch;
    await new Promise<void>((resolve, reject) => {
      this.#endWatch = resolve;
      watch.start({
        event: (event) => {
          if (signal.aborted) return;
          events += 1;
          try {
            this.#take(event);
          } catch (error) {
            watch.close();
            reject(error);
          }
        },
        end: resolve,
      });
    });
    this.#watch = undefined;
    if (events === 0 && clock.now() - startedMs < SHORT_WATCH_MS) throw new Error('the watch ended at once');
    this.#failures = 0;
  }

  #take({ type, object }: EncodedEvent): void {
    const { consumer } = this.#options;
    switch (type) {
      case 'ADDED':
      case 'MODIFIED':
        consumer.set(object as T);
        break;
      case 'DELETED':
        consumer.remove(object as T);
        break;
      case 'ERROR':
        throw statusErrorFrom(object as Partial<Status>, 500);
      case 'BOOKMARK':
        break;
    }
    this.#resourceVersion = (object as KubeObject).metadata.resourceVersion;
    this.#failures = 0;
    this.#relisted = false;
  }

  /** After an answer that refuses the revision, list anew at once; after any other failure, wait first. */
  async #recover(error: unknown): Promise<void> {
    const { consumer, clock, backoff = DEFAULT_BACKOFF } = this.#options;
    this.#watch = undefined;
    consumer.failed?.(error);
    const code = (error as { code?: unknown }).code;
    if (typeof code === 'number') this.#resourceVersion = undefined;
    this.#failures += 1;
    const relistAtOnce = code === 410 && !this.#relisted;
    this.#relisted = relistAtOnce;
    if (relistAtOnce) return;
    await delay(clock, backoffMs(this.#failures, backoff), this.#abort.signal);
  }
}

/** Items of a typed list carry neither apiVersion nor kind; consumers want both. */
function typeMetaOf({ apiVersion, kind }: { apiVersion: string; kind: string }): <T extends KubeObject>(item: T) => T {
  const itemKind = kind.endsWith('List') ? kind.slice(0, -'List'.length) : kind;
  return (item) => (item.kind === undefined ? Object.freeze({ apiVersion, kind: itemKind, ...item }) : item);
}
