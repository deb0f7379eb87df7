/** Finds the fields that stand twice in a JSON text. Only called for texts that parse and do repeat a field. */
import { formatStrictPath } from './object-decoder.ts';

/** Fields that stand twice, and where every field stands. */
export interface Duplicates {
  readonly duplicates: readonly string[];
  readonly positions: ReadonlyMap<string, number>;
}

/** Reads a valid JSON text once more, this time with an eye on repeated fields. */
export function findDuplicates(text: string): Duplicates {
  const finder = new DuplicateFinder(text);
  finder.value();
  return { duplicates: [...finder.duplicates], positions: finder.positions };
}

class DuplicateFinder {
  readonly duplicates = new Set<string>();
  readonly positions = new Map<string, number>();
  readonly #text: string;
  readonly #path: (string | number)[] = [];
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  value(): void {
    this.#blank();
    switch (this.#text.charAt(this.#at)) {
      case '{':
        return this.#object();
      case '[':
        return this.#array();
      case '"':
        this.#string();
        return;
      default:
        while (/[^,\]}\s]/.test(this.#text.charAt(this.#at))) this.#at += 1;
    }
  }

  #object(): void {
    const seen = new Set<string>();
    this.#at += 1;
    for (this.#blank(); this.#text.charAt(this.#at) !== '}'; this.#blank()) {
      const key = this.#string();
      this.#path.push(key);
      this.#note(key, seen);
      this.#blank();
      this.#at += 1;
      this.value();
      this.#path.pop();
      this.#separator();
    }
    this.#at += 1;
  }

  #note(key: string, seen: Set<string>): void {
    const path = formatStrictPath(this.#path);
    const error = `duplicate field ${JSON.stringify(path)}`;
    const name = seen.has(key) ? error : path;
    if (!this.positions.has(name)) this.positions.set(name, this.positions.size);
    if (seen.has(key)) this.duplicates.add(error);
    seen.add(key);
  }

  #array(): void {
    this.#at += 1;
    this.#blank();
    for (let index = 0; this.#text.charAt(this.#at) !== ']'; index += 1) {
      this.#path.push(index);
      this.value();
      this.#path.pop();
      this.#separator();
      this.#blank();
    }
    this.#at += 1;
  }

  #separator(): void {
    this.#blank();
    if (this.#text.charAt(this.#at) === ',') this.#at += 1;
  }

  #string(): string {
    const start = this.#at;
    for (this.#at += 1; this.#text.charAt(this.#at) !== '"'; this.#at += 1)
      if (this.#text.charAt(this.#at) === '\\') this.#at += 1;
    this.#at += 1;
    return JSON.parse(this.#text.slice(start, this.#at)) as string;
  }

  #blank(): void {
    while (/\s/.test(this.#text.charAt(this.#at))) this.#at += 1;
  }
}
