/** Work of one kind that is done together, at the end of the turn of the event loop in which it comes up. */

/**
 * Does the jobs of one turn one right after the other. Each then finds the code and the tables that it needs in the
 * processor's caches, from where reading requests and writing answers in between would drive them.
 */
export class TurnQueue<Job> {
  readonly #work: (job: Job) => void;
  readonly #afterwards: (() => void) | undefined;
  #waiting: Job[] = [];

  /** `afterwards` is called when the jobs of a turn are done. */
  constructor(work: (job: Job) => void, afterwards?: () => void) {
    this.#work = work;
    this.#afterwards = afterwards;
  }

  /** Has the job done at the end of this turn. */
  add(job: Job): void {
    this.#waiting.push(job);
    if (this.#waiting.length === 1) setImmediate(() => this.#flush());
  }

  #flush(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const job of waiting) this.#work(job);
    this.#afterwards?.();
  }
}
