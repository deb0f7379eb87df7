/** The barrier for tests: nothing is under way, and what is to end by itself has ended. */
import { type Activity, realClock } from '@towtank/apimachinery';

/** What `settled()` waits for. */
export interface SettleOptions {
  /** Whether functions of jobs that still run are waited for; true by default. */
  readonly jobs?: boolean;
  /** How long they may take, in milliseconds of real time; 4000 by default. */
  readonly timeoutMs?: number;
}

const DEFAULT_TIMEOUT_MS = 4000;

/**
 * Resolves once nothing is under way and no job runs. Rejects with an Error that names the jobs which have not ended
 * in time: some never do, and a test that waits for ever tells nobody why.
 */
export async function settle(
  { activity, jobs }: { readonly activity: Activity; readonly jobs: Activity },
  { jobs: waits = true, timeoutMs = DEFAULT_TIMEOUT_MS }: SettleOptions = {},
): Promise<void> {
  await activity.settled();
  if (!waits || jobs.busy.size === 0) return;
  let expire: () => void = () => {};
  const expired = new Promise<never>((_, reject) => {
    expire = () => reject(lateError(jobs, timeoutMs));
  });
  const timer = realClock.schedule(timeoutMs, expire);
  // It may come while nobody listens, just before the last job has ended.
  expired.catch(() => {});
  try {
    while (jobs.busy.size > 0) {
      await Promise.race([jobs.settled(), expired]);
      await activity.settled();
    }
  } finally {
    timer.cancel();
  }
}

function lateError(jobs: Activity, timeoutMs: number): Error {
  const names = [...jobs.busy.keys()].join(', ');
  return new Error(
    `not settled after ${timeoutMs} ms: a function of a job has not returned in ${names}. ` +
      'Let it end, give it longer by { timeoutMs }, or leave jobs that run out of account by { jobs: false }',
  );
}
