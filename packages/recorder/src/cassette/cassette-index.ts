/** Where everything stands in a cassette: what a replay keeps in memory, while bodies stay on the disk. */
import { type FileHandle, open } from 'node:fs/promises';
import { CassetteError } from './cassette-error.ts';
import type { CassetteRecord, RequestRecord, StoredBody } from './cassette-record.ts';
import { type PlacedRecord, readCassette } from './read-cassette.ts';
import { bytesOf } from './stored-body.ts';

/** The place of a line. */
export type Place = Pick<PlacedRecord, 'line' | 'offset' | 'bytes'>;

/** A recorded request and the place of what followed. */
export interface IndexedExchange {
  readonly id: number;
  readonly method: string;
  readonly url: string;
  readonly headers: NonNullable<RequestRecord['headers']>;
  readonly place: Place;
  /** Of the head of the answer; undefined where none came. */
  response?: Place;
  /** Whether the answer goes on as frames. */
  isStream: boolean;
  /** Line after which the exchange was over; infinity where it went on to the end. */
  endLine: number;
}

/** A cassette that is open for replay. */
export class CassetteIndex implements AsyncDisposable {
  readonly path: string;
  readonly exchanges: readonly IndexedExchange[];
  readonly #file: FileHandle;
  readonly #bodies: ReadonlyMap<string, Place>;

  private constructor(
    path: string,
    file: FileHandle,
    exchanges: readonly IndexedExchange[],
    bodies: Map<string, Place>,
  ) {
    this.path = path;
    this.#file = file;
    this.exchanges = exchanges;
    this.#bodies = bodies;
  }

  /** Reads a cassette through once. `request` sees each request while it is at hand. Throws CassetteError. */
  static async open(path: string, request: (record: RequestRecord, body: Buffer) => void): Promise<CassetteIndex> {
    const exchanges = new Map<number, IndexedExchange>();
    const bodies = new Map<string, Place>();
    const requests: RequestRecord[] = [];
    for await (const { record, ...place } of readCassette(path)) {
      if (record.type === 'body') bodies.set(record.hash, place);
      if (record.type === 'request') {
        exchanges.set(record.id, exchangeOf(record, place));
        requests.push(record);
      }
      if (record.type === 'response' || record.type === 'end') follow(exchanges.get(record.id), record, place);
    }
    const index = new CassetteIndex(path, await open(path), [...exchanges.values()], bodies);
    for (const record of requests) request(record, (await index.bytesOf(record.body)) ?? Buffer.alloc(0));
    return index;
  }

  /** Reads the record of a place again. */
  async recordAt({ offset, bytes }: Place): Promise<CassetteRecord> {
    const { buffer } = await this.#file.read(Buffer.alloc(bytes), 0, bytes, offset);
    return JSON.parse(buffer.toString('utf8')) as CassetteRecord;
  }

  /** The content of a body, wherever it stands; undefined for one that was not kept, and for none. */
  async bytesOf(body: StoredBody | undefined): Promise<Buffer | undefined> {
    if (body === undefined) return undefined;
    if (!('hash' in body)) return bytesOf(body);
    const place = this.#bodies.get(body.hash);
    if (place === undefined) throw new CassetteError(this.path, 0, `there is no body with the hash ${body.hash}`);
    const record = await this.recordAt(place);
    return record.type === 'body' ? bytesOf(record.body) : undefined;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#file.close();
  }
}

const exchangeOf = ({ id, method, url, headers = {} }: RequestRecord, place: Place): IndexedExchange => ({
  id,
  method,
  url,
  headers,
  place,
  isStream: false,
  endLine: Number.POSITIVE_INFINITY,
});

function follow(
  exchange: IndexedExchange | undefined,
  record: Extract<CassetteRecord, { type: 'response' | 'end' }>,
  place: Place,
): void {
  if (exchange === undefined) return;
  if (record.type === 'response') {
    exchange.response = place;
    exchange.isStream = record.stream !== undefined;
  }
  if (!exchange.isStream || record.type === 'end') exchange.endLine = place.line;
}
