/** Waiting longer after each failure. */

/** The bounds of a backoff. */
export interface BackoffOptions {
  readonly baseMs: number;
  readonly maxMs: number;
}

/** The delay before the retry that follows `failures` failures in a row: doubled each time, up to the maximum. */
export const backoffMs = (failures: number, { baseMs, maxMs }: BackoffOptions): number =>
  Math.min(maxMs, baseMs * 2 ** Math.min(failures - 1, 52));
