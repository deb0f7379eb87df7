/** A clock that a test moves by hand. */
import type { Clock, Timer } from '../src/index.ts';

export class ManualClock implements Clock {
  #now = 0;
  readonly #pending = new Set<{ readonly at: number; readonly callback: () => void }>();

  now(): number {
    return this.#now;
  }

  get timers(): number {
    return this.#pending.size;
  }

  schedule(delayMs: number, callback: () => void): Timer {
    const pending = { at: this.#now + delayMs, callback };
    this.#pending.add(pending);
    return { cancel: () => void this.#pending.delete(pending) };
  }

  advance(byMs: number): void {
    this.#now += byMs;
    for (const timer of [...this.#pending].sort((a, b) => a.at - b.at)) {
      if (timer.at > this.#now) continue;
      this.#pending.delete(timer);
      timer.callback();
    }
  }
}
