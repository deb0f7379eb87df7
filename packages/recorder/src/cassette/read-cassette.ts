/** Reads a cassette record by record and checks each. */
import { stat } from 'node:fs/promises';
import { CassetteError } from './cassette-error.ts';
import { CASSETTE_VERSION, type CassetteRecord, type StoredBody } from './cassette-record.ts';
import { type Line, readLines } from './read-lines.ts';
import { type RecordValidator, recordValidator } from './record-validator.ts';
import { bytesOf, hashOf } from './stored-body.ts';

/** A record and its place. */
export interface PlacedRecord {
  readonly record: CassetteRecord;
  readonly line: number;
  /** Offset of the line's first byte. */
  readonly offset: number;
  /** Length of the line without its line feed. */
  readonly bytes: number;
}

/** How a cassette is read. */
export interface ReadCassetteOptions {
  /** Called with the line at which the file breaks off, as a recording does that was killed. Default: it is passed over. */
  readonly truncated?: (line: number) => void;
}

/**
 * The records in order. Every line is checked against the schema, and against the lines before: numbers of exchanges,
 * order of their parts, content behind hashes. A last line that is not whole ends the reading. Throws CassetteError
 * with line and reason.
 */
export async function* readCassette(
  path: string,
  { truncated }: ReadCassetteOptions = {},
): AsyncGenerator<PlacedRecord> {
  await assertFile(path);
  const validate = await recordValidator();
  const story = new Story(path);
  for await (const line of readLines(path)) {
    if (line.whole && line.text.trim() === '') continue;
    const record = parseLine(path, line, validate, story.begun);
    if (record === undefined) {
      if (!story.begun) throw new CassetteError(path, line.number, 'the header line is incomplete');
      truncated?.(line.number);
      return;
    }
    story.take(record, line.number);
    yield { record, line: line.number, offset: line.offset, bytes: line.bytes };
  }
  if (!story.begun) throw new CassetteError(path, 0, 'the file is empty, so it is no cassette');
}

async function assertFile(path: string): Promise<void> {
  const found = await stat(path).catch((cause: Error) => {
    throw new CassetteError(path, 0, 'there is no such cassette', { cause });
  });
  if (!found.isFile()) throw new CassetteError(path, 0, 'a cassette must be a file');
}

/** The record of a line; undefined for one that its writer did not finish. */
function parseLine(path: string, line: Line, validate: RecordValidator, begun: boolean): CassetteRecord | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line.text);
  } catch (cause) {
    if (!line.whole) return undefined;
    throw new CassetteError(path, line.number, `the line is not JSON: ${(cause as Error).message}`, { cause });
  }
  if (!begun) assertHeader(path, line.number, value);
  const wrong = validate(value);
  if (wrong !== undefined) throw new CassetteError(path, line.number, wrong);
  return value as CassetteRecord;
}

/** The header is judged first: a newer version may have a schema that is not known here. */
function assertHeader(path: string, line: number, value: unknown): void {
  const { type, version } = (value ?? {}) as { type?: unknown; version?: unknown };
  if (type !== 'cassette') throw new CassetteError(path, line, 'the first line is not the header of a cassette');
  if (typeof version === 'number' && version > CASSETTE_VERSION)
    throw new CassetteError(
      path,
      line,
      `the cassette is of version ${version}, and versions up to ${CASSETTE_VERSION} can be read here`,
    );
}

/** Follows the exchanges and holds each record to what came before. */
class Story {
  readonly #path: string;
  readonly #hashes = new Set<string>();
  /** State of each exchange. Those that have ended are kept, to find numbers that are used twice. */
  readonly #exchanges = new Map<number, 'asked' | 'streaming' | 'ended'>();
  begun = false;

  constructor(path: string) {
    this.#path = path;
  }

  take(record: CassetteRecord, line: number): void {
    const wrong = this.#wrongWith(record);
    if (wrong !== undefined) throw new CassetteError(this.#path, line, wrong);
  }

  #wrongWith(record: CassetteRecord): string | undefined {
    switch (record.type) {
      case 'cassette':
        if (this.begun) return 'a second header: cassettes are joined by `towtank cassette merge`';
        this.begun = true;
        return undefined;
      case 'body':
        return this.#keepBody(record.hash, record.body);
      case 'request':
        if (this.#exchanges.has(record.id)) return `exchange ${record.id} begins twice`;
        this.#exchanges.set(record.id, 'asked');
        return this.#missing(record.body);
      case 'response':
        return this.#respond(record.id, record.stream !== undefined) ?? this.#missing(record.body);
      case 'frame':
        if (this.#exchanges.get(record.id) !== 'streaming') return `exchange ${record.id} has no open stream`;
        return this.#missing(record.body);
      case 'end':
        if (!this.#exchanges.has(record.id)) return `exchange ${record.id} ends without a request`;
        this.#exchanges.set(record.id, 'ended');
        return undefined;
      default:
        return undefined;
    }
  }

  #respond(id: number, streams: boolean): string | undefined {
    const state = this.#exchanges.get(id);
    if (state === undefined) return `the answer of exchange ${id} has no request`;
    if (state !== 'asked') return `exchange ${id} is answered twice`;
    this.#exchanges.set(id, streams ? 'streaming' : 'ended');
    return undefined;
  }

  #keepBody(hash: string, body: StoredBody): string | undefined {
    const bytes = bytesOf(body);
    if (bytes === undefined) return 'a body record must hold its content';
    const found = hashOf(bytes);
    if (found !== hash) return `the content has been changed: its hash is ${found}, not ${hash}`;
    this.#hashes.add(hash);
    return undefined;
  }

  #missing(body: StoredBody | undefined): string | undefined {
    if (body === undefined || !('hash' in body) || this.#hashes.has(body.hash)) return undefined;
    return `no body record before this line has the hash ${body.hash}`;
  }
}
