/** Cron schedules: five fields, names, ranges, steps, `@daily` and `@every 5m`, in any time zone. */
import { wallClock } from './wall-clock.ts';

/** When something runs. */
export interface CronSchedule {
  /** The first run after this moment; undefined when there is none within five years. */
  next(afterMs: number): number | undefined;
}

interface Field {
  readonly values: ReadonlySet<number>;
  /** Written as `*` or `?`: the two day fields are then not alternatives. */
  readonly any: boolean;
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
const MACROS: Readonly<Record<string, string>> = {
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
  '@monthly': '0 0 1 * *',
  '@weekly': '0 0 * * 0',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@hourly': '0 * * * *',
};
const MINUTE_MS = 60_000;
const HORIZON_YEARS = 5;
const UNIT_MS: Readonly<Record<string, number>> = { h: 3_600_000, m: 60_000, s: 1000 };

/** Parses a schedule; throws with the reason when it is none. Fields are read in `timeZone`, UTC unless given. */
export function parseCronSchedule(text: string, timeZone = 'UTC'): CronSchedule {
  const trimmed = text.trim();
  if (trimmed.startsWith('@every ')) return everySchedule(trimmed.slice('@every '.length));
  const fields = (MACROS[trimmed] ?? trimmed).split(/\s+/);
  if (fields.length !== 5) throw new Error(`expected exactly 5 fields, found ${fields.length}: [${trimmed}]`);
  const [minute = '', hour = '', day = '', month = '', weekday = ''] = fields;
  return fieldSchedule(
    {
      minute: parseField(minute, 0, 59),
      hour: parseField(hour, 0, 23),
      day: parseField(day, 1, 31),
      month: parseField(month, 1, 12, MONTHS, 1),
      weekday: parseField(weekday, 0, 6, DAYS, 0),
    },
    timeZone,
  );
}

function everySchedule(text: string): CronSchedule {
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(h|m|s)/g)];
  const everyMs = parts.reduce((sum, [, count, unit]) => sum + Number(count) * (UNIT_MS[unit ?? ''] ?? 0), 0);
  if (parts.map(([part]) => part).join('') !== text || everyMs < 1000)
    throw new Error(`failed to parse duration @every ${text}`);
  return { next: (afterMs) => Math.floor(afterMs / 1000) * 1000 + Math.floor(everyMs / 1000) * 1000 };
}

interface Fields {
  readonly minute: Field;
  readonly hour: Field;
  readonly day: Field;
  readonly month: Field;
  readonly weekday: Field;
}

function fieldSchedule(fields: Fields, timeZone: string): CronSchedule {
  const zone = wallClock(timeZone);
  return {
    next(afterMs) {
      let wall = new Date(Math.floor(zone.toWall(afterMs) / MINUTE_MS) * MINUTE_MS + MINUTE_MS);
      const horizon = wall.getUTCFullYear() + HORIZON_YEARS;
      for (;;) {
        const match = nextMatch(fields, wall, horizon);
        if (match === undefined) return undefined;
        const instant = zone.toInstant(match.getTime());
        // A time that the zone skips has no instant; one that comes twice counts once.
        if (instant !== undefined && instant > afterMs) return instant;
        wall = new Date(match.getTime() + MINUTE_MS);
      }
    },
  };
}

/** The first wall time from here on that all fields allow. The largest field that does not fit is moved first. */
function nextMatch({ minute, hour, day, month, weekday }: Fields, from: Date, horizon: number): Date | undefined {
  const at = new Date(from);
  const isDay = (): boolean => {
    const inMonth = day.values.has(at.getUTCDate());
    const inWeek = weekday.values.has(at.getUTCDay());
    return day.any || weekday.any ? inMonth && inWeek : inMonth || inWeek;
  };
  while (at.getUTCFullYear() <= horizon) {
    if (!month.values.has(at.getUTCMonth() + 1)) {
      at.setUTCMonth(at.getUTCMonth() + 1, 1);
      at.setUTCHours(0, 0);
    } else if (!isDay()) {
      at.setUTCDate(at.getUTCDate() + 1);
      at.setUTCHours(0, 0);
    } else if (!hour.values.has(at.getUTCHours())) at.setUTCHours(at.getUTCHours() + 1, 0);
    else if (!minute.values.has(at.getUTCMinutes())) at.setUTCMinutes(at.getUTCMinutes() + 1);
    else return at;
  }
  return undefined;
}

function parseField(text: string, min: number, max: number, names: readonly string[] = [], firstName = 0): Field {
  const number = (word: string): number => {
    const named = names.indexOf(word.toLowerCase());
    if (named >= 0) return named + firstName;
    if (!/^\d+$/.test(word)) throw new Error(`failed to parse int from ${word}`);
    return Number(word);
  };
  const values = new Set<number>();
  let any = false;
  for (const part of text.split(',')) {
    const [range = '', step = '1', ...rest] = part.split('/');
    if (rest.length > 0) throw new Error(`too many slashes: ${part}`);
    const isAny = range === '*' || range === '?';
    const [low = '', high, ...more] = range.split('-');
    if (more.length > 0) throw new Error(`too many hyphens: ${part}`);
    const start = isAny ? min : number(low);
    const end = isAny ? max : high !== undefined ? number(high) : part.includes('/') ? max : start;
    if (start < min) throw new Error(`beginning of range (${start}) below minimum (${min}): ${part}`);
    if (end > max) throw new Error(`end of range (${end}) above maximum (${max}): ${part}`);
    if (start > end) throw new Error(`beginning of range (${start}) beyond end of range (${end}): ${part}`);
    if (number(step) === 0) throw new Error(`step of range should be a positive number: ${part}`);
    for (let value = start; value <= end; value += number(step)) values.add(value);
    any ||= isAny && number(step) === 1;
  }
  return { values, any };
}
