/** Remembers bytes that can be made again, within a bound. */

/** Two generations: what is not asked for while the younger one fills up is forgotten with the older one. */
export class ByteCache {
  readonly #maxBytes: number;
  #young = new Map<object, Buffer>();
  #old = new Map<object, Buffer>();
  #youngBytes = 0;

  /** Each of the two generations keeps so many bytes. */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** The bytes of a key, made if they are not known. */
  get<K extends object>(key: K, make: (key: K) => Buffer): Buffer {
    const young = this.#young.get(key);
    if (young !== undefined) return young;
    const bytes = this.#old.get(key) ?? make(key);
    this.#young.set(key, bytes);
    this.#youngBytes += bytes.length;
    if (this.#youngBytes > this.#maxBytes) {
      this.#old = this.#young;
      this.#young = new Map();
      this.#youngBytes = 0;
    }
    return bytes;
  }
}
