/** Answers that are written at the end of the turn in which they became ready. */
import type { ServerResponse } from 'node:http';

/**
 * Writes answers together. A write wakes the client at its other end, which costs the writer more than the write itself:
 * of several in a row only the first one does.
 */
export class AnswerQueue {
  #waiting: { readonly res: ServerResponse; readonly bytes: Uint8Array }[] = [];

  /** Ends the response with these bytes at the end of this turn of the event loop. */
  end(res: ServerResponse, bytes: Uint8Array): void {
    this.#waiting.push({ res, bytes });
    if (this.#waiting.length === 1) setImmediate(() => this.#flush());
  }

  #flush(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const { res, bytes } of waiting) res.end(bytes);
  }
}
