/** Makes a cassette of exchanges that were recorded elsewhere. */
import { CassetteWriter } from '../cassette/cassette-writer.ts';
import { type RecordedExchange, Recording } from '../record/recording.ts';
import type { RedactionOptions } from '../redaction/redaction-options.ts';
import { Redactor } from '../redaction/redactor.ts';

/** A request and its answer. A body that is no text is sent as JSON. */
export interface RawExchange {
  readonly request: {
    readonly method: string;
    /** Path and query. */
    readonly path: string;
    readonly headers?: Readonly<Record<string, string>>;
    readonly body?: unknown;
  };
  readonly response?: {
    readonly status: number;
    readonly headers?: Readonly<Record<string, string>>;
    readonly body?: unknown;
    /** The lines of a watch. */
    readonly events?: readonly unknown[];
  };
}

/** What stands in the header of the cassette. */
export interface ImportOptions {
  /** When the exchanges took place, RFC 3339. */
  readonly recorded: string;
  readonly source?: string;
  readonly redaction?: RedactionOptions;
}

/** Writes exchanges into a cassette, redacted like any other recording, each a millisecond after the one before. */
export async function importExchanges(
  exchanges: readonly RawExchange[],
  cassette: string,
  { recorded, source, redaction }: ImportOptions,
): Promise<void> {
  let now = 0;
  const clock = { now: () => now, schedule: () => ({ cancel: () => {} }) };
  await using writer = await CassetteWriter.open(cassette, { recorded, ...(source === undefined ? {} : { source }) });
  const recording = new Recording({ writer, redactor: new Redactor(redaction), clock });
  for (const { request, response } of exchanges) {
    const { method, path, headers = {}, body } = request;
    const exchange = recording.exchange(method, path);
    const isJson = body !== undefined && headers['content-type'] === undefined;
    await exchange.request({ ...headers, ...(isJson ? { 'content-type': 'application/json' } : {}) }, bytesOf(body));
    if (response !== undefined) await importAnswer(exchange, response);
    now += 1;
  }
}

async function importAnswer(
  exchange: RecordedExchange,
  { status, headers = {}, body, events }: NonNullable<RawExchange['response']>,
): Promise<void> {
  if (events === undefined) return await exchange.answer({ status, headers }, bytesOf(body));
  await exchange.stream({ status, headers }, 'lines');
  for (const event of events) await exchange.frame(Buffer.from(`${JSON.stringify(event)}\n`));
  await exchange.end('client');
}

const bytesOf = (body: unknown): Buffer =>
  Buffer.from(body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body));
