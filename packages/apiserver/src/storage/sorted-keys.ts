/** Keys in order, kept sorted as they come and go. */

/** A sorted list of distinct keys. */
export class SortedKeys {
  readonly #keys: string[] = [];

  insert(key: string): void {
    const last = this.#keys.at(-1);
    if (last === undefined || last < key) this.#keys.push(key);
    else this.#keys.splice(this.#lowerBound(key), 0, key);
  }

  remove(key: string): void {
    const at = this.#lowerBound(key);
    if (this.#keys[at] === key) this.#keys.splice(at, 1);
  }

  /** The keys that begin with `prefix`; all of them without one. */
  startingWith(prefix: string | undefined): readonly string[] {
    if (prefix === undefined) return this.#keys;
    const from = this.#lowerBound(prefix);
    return this.#keys.slice(from, this.#lowerBound(`${prefix}\uffff`));
  }

  #lowerBound(key: string): number {
    let low = 0;
    let high = this.#keys.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#keys[middle] ?? '') < key) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
