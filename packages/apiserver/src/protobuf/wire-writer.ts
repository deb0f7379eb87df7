/** The wire format of protocol buffers, written from its end to its beginning: lengths are known when they are needed. */

const FIRST_BYTES = 512;

/** Collects the bytes of a message. What is written last stands first. */
export class WireWriter {
  #bytes: Buffer = Buffer.allocUnsafe(FIRST_BYTES);
  #at: number = FIRST_BYTES;

  /** How many bytes have been written. */
  get length(): number {
    return this.#bytes.length - this.#at;
  }

  /** The bytes that have been written. */
  finish(): Buffer {
    return Buffer.from(this.#bytes.subarray(this.#at));
  }

  /** A number of up to 64 bits; a negative one takes all of them. */
  varint(value: number): void {
    if (value < 0 || value > Number.MAX_SAFE_INTEGER) return this.#wideVarint(BigInt.asUintN(64, BigInt(value)));
    let size = 1;
    for (let rest = value; rest >= 0x80; rest = Math.floor(rest / 0x80)) size += 1;
    let at = this.#take(size);
    let rest = value;
    for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) this.#bytes[at++] = (rest % 0x80) | 0x80;
    this.#bytes[at] = rest;
  }

  double(value: number): void {
    const at = this.#take(8);
    this.#bytes.writeDoubleLE(value, at);
  }

  text(value: string): void {
    const at = this.#take(Buffer.byteLength(value));
    this.#bytes.write(value, at, 'utf8');
  }

  bytes(value: Uint8Array): void {
    const at = this.#take(value.length);
    this.#bytes.set(value, at);
  }

  /** The number and wire type that stand before a value: 0 for a varint, 1 for eight bytes, 2 for a length and bytes. */
  tag(field: number, wireType: 0 | 1 | 2): void {
    this.varint(field * 8 + wireType);
  }

  /** Closes a field of bytes of which everything since `start`, an earlier {@link length}, is the value. */
  delimit(field: number, start: number): void {
    this.varint(this.length - start);
    this.tag(field, 2);
  }

  #wideVarint(value: bigint): void {
    const bytes: number[] = [];
    let rest = value;
    for (; rest >= 0x80n; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80);
    this.bytes(Uint8Array.from([...bytes, Number(rest)]));
  }

  /** Makes room in front of what there is, and answers where it begins. The buffer may be another one afterwards. */
  #take(size: number): number {
    if (size > this.#at) {
      const { length } = this;
      const grown = Buffer.allocUnsafe(Math.max(this.#bytes.length * 2, length + size));
      this.#bytes.copy(grown, grown.length - length, this.#at);
      this.#at = grown.length - length;
      this.#bytes = grown;
    }
    this.#at -= size;
    return this.#at;
  }
}
