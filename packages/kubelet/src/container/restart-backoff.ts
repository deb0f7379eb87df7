/** How long a container that keeps ending waits before it is started again. */

const INITIAL_MS = 10_000;
const MAX_MS = 300_000;

/**
 * The kubelet's crash loop: the first restart comes at once, the next 10 s after the end before it, then twice as long
 * each time, five minutes at most. A container that has run for ten minutes starts anew.
 */
export class RestartBackoff {
  #delayMs = 0;
  #updatedMs = 0;

  /** When a container that ended at `finishedMs` may start. */
  dueMs(finishedMs: number): number {
    return this.#isOver(finishedMs) ? finishedMs : finishedMs + this.#delayMs;
  }

  /** The delay that is being waited for, for the message. */
  get delayMs(): number {
    return this.#delayMs;
  }

  /** The container starts again. */
  restarted(finishedMs: number, nowMs: number): void {
    this.#delayMs = this.#isOver(finishedMs) ? INITIAL_MS : Math.min(MAX_MS, this.#delayMs * 2);
    this.#updatedMs = nowMs;
  }

  #isOver(finishedMs: number): boolean {
    return this.#delayMs === 0 || finishedMs - this.#updatedMs > 2 * MAX_MS;
  }
}

/** A span as Go prints it: `10s`, `2m40s`. */
export function formatSeconds(ms: number): string {
  const seconds = Math.round(ms / 1000);
  return seconds < 60 ? `${seconds}s` : `${Math.floor(seconds / 60)}m${seconds % 60}s`;
}
