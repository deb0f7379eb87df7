/** The signal to stop. */

/** Whether the process has been told to stop. */
export interface StopSignal extends Disposable {
  /** Aborted by the first SIGINT or SIGTERM; the second one ends the process as it does by default. */
  readonly signal: AbortSignal;
  /** Resolves at that signal, and keeps the process alive until then or until this is disposed. */
  received(): Promise<void>;
}

/** Listens from the call on, so that a signal during start is not lost. */
export function listenForStop(): StopSignal {
  const stopped = new AbortController();
  let alive: NodeJS.Timeout | undefined;
  const dispose = (): void => {
    process.off('SIGINT', stop);
    process.off('SIGTERM', stop);
    clearInterval(alive);
  };
  const stop = (): void => {
    dispose();
    stopped.abort();
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  const { signal } = stopped;
  return {
    signal,
    received: () =>
      new Promise((resolve) => {
        if (signal.aborted) return resolve();
        alive ??= setInterval(() => {}, 0x7fffffff);
        signal.addEventListener('abort', () => resolve(), { once: true });
      }),
    [Symbol.dispose]: dispose,
  };
}
