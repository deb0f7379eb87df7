/** The state of a cluster in memory: a write is one synchronous turn of check, freeze, set and append. */
import type { Clock, KubeObject } from '@towtank/apimachinery';
import { EncodingCache } from './encoding-cache.ts';
import { type HistoryLimits, ResourceHistory } from './resource-history.ts';
import { SortedKeys } from './sorted-keys.ts';
import {
  type Storage,
  StorageError,
  type StorageEvent,
  type StorageList,
  type StorageScope,
  type StorageWatcher,
} from './storage.ts';
import { StoredObject } from './stored-object.ts';

/** Options of {@link MemoryStorage}. */
export interface MemoryStorageOptions {
  readonly clock: Clock;
  readonly history?: Partial<HistoryLimits>;
}

/** How far back watches and paged lists reach unless told otherwise: 10,000 events per resource, five minutes. */
export const DEFAULT_HISTORY: HistoryLimits = { maxEvents: 10_000, maxAgeMs: 300_000 };

interface Subscription {
  readonly scope: string | undefined;
  readonly watcher: StorageWatcher;
  /** Events up to this revision have been delivered. */
  seen: number;
}

interface Table {
  readonly objects: Map<string, StoredObject>;
  readonly keys: SortedKeys;
  readonly history: ResourceHistory;
  readonly subscriptions: Set<Subscription>;
  /** The present state by scope, as it was last asked for; forgotten with every change. */
  readonly snapshots: Map<string, readonly StoredObject[]>;
  pending: StorageEvent[];
}

const NOTHING: readonly StoredObject[] = [];

/** A {@link Storage} in memory. Watchers are called in a microtask after the write, in revision order. */
export class MemoryStorage implements Storage {
  readonly #clock: Clock;
  readonly #limits: HistoryLimits;
  readonly #tables = new Map<string, Table>();
  readonly #dirty: Table[] = [];
  readonly #encodings = new EncodingCache();
  #revision = 1;

  constructor({ clock, history }: MemoryStorageOptions) {
    this.#clock = clock;
    this.#limits = { ...DEFAULT_HISTORY, ...history };
  }

  get revision(): number {
    return this.#revision;
  }

  async get(prefix: string, key: string): Promise<StoredObject | undefined> {
    return this.peek(prefix, key);
  }

  peek(prefix: string, key: string): StoredObject | undefined {
    return this.#tables.get(prefix)?.objects.get(key);
  }

  peekAll(prefix: string, { namespace }: StorageScope): readonly StoredObject[] {
    const table = this.#tables.get(prefix);
    return table === undefined || table.objects.size === 0 ? NOTHING : snapshot(table, namespace);
  }

