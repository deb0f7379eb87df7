/** Wall clock times of a time zone. A wall time is written as the epoch milliseconds of the same digits in UTC. */

/** Converts between instants and the wall times of one zone. */
export interface WallClock {
  toWall(instantMs: number): number;
  /** The first instant with this wall time; undefined for one that the zone skips. */
  toInstant(wallMs: number): number | undefined;
}

const DAY_MS = 24 * 3_600_000;

/** The wall clock of an IANA zone. Throws for a name that is no zone. */
export function wallClock(timeZone: string): WallClock {
  if (timeZone === 'UTC' || timeZone === 'Etc/UTC') return { toWall: (ms) => ms, toInstant: (ms) => ms };
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  const toWall = (instantMs: number): number => {
    const parts = Object.fromEntries(format.formatToParts(instantMs).map(({ type, value }) => [type, Number(value)]));
    const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
    return Date.UTC(year, month - 1, day, hour, minute, second);
  };
  return {
    toWall,
    toInstant(wallMs) {
      // The zone's offset a day before and a day after are the only two that can hold at this time.
      const offsets = [wallMs - DAY_MS, wallMs + DAY_MS].map((near) => toWall(near) - near);
      const candidates = offsets.map((offset) => wallMs - offset).filter((instant) => toWall(instant) === wallMs);
      return candidates.length === 0 ? undefined : Math.min(...candidates);
    },
  };
}
