/** Writes the fields of a message into one growing buffer, with or without compressed names. */
import { labelBytes, labelsOf } from './domain-name.ts';

/** Where messages are written: one after the other, so that writing allocates nothing. */
let scratch: Buffer = Buffer.allocUnsafeSlow(0x1_0000);

const MAX_LABEL_BYTES = 63;
const MAX_UTF8_BYTES = 3;
/** The farthest place that a compression pointer can name. */
const POINTER_LIMIT = 0x4000;

/**
 * A message under construction. Names are compressed against every name written before, once compression is on. A
 * section that turns out too long is taken back with {@link MessageWriter.rewind}. All writers share one buffer: a
 * message must be finished, or given up, before the next one is begun.
 */
export class MessageWriter {
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
    scratch[this.#length] = value;
    this.#length += 1;
  }

  uint16(value: number): void {
    this.#reserve(2);
    this.#length = scratch.writeUInt16BE(value & 0xffff, this.#length);
  }

  uint32(value: number): void {
    this.#reserve(4);
    this.#length = scratch.writeUInt32BE(value >>> 0, this.#length);
  }

  bytes(value: Uint8Array): void {
    this.#reserve(value.length);
    scratch.set(value, this.#length);
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
    scratch.writeUInt16BE(value & 0xffff, offset);
  }

  /** Takes back everything from `length` on. */
  rewind(length: number): void {
    this.#length = length;
    for (const [name, offset] of this.#offsets) if (offset >= length) this.#offsets.delete(name);
  }

  /** A copy of what was written, `prefix` bytes of it left free at the front. */
  finish(prefix = 0): Buffer {
    const message = Buffer.allocUnsafe(prefix + this.#length);
    scratch.copy(message, prefix, 0, this.#length);
    return message;
  }

  #label(label: string): void {
    if (label.includes('\\')) {
      const bytes = labelBytes(label);
      this.uint8(bytes.length);
      return this.bytes(bytes);
    }
    this.#reserve(1 + label.length * MAX_UTF8_BYTES);
    const size = scratch.write(label, this.#length + 1, 'utf8');
    if (size === 0 || size > MAX_LABEL_BYTES) throw new Error(`invalid label ${JSON.stringify(label)}`);
    scratch[this.#length] = size;
    this.#length += 1 + size;
  }

  #reserve(count: number): void {
    if (this.#length + count <= scratch.length) return;
    const grown = Buffer.allocUnsafeSlow(Math.max(scratch.length * 2, this.#length + count));
    scratch.copy(grown, 0, 0, this.#length);
    scratch = grown;
  }
}