  async list(prefix: string, { namespace }: StorageScope, atRevision?: number): Promise<StorageList> {
    const table = this.#table(prefix);
    const items = snapshot(table, namespace);
    if (atRevision === undefined || atRevision === this.#revision) return { items, revision: this.#revision };
    if (atRevision > this.#revision) throw new StorageError('FutureRevision', this.#revision);
    table.history.expire(this.#clock.now());
    if (!table.history.reaches(atRevision)) throw new StorageError('Expired', this.#revision);
    return { items: rewind(items, table.history.after(atRevision), namespace), revision: atRevision };
  }

  async create(prefix: string, key: string, object: KubeObject): Promise<StoredObject> {
    const table = this.#table(prefix);
    if (table.objects.has(key)) throw new StorageError('KeyExists', this.#revision);
    const stored = this.#stamp(key, object);
    table.objects.set(key, stored);
    table.keys.insert(key);
    this.#append(table, { type: 'ADDED', stored, previous: undefined });
    return stored;
  }

  async update(prefix: string, key: string, expected: StoredObject, object: KubeObject): Promise<StoredObject> {
    const table = this.#table(prefix);
    const previous = this.#expect(table, key, expected);
    const stored = this.#stamp(key, object);
    table.objects.set(key, stored);
    this.#append(table, { type: 'MODIFIED', stored, previous });
    return stored;
  }

  async delete(prefix: string, key: string, expected: StoredObject, final?: KubeObject): Promise<StoredObject> {
    const table = this.#table(prefix);
    const previous = this.#expect(table, key, expected);
    const stored = this.#stamp(key, final ?? previous.object);
    table.objects.delete(key);
    table.keys.remove(key);
    this.#append(table, { type: 'DELETED', stored, previous });
    return stored;
  }

  watch(prefix: string, { namespace }: StorageScope, since: number, watcher: StorageWatcher): () => void {
    const table = this.#table(prefix);
    table.history.expire(this.#clock.now());
    if (!table.history.reaches(since)) throw new StorageError('Expired', this.#revision);
    const scope = namespace === undefined ? undefined : `${namespace}/`;
    const subscription: Subscription = { scope, watcher, seen: since };
    for (const event of table.history.after(since)) deliver(subscription, event);
    table.subscriptions.add(subscription);
    return () => void table.subscriptions.delete(subscription);
  }

  count(prefix: string): number {
    return this.#tables.get(prefix)?.objects.size ?? 0;
  }

  #table(prefix: string): Table {
    let table = this.#tables.get(prefix);
    if (table === undefined) {
      table = {
        objects: new Map(),
        keys: new SortedKeys(),
        history: new ResourceHistory(this.#limits),
        subscriptions: new Set(),
        snapshots: new Map(),
        pending: [],
      };
      this.#tables.set(prefix, table);
    }
    return table;
  }

  #expect(table: Table, key: string, expected: StoredObject): StoredObject {
    const current = table.objects.get(key);
    if (current === undefined) throw new StorageError('KeyNotFound', this.#revision);
    if (current.revision !== expected.revision) throw new StorageError('Conflict', this.#revision);
    return current;
  }

  #stamp(key: string, object: KubeObject): StoredObject {
    this.#revision += 1;
    const stamped = { ...object };
    stamped.metadata = { ...object.metadata };
    stamped.metadata.resourceVersion = String(this.#revision);
    return new StoredObject(key, stamped, this.#revision, this.#encodings);
  }

  #append(table: Table, event: StorageEvent): void {
    event.previous?.supersede();
    table.snapshots.clear();
    table.history.append(event, this.#clock.now());
    if (table.subscriptions.size === 0) return;
    table.pending.push(event);
    if (table.pending.length > 1) return;
    this.#dirty.push(table);
    if (this.#dirty.length === 1) queueMicrotask(() => this.#flush());
  }

  #flush(): void {
    for (const table of this.#dirty.splice(0)) {
      const events = table.pending;
      table.pending = [];
      for (const event of events) for (const subscription of table.subscriptions) deliver(subscription, event);
    }
  }
}

/** The objects of a scope in the order of their keys: the same list for everybody until something changes. */
function snapshot({ snapshots, keys, objects }: Table, namespace: string | undefined): readonly StoredObject[] {
  const scope = namespace === undefined ? '' : `${namespace}/`;
  const known = snapshots.get(scope);
  if (known !== undefined) return known;
  const items = keys.startingWith(scope === '' ? undefined : scope).map((key) => objects.get(key) as StoredObject);
  if (items.length === 0) return NOTHING;
  snapshots.set(scope, items);
  return items;
}

function deliver(subscription: Subscription, event: StorageEvent): void {
  if (event.stored.revision <= subscription.seen) return;
  subscription.seen = event.stored.revision;
  if (subscription.scope !== undefined && !event.stored.key.startsWith(subscription.scope)) return;
  subscription.watcher.event(event);
}

/** Undoes events, newest first, to find the state before them. */
function rewind(now: readonly StoredObject[], events: StorageEvent[], namespace: string | undefined): StoredObject[] {
  const state = new Map(now.map((stored) => [stored.key, stored]));
  for (const { stored, previous } of events.reverse()) {
    if (namespace !== undefined && !stored.key.startsWith(`${namespace}/`)) continue;
    if (previous === undefined) state.delete(stored.key);
    else state.set(previous.key, previous);
  }
  return [...state.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
}
