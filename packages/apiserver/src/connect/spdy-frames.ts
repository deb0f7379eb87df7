/** SPDY/3.1 frames, as far as streams need them. */
import { constants, createDeflate, createInflate, type Deflate, type Inflate } from 'node:zlib';
import { SPDY_DICTIONARY } from '../data/spdy-dictionary.ts';

/** A frame as it comes over the wire. */
export interface SpdyFrame {
  /** Type of a control frame; undefined for data. */
  readonly type: number | undefined;
  /** Of data frames. */
  readonly streamId: number;
  readonly flags: number;
  readonly payload: Buffer;
}

export const SYN_STREAM = 1;
export const SYN_REPLY = 2;
export const RST_STREAM = 3;
export const PING = 6;
export const GOAWAY = 7;
/** Flag of the last frame of one side of a stream. */
export const FIN = 1;

const HEADER_BYTES = 8;
const VERSION = 3;

/** Cuts a stream of bytes into frames. */
export class FrameReader {
  #rest: Buffer = Buffer.alloc(0);

  /** The frames that are whole with these bytes. */
  read(bytes: Buffer): SpdyFrame[] {
    const frames: SpdyFrame[] = [];
    let rest = this.#rest.length === 0 ? bytes : Buffer.concat([this.#rest, bytes]);
    while (rest.length >= HEADER_BYTES) {
      const end = HEADER_BYTES + rest.readUIntBE(5, 3);
      if (rest.length < end) break;
      const first = rest.readUInt32BE(0);
      const isControl = first >= 0x80000000;
      frames.push({
        type: isControl ? first & 0xffff : undefined,
        streamId: isControl ? 0 : first,
        flags: rest[4] ?? 0,
        payload: rest.subarray(HEADER_BYTES, end),
      });
      rest = rest.subarray(end);
    }
    this.#rest = rest;
    return frames;
  }
}

/** The bytes of a data frame. */
export function dataFrame(streamId: number, data: Uint8Array, flags = 0): Buffer {
  const frame = Buffer.allocUnsafe(HEADER_BYTES + data.length);
  frame.writeUInt32BE(streamId, 0);
  frame.writeUInt32BE(data.length, 4);
  frame[4] = flags;
  frame.set(data, HEADER_BYTES);
  return frame;
}

/** The bytes of a control frame. */
export function controlFrame(type: number, payload: Uint8Array, flags = 0): Buffer {
  const frame = dataFrame(0, payload, flags);
  frame.writeUInt16BE(0x8000 | VERSION, 0);
  frame.writeUInt16BE(type, 2);
  return frame;
}

/** Numbers of four bytes each. */
export function words(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 4);
  for (const [index, value] of values.entries()) bytes.writeUInt32BE(value >>> 0, index * 4);
  return bytes;
}

/** Reads and writes header blocks. Each depends on those before it, so they have to be read in order. */
export class HeaderBlocks implements Disposable {
  readonly #inflate: Inflate = createInflate({ dictionary: SPDY_DICTIONARY });
  readonly #deflate: Deflate = createDeflate({ dictionary: SPDY_DICTIONARY });

  /** Rejects when the block is broken. */
  async read(block: Uint8Array): Promise<Map<string, string>> {
    return parseHeaders(await through(this.#inflate, block));
  }

  /** A block without headers. */
  async empty(): Promise<Buffer> {
    return await through(this.#deflate, words(0));
  }

  [Symbol.dispose](): void {
    this.#inflate.close();
    this.#deflate.close();
  }
}

function through(codec: Inflate | Deflate, bytes: Uint8Array): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const take = (chunk: Buffer): void => void chunks.push(chunk);
    codec.once('error', reject);
    codec.on('data', take);
    codec.write(bytes);
    codec.flush(constants.Z_SYNC_FLUSH, () => {
      codec.off('data', take);
      codec.off('error', reject);
      resolve(Buffer.concat(chunks));
    });
  });
}

function parseHeaders(block: Buffer): Map<string, string> {
  const headers = new Map<string, string>();
  let at = 4;
  const text = (): string => {
    const length = block.readUInt32BE(at);
    at += 4 + length;
    return block.toString('latin1', at - length, at);
  };
  for (let left = block.readUInt32BE(0); left > 0; left -= 1) headers.set(text().toLowerCase(), text());
  return headers;
}
