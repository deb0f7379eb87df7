/** Times as they are read and written back, with the messages of Go's `time.Parse`. */
import type { ParsedText } from './canonical-scalars.ts';

const SECONDS_LAYOUT = '2006-01-02T15:04:05Z07:00';
const MICROS_LAYOUT = '2006-01-02T15:04:05.000000Z07:00';
const CANONICAL = /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\dZ$/;

/** What a layout asks for, piece by piece: a pattern and how the layout writes it. */
const PIECES: readonly (readonly [RegExp, string])[] = [
  [/^\d{4}/, '2006'],
  [/^-/, '-'],
  [/^\d{2}/, '01'],
  [/^-/, '-'],
  [/^\d{2}/, '02'],
  [/^T/, 'T'],
  [/^\d{2}/, '15'],
  [/^:/, ':'],
  [/^\d{2}/, '04'],
  [/^:/, ':'],
  [/^\d{2}/, '05'],
];
const ZONE = /^(?:Z|[+-]\d{2}:\d{2})/;

/** RFC 3339 in UTC with whole seconds; an empty text for the zero time. */
export function canonicalTime(given: string): ParsedText {
  if (CANONICAL.test(given)) return { text: given };
  return parseTime(given, SECONDS_LAYOUT);
}

/** RFC 3339 in UTC with microseconds, which must be given. */
export const canonicalMicroTime = (given: string): ParsedText => parseTime(given, MICROS_LAYOUT);

function parseTime(given: string, layout: string): ParsedText {
  let rest = given;
  const numbers: number[] = [];
  for (const [pattern, piece] of PIECES) {
    const match = pattern.exec(rest)?.[0];
    if (match === undefined) return cannotParse(given, layout, rest, piece);
    if (match.length > 1) numbers.push(Number(match));
    rest = rest.slice(match.length);
  }
  const micros = layout === MICROS_LAYOUT;
  const fraction = (micros ? /^[.,]\d{6}/ : /^[.,]\d+/).exec(rest)?.[0] ?? '';
  if (micros && fraction === '') return cannotParse(given, layout, rest, '.000000');
  rest = rest.slice(fraction.length);
  const zone = ZONE.exec(rest)?.[0];
  if (zone === undefined) return cannotParse(given, layout, rest, 'Z07:00');
  if (rest.length > zone.length)
    return failure(`parsing time ${JSON.stringify(given)}: extra text: ${JSON.stringify(rest.slice(zone.length))}`);
  const range = outOfRange(numbers);
  if (range !== undefined) return failure(`parsing time ${JSON.stringify(given)}: ${range} out of range`);
  return { text: format(numbers, fraction, { zone, micros }) };
}

const failure = (error: string): ParsedText => ({ text: '', error });

const cannotParse = (given: string, layout: string, rest: string, piece: string): ParsedText =>
  failure(
    `parsing time ${JSON.stringify(given)} as ${JSON.stringify(layout)}: cannot parse ${JSON.stringify(rest)} as ${JSON.stringify(piece)}`,
  );

function outOfRange(numbers: readonly number[]): string | undefined {
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = numbers;
  if (month < 1 || month > 12) return 'month';
  if (day < 1 || day > new Date(Date.UTC(year, month, 0)).getUTCDate()) return 'day';
  if (hour > 23) return 'hour';
  if (minute > 59) return 'minute';
  return second > 59 ? 'second' : undefined;
}

function format(
  numbers: readonly number[],
  fraction: string,
  { zone, micros }: { zone: string; micros: boolean },
): string {
  const [year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0] = numbers;
  const date = new Date(Date.UTC(2000, month - 1, day, hour, minute - zoneMinutes(zone), second));
  date.setUTCFullYear(date.getUTCFullYear() - 2000 + year);
  const text = date.toISOString().slice(0, 19);
  if (text === '0001-01-01T00:00:00') return '';
  return micros ? `${text}.${fraction.slice(1)}Z` : `${text}Z`;
}

function zoneMinutes(zone: string): number {
  if (zone === 'Z') return 0;
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(4, 6));
  return zone[0] === '-' ? -minutes : minutes;
}
