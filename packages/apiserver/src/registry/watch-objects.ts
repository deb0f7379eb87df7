/** Watches: every change of what a selector matches, once, in order. */
import type { Clock, EncodedEvent, Random, Status, StatusError, Timer, Watch, WatchSink } from '@towtank/apimachinery';
import { StorageError, type StorageEvent } from '../storage/storage.ts';
import type { StoredObject } from '../storage/stored-object.ts';
import { EventEncoder } from './event-encoder.ts';
import { checkFieldSelector } from './field-values.ts';
import { listObjects, selector } from './list-objects.ts';
import type { ListOptions } from './list-options.ts';
import type { Representation } from './representation.ts';
import { type ResourceStore, tooOldRevision, typeMetaOf } from './resource-store.ts';

/** What a watch needs beside its options. */
export interface WatchEnvironment {
  readonly clock: Clock;
  readonly random: Random;
  readonly representation: Representation;
}

/** How often a watch that allows bookmarks gets one, in milliseconds. */
const BOOKMARK_INTERVAL_MS = 60_000;
/** A watch without timeoutSeconds ends after this long, and up to as long again. */
const MIN_TIMEOUT_SECONDS = 1800;

const encoders = new WeakMap<ResourceStore, EventEncoder>();

function encoderFor(store: ResourceStore): EventEncoder {
  let encoder = encoders.get(store);
  if (encoder === undefined) {
    encoder = new EventEncoder();
    encoders.set(store, encoder);
  }
  return encoder;
}

/** Admits a watch: checks its options and reads the state it begins with. Throws StatusError. */
export async function watchObjects(
  store: ResourceStore,
  namespace: string | undefined,
  options: ListOptions,
  environment: WatchEnvironment,
): Promise<Watch> {
  checkFieldSelector(store, options.fields);
  const wantsState = options.sendInitialEvents ?? (options.resourceVersion === '' || options.resourceVersion === '0');
  if (!wantsState) {
    const since = Number(options.resourceVersion || store.storage.revision);
    return new ResourceWatch(store, namespace, options, environment, { items: [], since });
  }
  const { items, revision } = await listObjects(store, namespace, { ...options, resourceVersion: '', limit: 0 });
  return new ResourceWatch(store, namespace, options, environment, { items, since: revision });
}

interface Beginning {
  readonly items: readonly StoredObject[];
  readonly since: number;
}

class ResourceWatch implements Watch {
  readonly #store: ResourceStore;
  readonly #namespace: string | undefined;
  readonly #options: ListOptions;
  readonly #environment: WatchEnvironment;
  readonly #beginning: Beginning;
  readonly #matches: ((stored: StoredObject) => boolean) | undefined;
  readonly #timers = new Set<Timer>();
  #unsubscribe: (() => void) | undefined;
  #unfollow: (() => void) | undefined;
  #closed = false;

  constructor(
    store: ResourceStore,
    namespace: string | undefined,
    options: ListOptions,
    environment: WatchEnvironment,
    beginning: Beginning,
  ) {
    this.#store = store;
    this.#namespace = namespace;
    this.#options = options;
    this.#environment = environment;
    this.#beginning = beginning;
    this.#matches = selector(store, options);
  }

  start(sink: WatchSink): void {
    const { items, since } = this.#beginning;
    const { representation } = this.#environment;
    const encoder = encoderFor(this.#store);
    for (const stored of items) {
      if (this.#closed) return;
      sink.event(encoder.initial(stored, representation));
    }
    if (this.#options.sendInitialEvents) sink.event(this.#bookmark(since, { 'k8s.io/initial-events-end': 'true' }));
    this.#schedule(sink);
    this.#subscribe(sink, since);
    if (!this.#closed) this.#unfollow = this.#store.removal?.follow(() => this.#end(sink));
  }

  close(): void {
    this.#closed = true;
    this.#unsubscribe?.();
    this.#unfollow?.();
    for (const timer of this.#timers) timer.cancel();
    this.#timers.clear();
  }

  #subscribe(sink: WatchSink, since: number): void {
    const { storage, prefix } = this.#store;
    try {
      this.#unsubscribe = storage.watch(prefix, { namespace: this.#namespace }, since, {
        event: (event) => {
          const encoded = this.#closed ? undefined : this.#encode(event);
          if (encoded !== undefined) sink.event(encoded);
        },
      });
      if (this.#closed) this.#unsubscribe();
    } catch (reason) {
      if (!(reason instanceof StorageError)) throw reason;
      sink.event(errorEvent(tooOldRevision(since, reason.revision)));
      this.#end(sink);
    }
  }

  #end(sink: WatchSink): void {
    this.close();
    sink.end();
  }

  #encode(event: StorageEvent): EncodedEvent | undefined {
    const { stored, previous } = event;
    const encoder = encoderFor(this.#store);
    const { representation } = this.#environment;
    if (this.#matches === undefined) return encoder.event(event, event.type, representation);
    const before = previous !== undefined && this.#matches(previous);
    const after = event.type !== 'DELETED' && this.#matches(stored);
    if (after) return encoder.event(event, before ? 'MODIFIED' : 'ADDED', representation);
    return before ? encoder.event(event, 'DELETED', representation) : undefined;
  }

  #schedule(sink: WatchSink): void {
    const { clock, random } = this.#environment;
    const seconds = this.#options.timeoutSeconds || MIN_TIMEOUT_SECONDS * (1 + random.next());
    this.#timer(clock, seconds * 1000, () => this.#end(sink));
    if (this.#options.allowWatchBookmarks) this.#scheduleBookmark(sink, clock);
  }

  #scheduleBookmark(sink: WatchSink, clock: Clock): void {
    this.#timer(clock, BOOKMARK_INTERVAL_MS, () => {
      sink.event(this.#bookmark(this.#store.storage.revision));
      if (!this.#closed) this.#scheduleBookmark(sink, clock);
    });
  }

  #timer(clock: Clock, delayMs: number, callback: () => void): void {
    const timer = clock.schedule(delayMs, () => {
      this.#timers.delete(timer);
      callback();
    });
    this.#timers.add(timer);
  }

  #bookmark(revision: number, annotations?: Record<string, string>): EncodedEvent {
    const metadata = { resourceVersion: String(revision), ...(annotations === undefined ? {} : { annotations }) };
    const object = { ...typeMetaOf(this.#store.resource), metadata };
    return this.#environment.representation.bookmark(object);
  }
}

/** A failure inside an open watch. */
export function errorEvent(error: StatusError): EncodedEvent {
  const object: Status = error.toStatus();
  return { type: 'ERROR', object, frame: () => Buffer.from(`${JSON.stringify({ type: 'ERROR', object })}\n`) };
}
