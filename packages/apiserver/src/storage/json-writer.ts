/** Writes JSON as bytes: those of `JSON.stringify` in UTF-8, without a text in between that only lives to be copied. */
import { jsonOfShared } from './shared-value.ts';

const [QUOTE, COMMA, COLON, BACKSLASH] = [34, 44, 58, 92];
const [OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [91, 93, 123, 125];
const [FIRST_PRINTABLE, LAST_PRINTABLE] = [32, 126];

/** Texts up to here are written character by character, which takes less time than a call out of JavaScript. */
const SHORT = 64;
/** Bytes of UTF-8 that one UTF-16 unit takes at most. */
const MAX_BYTES_PER_UNIT = 3;
const INITIAL_BYTES = 64 * 1024;
/** A buffer that had to grow beyond this is not kept. */
const MAX_KEPT_BYTES = 1024 * 1024;

/** Writes one value after the other, each from {@link begin} to {@link bytes}. */
export class JsonWriter {
  #buffer: Buffer = Buffer.allocUnsafeSlow(INITIAL_BYTES);
  #at = 0;

  begin(): void {
    if (this.#buffer.length > MAX_KEPT_BYTES) this.#buffer = Buffer.allocUnsafeSlow(INITIAL_BYTES);
    this.#at = 0;
  }

  /** How many bytes have been written. */
  get length(): number {
    return this.#at;
  }

  /** What has been written; it is overwritten by what is written next. */
  bytes(): Buffer {
    return this.#buffer.subarray(0, this.#at);
  }

  openObject(): void {
    this.#byte(OPEN_OBJECT);
  }

  closeObject(): void {
    this.#byte(CLOSE_OBJECT);
  }

  lineBreak(): void {
    this.#byte(10);
  }

  /** The name of the next field of an object. */
  name(name: string): void {
    this.#separate();
    this.#text(name);
    this.#byte(COLON);
  }

  /** A value of JSON; like in a list, what is none is null. */
  value(value: unknown): void {
    if (typeof value === 'string') this.#text(value);
    else if (typeof value !== 'object' || value === null) this.#plain(value);
    else this.#parts(value);
  }

  #parts(value: object): void {
    const known = jsonOfShared(value);
    if (known !== undefined) this.#raw(known);
    else if (Array.isArray(value)) this.#list(value);
    else this.#object(value as Record<string, unknown>);
  }

  /** Parts what comes next from what stands before it in the same object or list. */
  #separate(): void {
    const before = this.#buffer[this.#at - 1];
    if (before !== OPEN_OBJECT && before !== OPEN_LIST) this.#byte(COMMA);
  }

  #list(list: readonly unknown[]): void {
    this.#byte(OPEN_LIST);
    for (const item of list) {
      this.#separate();
      this.value(item);
    }
    this.#byte(CLOSE_LIST);
  }

  #object(object: Readonly<Record<string, unknown>>): void {
    this.#byte(OPEN_OBJECT);
    for (const name in object) {
      const value = object[name];
      if (value === undefined) continue;
      this.name(name);
      this.value(value);
    }
    this.#byte(CLOSE_OBJECT);
  }

  #plain(value: unknown): void {
    this.#ascii(JSON.stringify(value) ?? 'null');
  }

  #text(text: string): void {
    const { length } = text;
    if (length > SHORT) return this.#longText(text);
    this.#reserve(length + 2);
    const buffer = this.#buffer;
    let at = this.#at;
    buffer[at] = QUOTE;
    for (let index = 0; index < length; index += 1) {
      const code = text.charCodeAt(index);
      if (code < FIRST_PRINTABLE || code > LAST_PRINTABLE || code === QUOTE || code === BACKSLASH)
        return this.#longText(text);
      at += 1;
      buffer[at] = code;
    }
    buffer[at + 1] = QUOTE;
    this.#at = at + 2;
  }

  #longText(text: string): void {
    const json = JSON.stringify(text);
    this.#reserve(json.length * MAX_BYTES_PER_UNIT);
    this.#at += this.#buffer.write(json, this.#at);
  }

  #ascii(text: string): void {
    this.#reserve(text.length);
    for (let index = 0; index < text.length; index += 1) {
      this.#buffer[this.#at] = text.charCodeAt(index);
      this.#at += 1;
    }
  }

  #raw(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#buffer.set(bytes, this.#at);
    this.#at += bytes.length;
  }

  #byte(byte: number): void {
    this.#reserve(1);
    this.#buffer[this.#at] = byte;
    this.#at += 1;
  }

  #reserve(bytes: number): void {
    const needed = this.#at + bytes;
    if (needed <= this.#buffer.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(needed, 2 * this.#buffer.length));
    larger.set(this.bytes());
    this.#buffer = larger;
  }
}
