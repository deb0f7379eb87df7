/** Why bytes are no JSON, in the words of Go's scanner. */

const HEX = /[0-9a-fA-F]/;
const ESCAPES = new Set('bfnrt\\/"');

/** The scanner's message for text that is no JSON document. Characters are bytes, as Go counts them. */
export function jsonSyntaxError(bytes: Uint8Array): string {
  return new JsonScanner(Buffer.from(bytes).toString('latin1')).message();
}

/** The scanner has met a character that it did not expect. */
class UnexpectedCharacter extends Error {
  override readonly name = 'UnexpectedCharacter';
}

/** Walks a text that is known to be broken until it finds out where. */
class JsonScanner {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  message(): string {
    try {
      this.#value();
      this.#blank();
      if (this.#at < this.#text.length) this.#fail('after top-level value');
      return 'unexpected end of JSON input';
    } catch (reason) {
      if (!(reason instanceof UnexpectedCharacter)) throw reason;
      return reason.message;
    }
  }

  #peek(): string {
    if (this.#at >= this.#text.length) throw new UnexpectedCharacter('unexpected end of JSON input');
    return this.#text.charAt(this.#at);
  }

  #fail(context: string): never {
    throw new UnexpectedCharacter(`invalid character ${quoteCharacter(this.#peek())} ${context}`);
  }

  #blank(): void {
    while (' \t\r\n'.includes(this.#text.charAt(this.#at)) && this.#at < this.#text.length) this.#at += 1;
  }

  #value(): void {
    this.#blank();
    const first = this.#peek();
    if (first === '{') return this.#object();
    if (first === '[') return this.#array();
    if (first === '"') return this.#string();
    if (first === '-' || (first >= '0' && first <= '9')) return this.#number();
    for (const word of ['true', 'false', 'null']) if (word[0] === first) return this.#word(word);
    this.#fail('looking for beginning of value');
  }

  #object(): void {
    this.#at += 1;
    this.#blank();
    if (this.#peek() === '}') return this.#advance();
    for (;;) {
      this.#blank();
      if (this.#peek() !== '"') this.#fail('looking for beginning of object key string');
      this.#string();
      this.#blank();
      if (this.#peek() !== ':') this.#fail('after object key');
      this.#at += 1;
      this.#value();
      this.#blank();
      if (this.#peek() === '}') return this.#advance();
      if (this.#peek() !== ',') this.#fail('after object key:value pair');
      this.#at += 1;
    }
  }

  #array(): void {
    this.#at += 1;
    this.#blank();
    if (this.#peek() === ']') return this.#advance();
    for (;;) {
      this.#value();
      this.#blank();
      if (this.#peek() === ']') return this.#advance();
      if (this.#peek() !== ',') this.#fail('after array element');
      this.#at += 1;
    }
  }

  #advance(): void {
    this.#at += 1;
  }

  #string(): void {
    this.#at += 1;
    for (; this.#peek() !== '"'; this.#at += 1) {
      if (this.#peek() === '\\') this.#escape();
      else if (this.#peek() < ' ') this.#fail('in string literal');
    }
    this.#at += 1;
  }

  #escape(): void {
    this.#at += 1;
    if (ESCAPES.has(this.#peek())) return;
    if (this.#peek() !== 'u') this.#fail('in string escape code');
    for (let digit = 0; digit < 4; digit += 1) {
      this.#at += 1;
      if (!HEX.test(this.#peek())) this.#fail('in \\u hexadecimal character escape');
    }
  }

  #word(word: string): void {
    for (const letter of word) {
      if (this.#peek() !== letter) this.#fail(`in literal ${word} (expecting ${quoteCharacter(letter)})`);
      this.#at += 1;
    }
  }

  #number(): void {
    if (this.#peek() === '-') this.#at += 1;
    if (this.#peek() === '0') this.#at += 1;
    else this.#digits('in numeric literal');
    if (this.#text.charAt(this.#at) === '.') {
      this.#at += 1;
      this.#digits('after decimal point in numeric literal');
    }
    if (/[eE]/.test(this.#text.charAt(this.#at))) {
      this.#at += 1;
      if (/[+-]/.test(this.#peek())) this.#at += 1;
      this.#digits('in exponent of numeric literal');
    }
  }

  #digits(context: string): void {
    if (!/\d/.test(this.#peek())) this.#fail(context);
    while (/\d/.test(this.#text.charAt(this.#at)) && this.#at < this.#text.length) this.#at += 1;
  }
}

/** Go's `quoteChar`. */
function quoteCharacter(character: string): string {
  if (character === "'") return "'\\''";
  if (character === '"') return `'"'`;
  const code = character.charCodeAt(0);
  if (code === 0x7f || (code >= 0x80 && code < 0xa0) || code === 0xad) return `'\\u00${code.toString(16)}'`;
  if (code === 0xa0) return "'\\u00a0'";
  if (code < 0x20 && !'\n\t\r\b\f\v\x07'.includes(character)) return `'\\x${code.toString(16).padStart(2, '0')}'`;
  const named: Readonly<Record<string, string>> = { '\v': '\\v', '\x07': '\\a' };
  return `'${named[character] ?? JSON.stringify(character).slice(1, -1)}'`;
}
