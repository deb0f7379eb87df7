/** Writes a cassette line by line. */
import { once } from 'node:events';
import { createWriteStream, type WriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { CASSETTE_VERSION, type CassetteRecord, type StoredBody } from './cassette-record.ts';
import { formatRecord } from './format-record.ts';
import { bytesOf, hashOf } from './stored-body.ts';

/** Bodies from this size on are stored once, by their hash. */
const SHARED_BODY_BYTES = 2048;
/** How many hashes are remembered; a body that comes again after so many others is written again. */
const REMEMBERED_HASHES = 50_000;

/** What stands in the header. */
export interface CassetteHeader {
  /** RFC 3339. */
  readonly recorded: string;
  readonly source?: string;
}

/**
 * An open cassette. Each record is handed to the file as one whole line at once, so that a process that is killed
 * leaves a file that can be read up to its last whole line.
 */
export class CassetteWriter implements AsyncDisposable {
  readonly path: string;
  readonly #file: WriteStream;
  readonly #hashes = new Set<string>();
  #failure: Error | undefined;
  #drained: Promise<unknown> | undefined;
  #bytes = 0;
  #records = 0;
  #closed: Promise<void> | undefined;

  private constructor(path: string, file: WriteStream) {
    this.path = path;
    this.#file = file;
    file.on('error', (error) => {
      this.#failure = error;
    });
  }

  /** Creates the file and its folder; what was there is replaced. */
  static async open(path: string, { recorded, source }: CassetteHeader): Promise<CassetteWriter> {
    await mkdir(dirname(path), { recursive: true });
    const file = createWriteStream(path);
    await once(file, 'open');
    const writer = new CassetteWriter(path, file);
    await writer.write({
      type: 'cassette',
      version: CASSETTE_VERSION,
      recorded,
      ...(source === undefined ? {} : { source }),
    });
    return writer;
  }

  /** How much has been written. */
  get bytes(): number {
    return this.#bytes;
  }

  /** How many records have been written, shared bodies included. */
  get records(): number {
    return this.#records;
  }

  /**
   * Appends a record; a large body goes before it, once. Lines stand in the order of the calls. Whoever writes many
   * records waits for the result: it resolves when the file takes more. Rejects with the error of the disk. The size
   * of the body, where it is known, saves finding out whether it is large.
   */
  async write(record: CassetteRecord, bodyBytes: number = SHARED_BODY_BYTES): Promise<void> {
    const { body } = record as { body?: StoredBody };
    const isInPlace = body === undefined || record.type === 'body' || bodyBytes < SHARED_BODY_BYTES;
    const shared = isInPlace ? undefined : this.#share(body);
    const line = formatRecord(shared === undefined ? record : ({ ...record, body: shared } as CassetteRecord));
    await this.#append(line);
  }

  /** Resolves once everything is in the file. */
  close(): Promise<void> {
    this.#closed ??= this.#end();
    return this.#closed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #share(body: StoredBody): StoredBody {
    const bytes = bytesOf(body);
    if (bytes === undefined || bytes.length < SHARED_BODY_BYTES) return body;
    const hash = hashOf(bytes);
    if (this.#hashes.has(hash)) return { hash };
    if (this.#hashes.size >= REMEMBERED_HASHES) this.#hashes.clear();
    this.#hashes.add(hash);
    this.#append(formatRecord({ type: 'body', hash, body })).catch(() => undefined); // the record itself rejects too
    return { hash };
  }

  async #append(line: string): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure;
    if (this.#closed !== undefined) return;
    this.#records += 1;
    this.#bytes += Buffer.byteLength(line) + 1;
    if (this.#file.write(`${line}\n`)) return;
    this.#drained ??= once(this.#file, 'drain')
      .catch(() => undefined)
      .finally(() => {
        this.#drained = undefined;
      });
    await this.#drained;
    if (this.#failure !== undefined) throw this.#failure;
  }

  async #end(): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure;
    this.#file.end();
    await once(this.#file, 'close');
    if (this.#failure !== undefined) throw this.#failure;
  }
}
