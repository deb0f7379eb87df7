/** A number that changes whenever anything changes that an answer may depend on. */

/** Kept answers carry the number under which they were made, and are worthless under any other. */
export class Generation {
  #value = 0;

  get value(): number {
    return this.#value;
  }

  advance(): void {
    this.#value += 1;
  }
}
