/** Durations and ages as kubectl shows them: at most two units, ever coarser. */

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const YEAR = 365 * DAY;

/** Steps of growing length: below `limit` seconds a duration shows `unit`, and `rest` of it where that is not zero. */
const STEPS: readonly { limit: number; unit: [number, string]; rest?: [number, string] }[] = [
  { limit: 2 * MINUTE, unit: [1, 's'] },
  { limit: 10 * MINUTE, unit: [MINUTE, 'm'], rest: [1, 's'] },
  { limit: 3 * HOUR, unit: [MINUTE, 'm'] },
  { limit: 8 * HOUR, unit: [HOUR, 'h'], rest: [MINUTE, 'm'] },
  { limit: 2 * DAY, unit: [HOUR, 'h'] },
  { limit: 8 * DAY, unit: [DAY, 'd'], rest: [HOUR, 'h'] },
  { limit: 2 * YEAR, unit: [DAY, 'd'] },
  { limit: 8 * YEAR, unit: [YEAR, 'y'], rest: [DAY, 'd'] },
  { limit: Number.POSITIVE_INFINITY, unit: [YEAR, 'y'] },
];

/**
 * The text of a duration in milliseconds: `0s`, `119s`, `2m1s`, `3h`, `7d23h`, `2y`. Clocks of two machines may differ,
 * so that up to two seconds below zero count as zero; more is `<invalid>`.
 */
export function humanDuration(milliseconds: number): string {
  const seconds = Math.trunc(milliseconds / 1000);
  if (seconds < -1) return '<invalid>';
  if (seconds < 0) return '0s';
  const step = STEPS.find(({ limit }) => seconds < limit);
  if (step === undefined) return '<invalid>';
  const { unit, rest } = step;
  const text = `${Math.floor(seconds / unit[0])}${unit[1]}`;
  const remainder = rest === undefined ? 0 : Math.floor((seconds % unit[0]) / rest[0]);
  return rest === undefined || remainder === 0 ? text : `${text}${remainder}${rest[1]}`;
}

/** The time from a timestamp to `now` (milliseconds since the epoch); `<unknown>` without a timestamp. */
export const ageOf = (timestamp: string | null | undefined, now: number): string =>
  timestamp ? humanDuration(now - Date.parse(timestamp)) : '<unknown>';
