/** Time, injected. Nothing in the project reads the machine's clock or sets a timer by another way. */

/** A timer that may be cancelled; cancelling twice is harmless. */
export interface Timer {
  cancel(): void;
}

/** The time and its timers. */
export interface Clock {
  /** Milliseconds since the Unix epoch. */
  now(): number;
  /** Runs `callback` once, `delayMs` from now. A pending timer does not keep the process alive. */
  schedule(delayMs: number, callback: () => void): Timer;
}

/** The machine's clock. */
export const realClock: Clock = {
  now: () => Date.now(),
  schedule(delayMs, callback) {
    const timer = setTimeout(callback, Math.min(delayMs, 0x7fffffff));
    timer.unref();
    return {
      cancel() {
        // Node keeps a list for every length of an unreferenced timer until that time has passed, cleared or not
        timer.ref();
        clearTimeout(timer);
      },
    };
  },
};

/** Resolves `delayMs` later by the clock, or at once when the signal aborts. Never rejects. */
export function delay(clock: Clock, delayMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve();
    const done = (): void => {
      timer.cancel();
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const timer = clock.schedule(delayMs, done);
    signal?.addEventListener('abort', done);
  });
}

let lastSecond = Number.NaN;
let lastTime = '';

/** A time as Kubernetes writes it: RFC 3339, UTC, whole seconds. Most are of the same second as the one before. */
export function formatTime(epochMs: number): string {
  const second = Math.floor(epochMs / 1000);
  if (second !== lastSecond) {
    lastTime = `${new Date(epochMs).toISOString().slice(0, 19)}Z`;
    lastSecond = second;
  }
  return lastTime;
}

/** A time with microseconds, as Leases and Events write it. */
export const formatMicroTime = (epochMs: number): string => `${new Date(epochMs).toISOString().slice(0, 23)}000Z`;
