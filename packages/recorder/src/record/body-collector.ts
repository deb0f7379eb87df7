/** Keeps a body while it passes, up to a limit. */
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import type { StoredBody } from '../cassette/cassette-record.ts';

/** A body that is larger passes, but is not kept. */
export const BODY_LIMIT_BYTES: number = 64 << 20;

/** Collects the chunks of one body. */
export class BodyCollector {
  readonly #limit: number;
  #chunks: Uint8Array[] = [];
  #bytes = 0;

  constructor(limit: number = BODY_LIMIT_BYTES) {
    this.#limit = limit;
  }

  push(chunk: Uint8Array): void {
    this.#bytes += chunk.length;
    if (this.#bytes > this.#limit) this.#chunks = [];
    else this.#chunks.push(chunk);
  }

  /** What has come so far, unpacked; what is too large to keep is said to be so. */
  async take(contentEncoding?: string): Promise<Buffer | StoredBody> {
    if (this.#bytes > this.#limit) return { omitted: `a body of more than ${this.#limit} bytes` };
    const bytes = Buffer.concat(this.#chunks);
    if (contentEncoding === undefined || contentEncoding === 'identity' || bytes.length === 0) return bytes;
    if (contentEncoding !== 'gzip') return { omitted: `a body with the encoding ${contentEncoding}` };
    try {
      return await promisify(gunzip)(bytes, { maxOutputLength: this.#limit });
    } catch (reason) {
      return { omitted: `a body that cannot be unpacked: ${(reason as Error).message}` };
    }
  }
}

/** Splits a stream into lines, each with its line feed. A line that is too long is cut out. */
export class LineCollector {
  readonly #limit: number;
  #rest: Buffer[] = [];
  #bytes = 0;

  constructor(limit: number = BODY_LIMIT_BYTES) {
    this.#limit = limit;
  }

  /** Takes a chunk and answers the lines that it completes. */
  push(chunk: Buffer): (Buffer | StoredBody)[] {
    const lines: (Buffer | StoredBody)[] = [];
    let from = 0;
    for (let end = chunk.indexOf(0x0a); end !== -1; end = chunk.indexOf(0x0a, from)) {
      this.#keep(chunk.subarray(from, end + 1));
      lines.push(this.#line());
      from = end + 1;
    }
    if (from < chunk.length) this.#keep(chunk.subarray(from));
    return lines;
  }

  /** The last line, where no line feed ends it. */
  rest(): (Buffer | StoredBody)[] {
    return this.#bytes === 0 ? [] : [this.#line()];
  }

  #keep(part: Buffer): void {
    this.#bytes += part.length;
    if (this.#bytes > this.#limit) this.#rest = [];
    else this.#rest.push(part);
  }

  #line(): Buffer | StoredBody {
    const [first] = this.#rest;
    const isOmitted = this.#bytes > this.#limit;
    const line = this.#rest.length === 1 && first !== undefined ? first : Buffer.concat(this.#rest);
    this.#rest = [];
    this.#bytes = 0;
    return isOmitted ? { omitted: `a line of more than ${this.#limit} bytes` } : line;
  }
}
