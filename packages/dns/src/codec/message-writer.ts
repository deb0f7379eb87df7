/** Writes the fields of a message into one growing buffer, with or without compressed names. */
import { labelBytes, labelsOf } from './domain-name.ts';

const INITIAL_BYTES = 512;
/** The farthest place that a compression pointer can name. */
const POINTER_LIMIT = 0x4000;

/**
 * A message under construction. Names are compressed against every name written before, once compression is on. A
 * section that turns out too long is taken back with {@link MessageWriter.rewind}.
 */
export class MessageWriter {
  #bytes: Buffer = Buffer.allocUnsafe(INITIAL_BYTES);
  #length = 0;
  readonly #compress: boolean;
  readonly #offsets = new Map<string, number>();

  constructor(options: { readonly compress: boolean }) {
    this.#compress = options.compress;
  }

  /** Bytes written so far. */
  get length(): number {
    return this.#length;
  }

  uint8(value: number): void {
    this.#reserve(1);
    this.#bytes[this.#length] = value;
    this.#length += 1;
  }

  uint16(value: number): void {
    this.#reserve(2);
    this.#length = this.#bytes.writeUInt16BE(value & 0xffff, this.#length);
  }

  uint32(value: number): void {
    this.#reserve(4);
    this.#length = this.#bytes.writeUInt32BE(value >>> 0, this.#length);
  }

  bytes(value: Uint8Array): void {
    this.#reserve(value.length);
    this.#bytes.set(value, this.#length);
    this.#length += value.length;
  }

  /** A text of at most 255 bytes behind its length. */
  characterString(text: string): void {
    const bytes = Buffer.from(text, 'utf8');
    if (bytes.length > 255) throw new Error('a text of a TXT record is longer than 255 bytes');
    this.uint8(bytes.length);
    this.bytes(bytes);
  }

  /** A domain name. With `compress: false` it is written in full, yet later names may point into it. */
  name(name: string, { compress = true }: { readonly compress?: boolean } = {}): void {
    if (!this.#compress) {
      for (const label of labelsOf(name)) this.#label(label);
      return this.uint8(0);
    }
    const labels = labelsOf(name);
    for (let at = 0; at < labels.length; at += 1) {
      const rest = labels.slice(at).join('.');
      const known = this.#offsets.get(rest);
      if (known !== undefined && compress) return this.uint16(0xc000 | known);
      if (known === undefined && this.#length < POINTER_LIMIT) this.#offsets.set(rest, this.#length);
      this.#label(labels[at] ?? '');
    }
    this.uint8(0);
  }

  /** Writes over two bytes that are already there. */
  patchUint16(offset: number, value: number): void {
    this.#bytes.writeUInt16BE(value & 0xffff, offset);
  }

  /** Takes back everything from `length` on. */
  rewind(length: number): void {
    this.#length = length;
    for (const [name, offset] of this.#offsets) if (offset >= length) this.#offsets.delete(name);
  }

  /** A copy of what was written, `prefix` bytes of it left free at the front. */
  finish(prefix = 0): Buffer {
    const message = Buffer.alloc(prefix + this.#length);
    this.#bytes.copy(message, prefix, 0, this.#length);
    return message;
  }

  #label(label: string): void {
    const bytes = labelBytes(label);
    this.uint8(bytes.length);
    this.bytes(bytes);
  }

  #reserve(count: number): void {
    if (this.#length + count <= this.#bytes.length) return;
    const grown = Buffer.allocUnsafe(Math.max(this.#bytes.length * 2, this.#length + count));
    this.#bytes.copy(grown, 0, 0, this.#length);
    this.#bytes = grown;
  }
}
