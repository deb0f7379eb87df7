/** Writes Events: what a component did to an object, and why. */
import { type Activity, type Clock, formatTime, type KubeObject, objectKey } from '@towtank/apimachinery';
import type { KubeClient } from './kube-client.ts';

/** What a recorder works with. */
export interface EventRecorderOptions {
  readonly client: KubeClient;
  readonly clock: Clock;
  readonly activity: Activity;
  /** Who reports: `deployment-controller`, `kubelet`. */
  readonly component: string;
  /** The node of the component, where it has one. */
  readonly host?: string;
}

/** The object that an event is about. */
export interface EventSubject {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata: KubeObject['metadata'];
}

interface Known {
  readonly name: string;
  count: number;
}

/** Events about one object in a row before the recorder falls silent about it, as client-go. */
const BURST = 25;
/** One more is granted after this long. */
const REFILL_MS = 5 * 60_000;
/** Different events that are remembered to be counted instead of repeated. */
const MEMORY = 4096;

/**
 * Records Events in the background: nothing waits for them and their failures are dropped. The same event again raises
 * the count of the first; an object that causes floods of them is cut short.
 */
export class EventRecorder {
  readonly #options: EventRecorderOptions;
  readonly #known = new Map<string, Known>();
  readonly #spent = new Map<string, { tokens: number; atMs: number }>();
  #queue: Promise<unknown> = Promise.resolve();
  #closed = false;
  #lastStamp = 0n;

  constructor(options: EventRecorderOptions) {
    this.#options = options;
  }

  /** Records an event about `subject`; `fieldPath` names a part of it, for example `spec.containers{web}`. */
  record(subject: EventSubject, type: 'Normal' | 'Warning', reason: string, message: string, fieldPath?: string): void {
    if (this.#closed || !this.#mayRecord(subject)) return;
    const key = [subject.kind, subject.metadata.uid, fieldPath, type, reason, message].join('\n');
    const known = this.#known.get(key);
    const write =
      known === undefined
        ? this.#creation(subject, { type, reason, message, fieldPath, key })
        : () => this.#repeat(subject, known);
    this.#queue = this.#options.activity.track(
      'event',
      this.#queue.then(() => (this.#closed ? undefined : write())).catch(() => {}),
    );
  }

  /** Drops what has not been written. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#queue;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #creation(
    { apiVersion, kind, metadata }: EventSubject,
    event: { type: string; reason: string; message: string; fieldPath: string | undefined; key: string },
  ): () => Promise<unknown> {
    const { client, clock, component, host } = this.#options;
    const namespace = metadata.namespace || 'default';
    const name = `${metadata.name}.${this.#stamp().toString(16)}`;
    const now = formatTime(clock.now());
    remember(this.#known, event.key, { name, count: 1 });
    const object = {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name, namespace },
      involvedObject: {
        kind,
        ...(metadata.namespace === undefined ? {} : { namespace: metadata.namespace }),
        name: metadata.name,
        uid: metadata.uid,
        apiVersion,
        ...(metadata.resourceVersion === undefined ? {} : { resourceVersion: metadata.resourceVersion }),
        ...(event.fieldPath === undefined ? {} : { fieldPath: event.fieldPath }),
      },
      reason: event.reason,
      message: event.message,
      source: { component, ...(host === undefined ? {} : { host }) },
      firstTimestamp: now,
      lastTimestamp: now,
      count: 1,
      type: event.type,
      reportingComponent: component,
      reportingInstance: host ?? '',
    };
    return () => client.resource(EVENTS).create(object);
  }

  async #repeat({ metadata }: EventSubject, known: Known): Promise<void> {
    const { client, clock } = this.#options;
    known.count += 1;
    await client
      .resource(EVENTS)
      .patch(
        known.name,
        { count: known.count, lastTimestamp: formatTime(clock.now()) },
        { namespace: metadata.namespace || 'default', type: 'strategic' },
      );
  }

  /** Nanoseconds of the clock, never the same twice. */
  #stamp(): bigint {
    const now = BigInt(this.#options.clock.now()) * 1_000_000n;
    this.#lastStamp = now > this.#lastStamp ? now : this.#lastStamp + 1n;
    return this.#lastStamp;
  }

  #mayRecord(subject: EventSubject): boolean {
    const key = subject.metadata.uid ?? objectKey(subject);
    const now = this.#options.clock.now();
    const spent = this.#spent.get(key);
    const tokens = Math.min(BURST, spent === undefined ? BURST : spent.tokens + (now - spent.atMs) / REFILL_MS);
    if (tokens < 1) return false;
    remember(this.#spent, key, { tokens: tokens - 1, atMs: now });
    return true;
  }
}

const EVENTS = { group: '', version: 'v1', resource: 'events' };

function remember<T>(memory: Map<string, T>, key: string, value: T): void {
  memory.set(key, value);
  if (memory.size <= MEMORY) return;
  for (const oldest of memory.keys()) {
    memory.delete(oldest);
    break;
  }
}
