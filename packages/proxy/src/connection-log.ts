/** Every proxied connection, as an event that can be awaited. */
import type { Connection } from './connection.ts';

/** What happened to a connection. */
export interface ConnectionEvent {
  readonly type: 'opened' | 'closed' | 'rejected';
  readonly connection: Connection;
}

/** Fields that a connection must have, or a predicate. */
export type ConnectionFilter =
  | Partial<Pick<Connection, 'service' | 'portName' | 'protocol' | 'pod' | 'nodeName' | 'outcome' | 'frontend'>>
  | ((connection: Connection) => boolean);

/** How many connections are kept. */
export const HISTORY_LIMIT = 20_000;
/** How many events a reader may lag behind before the oldest are skipped. */
const READER_LIMIT = 10_000;

interface Waiter {
  readonly matches: (connection: Connection) => boolean;
  readonly resolve: (connection: Connection) => void;
}

/** The connections that the proxy has seen, oldest first. */
export class ConnectionLog implements AsyncIterable<ConnectionEvent> {
  readonly #limit: number;
  #connections: Connection[] = [];
  readonly #waiters = new Set<Waiter>();
  readonly #readers = new Set<(event: ConnectionEvent) => void>();
  readonly #enders = new Set<() => void>();

  constructor(limit: number = HISTORY_LIMIT) {
    this.#limit = limit;
  }

  /** The connections so far, open and closed, that match. */
  list(filter: ConnectionFilter = {}): Connection[] {
    return this.#connections.filter(predicateOf(filter));
  }

  /**
   * The first connection that matches, now or later. The filter is asked again whenever a connection opens, closes or is
   * rejected, so it may look at the outcome and the bytes.
   */
  waitFor(filter: ConnectionFilter, { signal }: { readonly signal?: AbortSignal } = {}): Promise<Connection> {
    const matches = predicateOf(filter);
    const known = this.#connections.find(matches);
    if (known !== undefined) return Promise.resolve(known);
    return new Promise((resolve, reject) => {
      const waiter: Waiter = { matches, resolve };
      this.#waiters.add(waiter);
      signal?.addEventListener('abort', () => {
        this.#waiters.delete(waiter);
        reject(signal.reason instanceof Error ? signal.reason : new Error('aborted'));
      });
    });
  }

  /** Forgets all connections so far; those that are open still report their end. */
  clear(): void {
    this.#connections = [];
  }

  /** Events from now on, until the log is closed. */
  async *[Symbol.asyncIterator](): AsyncGenerator<ConnectionEvent> {
    const queue: ConnectionEvent[] = [];
    let wake = (): void => {};
    let open = true;
    const read = (event: ConnectionEvent): void => {
      if (queue.length === READER_LIMIT) queue.shift();
      queue.push(event);
      wake();
    };
    const end = (): void => {
      open = false;
      wake();
    };
    this.#readers.add(read);
    this.#enders.add(end);
    try {
      while (open || queue.length > 0) {
        const event = queue.shift();
        if (event !== undefined) yield event;
        else
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
      }
    } finally {
      this.#readers.delete(read);
      this.#enders.delete(end);
    }
  }

  /** Takes note of an event. Called by the proxy. */
  note(event: ConnectionEvent): void {
    if (event.type !== 'closed') this.#keep(event.connection);
    for (const waiter of this.#waiters) {
      if (!waiter.matches(event.connection)) continue;
      this.#waiters.delete(waiter);
      waiter.resolve(event.connection);
    }
    for (const read of this.#readers) read(event);
  }

  /** Ends all readers. Called by the proxy. */
  end(): void {
    for (const end of this.#enders) end();
  }

  #keep(connection: Connection): void {
    this.#connections.push(connection);
    // Cutting off a tenth at a time keeps the price of a full history off most connections.
    if (this.#connections.length > this.#limit) this.#connections.splice(0, Math.ceil(this.#limit / 10));
  }
}

function predicateOf(filter: ConnectionFilter): (connection: Connection) => boolean {
  if (typeof filter === 'function') return filter;
  const wanted = Object.entries(filter) as [keyof Connection, unknown][];
  return (connection) => wanted.every(([field, value]) => connection[field] === value);
}
