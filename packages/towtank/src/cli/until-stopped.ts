/** Waits for the signal to stop. */

/** Resolves at the first SIGINT or SIGTERM; listens from the call on, so that a signal during start is not lost. */
export function untilStopped(): Promise<void> {
  return new Promise((resolve) => {
    const stop = (): void => {
      process.off('SIGINT', stop);
      process.off('SIGTERM', stop);
      clearInterval(alive);
      resolve();
    };
    const alive = setInterval(() => {}, 0x7fffffff);
    process.on('SIGINT', stop);
    process.on('SIGTERM', stop);
  });
}
