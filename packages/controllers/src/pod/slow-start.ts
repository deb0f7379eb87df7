/** Many requests, carefully: one, then two, then four at a time, and none after a failure. */

/** What became of a batch: how many calls succeeded, how many were never made, and the first error. */
export interface BatchResult {
  readonly succeeded: number;
  readonly skipped: number;
  readonly error: unknown;
}

/** Calls `work` for 0 … count-1 in growing batches. A batch with a failure is the last. Never rejects. */
export async function slowStart(count: number, work: (index: number) => Promise<unknown>): Promise<BatchResult> {
  let succeeded = 0;
  let error: unknown;
  let done = 0;
  for (let size = 1; done < count && error === undefined; size *= 2) {
    const batch = Array.from({ length: Math.min(size, count - done) }, (_, offset) => work(done + offset));
    done += batch.length;
    for (const result of await Promise.allSettled(batch)) {
      if (result.status === 'fulfilled') succeeded += 1;
      else error ??= result.reason ?? new Error('failed');
    }
  }
  return { succeeded, skipped: count - done, error };
}
