/**
 * Keeps answers for their TTL, wrong ones included: a name asked for before it exists stays missing. Off by default,
 * since a test wants to see changes at once; on, it shows what clients of a caching cluster DNS go through.
 */
import type { Clock } from '@towtank/apimachinery';
import { sameName } from '../codec/domain-name.ts';
import type { ResourceRecord } from '../codec/resource-record.ts';
import type { DnsRequest, DnsResponse, Plugin } from '../handler.ts';

/** How long and how much is kept. */
export interface CacheOptions {
  /** The longest that an answer with records is kept, in seconds. Default 3600; cluster Corefiles say 30. */
  readonly maxTtlSeconds?: number;
  /** The longest that a negative answer is kept, in seconds. Default 1800. */
  readonly maxNegativeTtlSeconds?: number;
  /** Answers kept. Default 9984. */
  readonly capacity?: number;
}

interface Kept {
  readonly response: DnsResponse;
  readonly asked: string;
  readonly storedMs: number;
  readonly ttlSeconds: number;
}

/** What to keep an answer in. */
export class AnswerCache {
  readonly #clock: Clock;
  readonly #options: Required<CacheOptions>;
  readonly #kept = new Map<string, Kept>();

  constructor(clock: Clock, options: CacheOptions = {}) {
    this.#clock = clock;
    this.#options = { maxTtlSeconds: 3600, maxNegativeTtlSeconds: 1800, capacity: 9984, ...options };
  }

  /** Forgets everything. */
  clear(): void {
    this.#kept.clear();
  }

  /** The link of the chain. */
  readonly plugin: Plugin = (next) => async (request) => {
    const key = `${request.question.type} ${request.question.name.toLowerCase()}`;
    const kept = this.#kept.get(key);
    const left = kept === undefined ? 0 : kept.ttlSeconds - Math.floor((this.#clock.now() - kept.storedMs) / 1000);
    if (kept !== undefined && left > 0) return aged(kept, request.question.name, left);
    this.#kept.delete(key);
    const response = await next(request);
    if (response !== undefined) this.#keep(key, request, response);
    return response && { ...response, stable: false };
  };

  #keep(key: string, request: DnsRequest, response: DnsResponse): void {
    const negative = response.rcode === 'NXDOMAIN' || (response.rcode === 'NOERROR' && response.answers.length === 0);
    if ((response.rcode !== 'NOERROR' && !negative) || response.truncated) return;
    const records = [...response.answers, ...response.authorities, ...response.additionals];
    const limit = negative ? this.#options.maxNegativeTtlSeconds : this.#options.maxTtlSeconds;
    const ttlSeconds = records.reduce((least, { ttl }) => Math.min(least, ttl), limit);
    if (records.length === 0 || ttlSeconds <= 0) return;
    const oldest = this.#kept.keys().next();
    if (this.#kept.size >= this.#options.capacity && !oldest.done) this.#kept.delete(oldest.value);
    this.#kept.set(key, { response, asked: request.question.name, storedMs: this.#clock.now(), ttlSeconds });
  }
}

function aged({ response, asked }: Kept, name: string, ttl: number): DnsResponse {
  const age = (records: readonly ResourceRecord[]): ResourceRecord[] =>
    records.map((record) => ({ ...record, ttl, name: sameName(record.name, asked) ? name : record.name }));
  return {
    ...response,
    answers: age(response.answers),
    authorities: age(response.authorities),
    additionals: age(response.additionals),
    stable: false,
  };
}
