/** The barrier behind `settled()`: who is busy, and when nobody is. */

/**
 * Counts work in progress. Whoever takes on work that outlives the current turn calls {@link Activity.begin} first and
 * the returned function when it is done: a queue with keys in it, a kubelet that starts a container, a proxy that opens
 * a socket. Work that waits for a timer of the injected clock does not count: only a test can move it.
 */
export class Activity {
  readonly #busy = new Map<string, number>();
  #waiters: (() => void)[] = [];

  /** Marks work as begun; call the result once it has ended. Calling that twice is harmless. */
  begin(what: string): () => void {
    this.#busy.set(what, (this.#busy.get(what) ?? 0) + 1);
    let ended = false;
    return () => {
      if (ended) return;
      ended = true;
      this.#end(what);
    };
  }

  /** Tracks a promise from now until it settles, and returns it. */
  track<T>(what: string, work: Promise<T>): Promise<T> {
    const end = this.begin(what);
    return work.finally(end);
  }

  /** What is being done now, with counts. */
  get busy(): ReadonlyMap<string, number> {
    return this.#busy;
  }

  /**
   * Resolves once nothing is busy and a full turn of the event loop has brought no new work. Events of in-process
   * watches travel by microtask, so a quiet turn means that every informer has seen the newest revision.
   */
  async settled(): Promise<void> {
    for (let quiet = 0; quiet < 2; ) {
      if (this.#busy.size > 0) {
        await new Promise<void>((resolve) => this.#waiters.push(resolve));
        quiet = 0;
      } else {
        await new Promise<void>((resolve) => setImmediate(resolve));
        quiet = this.#busy.size === 0 ? quiet + 1 : 0;
      }
    }
  }

  #end(what: string): void {
    const left = (this.#busy.get(what) ?? 1) - 1;
    if (left > 0) return void this.#busy.set(what, left);
    this.#busy.delete(what);
    if (this.#busy.size > 0) return;
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const wake of waiters) wake();
  }
}
