import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parseCronSchedule } from '../../src/cronjob/cron-schedule.ts';

const test = suite('cron schedules');

const at = (text: string): number => Date.parse(text);
const show = (ms: number | undefined): string => (ms === undefined ? 'never' : new Date(ms).toISOString().slice(0, 16));

const ROWS: [name: string, schedule: string, after: string, next: string, timeZone?: string][] = [
  ['every minute', '* * * * *', '2026-01-01T00:00:30Z', '2026-01-01T00:01'],
  ['the minute itself is past', '5 * * * *', '2026-01-01T00:05:00Z', '2026-01-01T01:05'],
  ['steps', '*/15 * * * *', '2026-01-01T00:16:00Z', '2026-01-01T00:30'],
  ['a step from a number on', '10/20 * * * *', '2026-01-01T00:31:00Z', '2026-01-01T00:50'],
  ['ranges and lists', '0 8-10,20 * * *', '2026-01-01T10:30:00Z', '2026-01-01T20:00'],
  ['names of months', '0 0 1 feb *', '2026-01-05T00:00:00Z', '2026-02-01T00:00'],
  ['names of days', '0 9 * * MON-FRI', '2026-01-03T00:00:00Z', '2026-01-05T09:00'],
  ['either day field, when both are given', '0 0 13 * 5', '2026-01-01T00:00:00Z', '2026-01-02T00:00'],
  ['both day fields, when one is a star', '0 0 * * 0', '2026-01-01T00:00:00Z', '2026-01-04T00:00'],
  ['the end of a month', '0 0 31 * *', '2026-01-31T00:00:00Z', '2026-03-31T00:00'],
  ['leap days', '0 0 29 2 *', '2026-01-01T00:00:00Z', '2028-02-29T00:00'],
  ['a day that never comes', '0 0 31 2 *', '2026-01-01T00:00:00Z', 'never'],
  ['@hourly', '@hourly', '2026-01-01T00:00:00Z', '2026-01-01T01:00'],
  ['@daily', '@daily', '2026-01-01T00:00:00Z', '2026-01-02T00:00'],
  ['@every', '@every 1h30m', '2026-01-01T00:00:00Z', '2026-01-01T01:30'],
  ['a time zone', '0 9 * * *', '2026-01-01T00:00:00Z', '2026-01-01T14:00', 'America/New_York'],
  ['summer time in a zone', '0 9 * * *', '2026-07-01T00:00:00Z', '2026-07-01T07:00', 'Europe/Berlin'],
  ['a time that the zone skips', '30 2 * * *', '2026-03-29T00:00:00Z', '2026-03-30T00:30', 'Europe/Berlin'],
  ['a time that comes twice', '30 2 * * *', '2026-10-25T00:00:00Z', '2026-10-25T00:30', 'Europe/Berlin'],
];

for (const [name, schedule, after, next, timeZone] of ROWS)
  test(name, () => assert.is(show(parseCronSchedule(schedule, timeZone).next(at(after))), next));

const BAD: [schedule: string, reason: RegExp][] = [
  ['* * * *', /expected exactly 5 fields, found 4/],
  ['60 * * * *', /end of range \(60\) above maximum \(59\)/],
  ['* * 0 * *', /beginning of range \(0\) below minimum \(1\)/],
  ['10-5 * * * *', /beyond end of range/],
  ['*/0 * * * *', /positive number/],
  ['x * * * *', /failed to parse int from x/],
  ['@every soon', /failed to parse duration/],
];

for (const [schedule, reason] of BAD)
  test(`${schedule} is refused`, () => assert.throws(() => parseCronSchedule(schedule), reason));

test.run();
