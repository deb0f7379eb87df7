/** Looks for credentials that are left in a cassette, and sums up what it holds. */
import type { CassetteRecord } from '../cassette/cassette-record.ts';
import { readCassette } from '../cassette/read-cassette.ts';
import { type ExchangeContext, redactRecord } from './redact-record.ts';
import type { RedactionOptions } from './redaction-options.ts';
import { Redactor } from './redactor.ts';

/** Something that looks like a credential. */
export interface Leftover {
  /** Line of the cassette, from 1. */
  readonly line: number;
  /** What it looks like. */
  readonly what: string;
}

/** What a cassette holds. */
export interface CassetteSummary {
  readonly recorded: string;
  readonly source?: string;
  readonly requests: number;
  /** Exchanges whose answer goes on: watches, followed logs, WebSockets. */
  readonly streams: number;
  readonly frames: number;
  readonly objects: number;
  readonly changes: number;
  readonly lines: number;
  /** Milliseconds from the first to the last record. */
  readonly durationMs: number;
  /** Requests that were never answered. */
  readonly unanswered: number;
  /** Line at which the file breaks off, as when its recorder was killed. */
  readonly truncatedAt?: number;
}

/** The outcome of a check. */
export interface CassetteCheck {
  readonly summary: CassetteSummary;
  readonly leftovers: readonly Leftover[];
}

/** Reads a cassette to its end. Throws CassetteError where it is not well-formed. */
export async function checkCassette(path: string, options: RedactionOptions = {}): Promise<CassetteCheck> {
  const leftovers: Leftover[] = [];
  const counter = new Counter();
  const exchanges = new Map<number, ExchangeContext>();
  let line = 0;
  const redactor = new Redactor(options, (what) => leftovers.push({ line, what }));
  let truncatedAt: number | undefined;
  for await (const placed of readCassette(path, { truncated: (at) => (truncatedAt = at) })) {
    line = placed.line;
    const { record } = placed;
    if (record.type === 'request') exchanges.set(record.id, { url: record.url, frames: undefined });
    const exchange = 'id' in record ? exchanges.get(record.id) : undefined;
    redactRecord(record, redactor, exchange);
    if (record.type === 'response' && exchange !== undefined)
      exchanges.set(record.id, { ...exchange, frames: redactor.frames(record, exchange) });
    if (record.type === 'end') exchanges.delete(record.id);
    counter.count(record);
  }
  return { summary: counter.summary(line, truncatedAt), leftovers };
}

class Counter {
  readonly #counts = { request: 0, frame: 0, object: 0, change: 0, stream: 0, answered: 0 };
  #header = { recorded: '', source: undefined as string | undefined };
  #last = 0;

  count(record: CassetteRecord): void {
    if ('at' in record) this.#last = Math.max(this.#last, record.at);
    if (record.type === 'cassette') this.#header = { recorded: record.recorded, source: record.source };
    if (record.type === 'response') this.#counts.answered += 1;
    if (record.type === 'response' && record.stream !== undefined) this.#counts.stream += 1;
    if (record.type in this.#counts) this.#counts[record.type as 'request' | 'frame' | 'object' | 'change'] += 1;
  }

  summary(lines: number, truncatedAt: number | undefined): CassetteSummary {
    const { request, frame, object, change, stream, answered } = this.#counts;
    const { recorded, source } = this.#header;
    return {
      recorded,
      ...(source === undefined ? {} : { source }),
      requests: request,
      streams: stream,
      frames: frame,
      objects: object,
      changes: change,
      lines,
      durationMs: this.#last,
      unanswered: request - answered,
      ...(truncatedAt === undefined ? {} : { truncatedAt }),
    };
  }
}
