/** Every query that the server answered, for tests to look at and to wait for. */
import type { Clock } from '@towtank/apimachinery';
import type { Question } from './codec/message.ts';
import type { ResourceRecord } from './codec/resource-record.ts';
import type { QueryClient } from './handler.ts';

/** One query and what became of it. */
export interface DnsQuery {
  /** Counts from 1, without gaps. */
  readonly sequence: number;
  /** Milliseconds since the Unix epoch. */
  readonly time: number;
  /** As the client spelled it. */
  readonly name: string;
  readonly type: string;
  readonly class: string;
  /** Undefined where nothing was sent back. */
  readonly rcode: string | undefined;
  readonly answers: readonly ResourceRecord[];
  readonly client: QueryClient;
}

/** What the log is told of a query. */
export interface LoggedQuery extends Pick<DnsQuery, 'rcode' | 'answers' | 'client'> {
  readonly question: Question;
}

/** Which queries are meant: those that have every given value, names regardless of case, or that pass the function. */
export type QueryMatch =
  | { readonly name?: string; readonly type?: string; readonly rcode?: string; readonly pod?: string }
  | ((query: DnsQuery) => boolean);

/** How {@link QueryLog.waitFor} waits. */
export interface WaitOptions {
  /** Only queries with a higher sequence count. Default 0: queries of the past count as well. */
  readonly after?: number;
  /** Milliseconds by the injected clock. Default 5,000. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

const DEFAULT_WAIT_MS = 5_000;

/** A bounded log of queries, the newest kept. */
export class QueryLog implements Iterable<DnsQuery> {
  readonly #clock: Clock;
  readonly #limit: number;
  readonly #ring: DnsQuery[] = [];
  readonly #listeners = new Set<(query: DnsQuery) => void>();
  #sequence = 0;
  #forgotten = 0;

  constructor(options: { readonly clock: Clock; readonly limit: number }) {
    this.#clock = options.clock;
    this.#limit = options.limit;
  }

  /** How many queries there were, forgotten ones included. */
  get count(): number {
    return this.#sequence;
  }

  /** The queries kept, oldest first. */
  *[Symbol.iterator](): Iterator<DnsQuery> {
    for (let at = Math.max(this.#forgotten, this.#sequence - this.#limit); at < this.#sequence; at += 1) {
      const query = this.#ring[at % this.#limit];
      if (query !== undefined) yield query;
    }
  }

  /** The kept queries that match, oldest first. */
  list(match: QueryMatch = {}): DnsQuery[] {
    const matches = matcher(match);
    return [...this].filter(matches);
  }

  /** Calls back for every query from now on; call the result to stop. */
  subscribe(listener: (query: DnsQuery) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** The first query that matches, of those kept or still to come. Rejects when the time is up or the signal aborts. */
  waitFor(
    match: QueryMatch = {},
    { after = 0, timeoutMs = DEFAULT_WAIT_MS, signal }: WaitOptions = {},
  ): Promise<DnsQuery> {
    const matches = matcher(match);
    const wanted = (query: DnsQuery): boolean => query.sequence > after && matches(query);
    for (const query of this) if (wanted(query)) return Promise.resolve(query);
    return new Promise((resolve, reject) => {
      const done = (): void => {
        stop();
        timer.cancel();
        signal?.removeEventListener('abort', abort);
      };
      const fail = (message: string): void => {
        done();
        reject(new Error(message));
      };
      const abort = (): void => fail('stopped to wait for a DNS query');
      const stop = this.subscribe((query) => {
        if (!wanted(query)) return;
        done();
        resolve(query);
      });
      const timer = this.#clock.schedule(timeoutMs, () => fail(`no matching DNS query within ${timeoutMs} ms`));
      signal?.addEventListener('abort', abort);
      if (signal?.aborted) abort();
    });
  }

  /** Forgets the queries kept; the count goes on. */
  clear(): void {
    this.#forgotten = this.#sequence;
    this.#ring.length = 0;
  }

  /** Takes down a query. */
  add({ question, rcode, answers, client }: LoggedQuery): void {
    const { name, type, class: klass } = question;
    const sequence = this.#sequence + 1;
    const entry: DnsQuery = { sequence, time: this.#clock.now(), name, type, class: klass, rcode, answers, client };
    this.#ring[this.#sequence % this.#limit] = entry;
    this.#sequence = sequence;
    for (const listener of this.#listeners) listener(entry);
  }
}

function matcher(match: QueryMatch): (query: DnsQuery) => boolean {
  if (typeof match === 'function') return match;
  const { name, type, rcode, pod } = match;
  const wanted = name?.toLowerCase();
  return (query) =>
    (wanted === undefined || query.name.toLowerCase() === wanted) &&
    (type === undefined || query.type === type) &&
    (rcode === undefined || query.rcode === rcode) &&
    (pod === undefined || query.client.pod === pod);
}
