/** One resource of a snapshot: what it holds, then every change of that, whatever becomes of the watch. */
import { type Clock, delay } from '@towtank/apimachinery';
import type { ChangeRecord, StoredObject } from '../cassette/cassette-record.ts';
import type { SnapshotResource } from './discover-resources.ts';
import type { UpstreamReader } from './upstream-reader.ts';

/** What is listed and watched. */
export interface SnapshotScope {
  readonly resource: SnapshotResource;
  readonly path: string;
  /** Begins with `&`, or is empty. */
  readonly query: string;
}

/** What a followed resource works with. */
export interface FollowOptions {
  readonly reader: UpstreamReader;
  readonly clock: Clock;
  /** Ends the watch. */
  readonly signal: AbortSignal;
  /** Told of an object that was there at the beginning. Rejects with the failure of the disk. */
  readonly begin: (object: StoredObject) => Promise<void>;
  /** Told of each change. Rejects with the failure of the disk. */
  readonly change: (change: ChangeRecord['change'], object: StoredObject) => Promise<void>;
}

const PAGE = 500;
/** A watch that ends is asked for again after this time, so that a server in trouble is not pressed. */
const RETRY_MS = 1000;
const EXPIRED = 410;

/** What is remembered of an object: enough to know a change, and to tell of its end. */
type Known = Pick<StoredObject, 'apiVersion' | 'kind' | 'metadata'>;

/** Lists once, then watches. When the server no longer knows where the watch was, it lists again and tells the difference. */
export class FollowedResource {
  readonly #scope: SnapshotScope;
  readonly #options: FollowOptions;
  readonly #known = new Map<string, Known>();
  /** The version from which a watch goes on; undefined when another list is needed. */
  #position: string | undefined;

  constructor(scope: SnapshotScope, options: FollowOptions) {
    this.#scope = scope;
    this.#options = options;
  }

  /** Tells of every object that there is. Rejects where the server does not list them. */
  async begin(): Promise<void> {
    const { begin } = this.#options;
    for await (const object of this.#list()) {
      this.#keep(object);
      await begin(object);
    }
  }

  /** Tells of every change until the signal aborts. Rejects with the failure of the disk alone. */
  async follow(): Promise<void> {
    const { clock, signal } = this.#options;
    while (!signal.aborted) {
      if (this.#position === undefined && (await this.#relist())) continue;
      if (this.#position !== undefined) await this.#watch(this.#position);
      await delay(clock, RETRY_MS, signal);
    }
  }

  /** Watches until the server or the connection ends that. */
  async #watch(position: string): Promise<void> {
    const { path, query } = this.#scope;
    const url = `${path}?watch=true&allowWatchBookmarks=true&resourceVersion=${position}${query}`;
    for await (const line of readable(this.#options.reader.lines(url))) {
      const { type, object } = JSON.parse(line) as { type?: string; object?: StoredObject; code?: number };
      const status = type === 'ERROR' || type === undefined ? (object ?? JSON.parse(line)) : undefined;
      if (status !== undefined) {
        if (status.code === EXPIRED) this.#position = undefined;
        return;
      }
      await this.#see(type as ChangeRecord['change'] | 'BOOKMARK', object as StoredObject);
    }
  }

  async #see(type: ChangeRecord['change'] | 'BOOKMARK', object: StoredObject): Promise<void> {
    this.#position = versionOf(object) ?? this.#position;
    if (type === 'BOOKMARK') return;
    if (type === 'DELETED') this.#known.delete(keyOf(object));
    else this.#keep(object);
    await this.#options.change(type, object);
  }

  /** Lists again and tells of what has changed since. Answers whether that was possible. */
  async #relist(): Promise<boolean> {
    const gone = new Map(this.#known);
    let isWhole = false;
    const whole = (): void => {
      isWhole = true;
    };
    for await (const object of readable(this.#list(), whole)) {
      const before = gone.get(keyOf(object));
      gone.delete(keyOf(object));
      this.#keep(object);
      if (before === undefined) await this.#options.change('ADDED', object);
      else if (versionOf(before) !== versionOf(object)) await this.#options.change('MODIFIED', object);
    }
    if (!isWhole) return false;
    for (const [key, object] of gone) {
      this.#known.delete(key);
      await this.#options.change('DELETED', object);
    }
    return true;
  }

  /** Every object, page by page; then the position is that of the list. */
  async *#list(): AsyncGenerator<StoredObject> {
    const { resource, path, query } = this.#scope;
    let next = '';
    for (;;) {
      const page = (await this.#options.reader.json(`${path}?limit=${PAGE}${query}${next}`)) as {
        apiVersion: string;
        metadata: { resourceVersion: string; continue?: string };
        items: StoredObject[] | null;
      };
      // The objects of a list do not say of what kind they are.
      for (const { apiVersion: _, kind: __, ...fields } of page.items ?? [])
        yield { apiVersion: page.apiVersion, kind: resource.kind, ...fields } as StoredObject;
      if (!page.metadata.continue) {
        this.#position = page.metadata.resourceVersion;
        return;
      }
      next = `&continue=${encodeURIComponent(page.metadata.continue)}`;
    }
  }

  #keep(object: StoredObject): void {
    const { apiVersion, kind } = object;
    const { name, namespace, uid, resourceVersion } = object.metadata as Readonly<Record<string, string | undefined>>;
    const metadata = Object.fromEntries(
      Object.entries({ name, namespace, uid, resourceVersion }).filter(([, value]) => value !== undefined),
    );
    this.#known.set(keyOf(object), { apiVersion, kind, metadata });
  }
}

/** What can be read before the connection fails: that is no error, for it is asked for again. */
async function* readable<T>(source: AsyncGenerator<T>, whole: () => void = () => {}): AsyncGenerator<T> {
  try {
    for (;;) {
      const next = await source.next().catch(() => undefined);
      if (next === undefined) return;
      if (next.done === true) return whole();
      yield next.value;
    }
  } finally {
    await source.return(undefined).catch(() => undefined);
  }
}

const keyOf = ({ metadata: { namespace = '', name = '' } }: Known): string => `${namespace}/${name}`;

const versionOf = ({ metadata }: Known): string | undefined =>
  (metadata as { readonly resourceVersion?: string }).resourceVersion;
