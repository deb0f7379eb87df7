/** Which recorded exchange answers a request. */
import type { IndexedExchange } from '../cassette/cassette-index.ts';
import { isDiscovery } from './discovery.ts';

/** How requests are matched. */
export type MatchMode = 'strict' | 'lenient';

/** A recorded exchange with the key of its request. */
export interface PlannedExchange {
  readonly exchange: IndexedExchange;
  readonly key: string;
}

/** What was found for a request: an exchange, or why there is none. */
export type Match =
  | { readonly exchange: IndexedExchange }
  | { readonly missing: 'unknown' | 'used' }
  | { readonly missing: 'early'; readonly before: IndexedExchange };

/** Fields by which otherwise equal requests are told apart. */
const TELLING_HEADERS = ['accept', 'content-type', 'if-none-match', 'impersonate-user', 'impersonate-group'];
const READS = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Whether a request changes nothing. */
export const isRead = (method: string): boolean => READS.has(method);

/**
 * Hands out exchanges.
 *
 * Strict: each exchange answers once. Those with equal requests come in the order in which they were recorded; a
 * request that was recorded after a write had been answered comes after that write, and one that was answered before
 * it, before. Requests that were under way at the same time come in any order; discovery may be read at any time, and
 * again. Lenient: no order; when all exchanges with equal requests have answered, the last one answers again.
 */
export class ReplayPlan {
  readonly #mode: MatchMode;
  readonly #byKey = new Map<string, IndexedExchange[]>();
  readonly #all: readonly IndexedExchange[];
  readonly #writes: readonly IndexedExchange[];
  readonly #taken = new Set<number>();
  readonly #missed = new Set<number>();
  readonly #waiting = new Map<number, (() => void)[]>();

  constructor(planned: readonly PlannedExchange[], mode: MatchMode) {
    this.#mode = mode;
    this.#all = planned.map(({ exchange }) => exchange);
    this.#writes = this.#all.filter(({ method }) => !isRead(method));
    for (const { exchange, key } of planned) {
      const same = this.#byKey.get(key);
      if (same === undefined) this.#byKey.set(key, [exchange]);
      else same.push(exchange);
    }
  }

  /** Takes the exchange for a request, which it then no longer answers in strict mode. */
  take(key: string, headers: Readonly<Record<string, unknown>>): Match {
    const same = this.#byKey.get(key);
    if (same === undefined) return { missing: 'unknown' };
    const isFree = this.#mode === 'lenient' || isDiscovery(same[0]?.url ?? '');
    const open = same.filter(({ id }) => !this.#taken.has(id) && !this.#missed.has(id));
    const exchange = best(open, headers);
    if (exchange === undefined) {
      const last = isFree ? best([...same].reverse(), headers) : undefined;
      return last === undefined ? { missing: 'used' } : { exchange: last };
    }
    if (!isFree) {
      const before = this.#writes.find(({ id, endLine }) => endLine < exchange.place.line && !this.#taken.has(id));
      if (before !== undefined) return { missing: 'early', before };
    }
    this.#mark(exchange);
    return { exchange };
  }

  /** Whether there is an exchange for a request, taken or not. */
  knows(key: string): boolean {
    return this.#byKey.has(key);
  }

  /** Resolves once an exchange has been taken, or the signal aborts. In lenient mode nobody waits. */
  whenTaken(id: number, signal: AbortSignal): Promise<void> {
    if (this.#mode === 'lenient' || this.#taken.has(id) || signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const wake = (): void => {
        signal.removeEventListener('abort', wake);
        resolve();
      };
      this.#waiting.set(id, [...(this.#waiting.get(id) ?? []), wake]);
      signal.addEventListener('abort', wake);
    });
  }

  /** Exchanges that have answered nothing so far. */
  get unused(): IndexedExchange[] {
    return this.#all.filter(({ id }) => !this.#taken.has(id));
  }

  #mark(exchange: IndexedExchange): void {
    this.#taken.add(exchange.id);
    for (const wake of this.#waiting.get(exchange.id) ?? []) wake();
    this.#waiting.delete(exchange.id);
    if (this.#mode === 'lenient' || isRead(exchange.method)) return;
    for (const { id, method, endLine } of this.#all)
      if (endLine < exchange.place.line && isRead(method) && !this.#taken.has(id)) this.#missed.add(id);
  }
}

/** The first of those that agree with the most telling header fields. */
function best(
  candidates: readonly IndexedExchange[],
  headers: Readonly<Record<string, unknown>>,
): IndexedExchange | undefined {
  let found: IndexedExchange | undefined;
  let most = -1;
  for (const candidate of candidates) {
    const agreeing = TELLING_HEADERS.filter((name) => String(candidate.headers[name]) === String(headers[name])).length;
    if (agreeing > most) [found, most] = [candidate, agreeing];
  }
  return found;
}
