/** What the network needs of time and of the barrier, by shape: the package depends on no other. */

/** A timer that may be cancelled; cancelling twice is harmless. */
export interface Timer {
  cancel(): void;
}

/** The time and its timers. */
export interface Clock {
  /** Milliseconds since the Unix epoch. */
  now(): number;
  /** Runs `callback` once, `delayMs` from now. */
  schedule(delayMs: number, callback: () => void): Timer;
}

/** Counts work in progress: whoever waits for quiet waits for the end of each piece. */
export interface ActivityCounter {
  begin(what: string): () => void;
}

/** The machine's clock; its timers do not keep the process alive. */
export const systemClock: Clock = {
  now: () => Date.now(),
  schedule(delayMs, callback) {
    const timer = setTimeout(callback, delayMs);
    timer.unref();
    return { cancel: () => clearTimeout(timer) };
  },
};
