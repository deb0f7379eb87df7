/** Answers that are written at the end of the turn in which they became ready. */

/**
 * Writes answers together. A write wakes the client at its other end, which costs the writer more than the write itself;
 * of several in a row only the first one does.
 */
export class AnswerQueue {
  #writes: (() => void)[] = [];

  /** Calls the function at the end of this turn of the event loop, after those that were added before. */
  add(write: () => void): void {
    this.#writes.push(write);
    if (this.#writes.length === 1) setImmediate(() => this.#flush());
  }

  #flush(): void {
    const writes = this.#writes;
    this.#writes = [];
    for (const write of writes) write();
  }
}
