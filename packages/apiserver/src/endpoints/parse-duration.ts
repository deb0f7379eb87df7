/** Durations as Go writes them: `1h30m`, `1.5s`, `-250ms`. */

const [MICROSECOND_MS, SECOND_MS, MINUTE_MS, HOUR_MS] = [1e-3, 1000, 60_000, 3_600_000];
const UNITS_MS: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: MICROSECOND_MS,
  µs: MICROSECOND_MS,
  μs: MICROSECOND_MS,
  ms: 1,
  s: SECOND_MS,
  m: MINUTE_MS,
  h: HOUR_MS,
};
/** Go counts nanoseconds in 64 bits. */
const MAX_MS = 2 ** 63 / 1e6;
const PART = /(\d*)(\.\d*)?([^.\d]*)/y;

/** A duration in milliseconds. Throws an Error in the words of Go's parser. */
export function parseDuration(text: string): number {
  const invalid = (): Error => new Error(`time: invalid duration ${quote(text)}`);
  const unsigned = text.replace(/^[-+]/, '');
  if (unsigned === '0') return 0;
  if (unsigned === '') throw invalid();
  let sum = 0;
  PART.lastIndex = 0;
  while (PART.lastIndex < unsigned.length) {
    const [, whole = '', fraction = '', unit = ''] = PART.exec(unsigned) ?? [];
    if (whole === '' && fraction.length < 2) throw invalid();
    if (unit === '') throw new Error(`time: missing unit in duration ${quote(text)}`);
    if (!Object.hasOwn(UNITS_MS, unit)) throw new Error(`time: unknown unit ${quote(unit)} in duration ${quote(text)}`);
    sum += Number(`${whole || 0}${fraction}`) * (UNITS_MS[unit] ?? 0);
    if (sum > MAX_MS) throw invalid();
  }
  return text.startsWith('-') ? -sum : sum;
}

/** Go's package of time has a way of its own to quote: whatever is not ASCII is shown byte by byte. */
const quote = (text: string): string =>
  `"${text
    .replace(/["\\]/g, '\\$&')
    .replace(/[^ -~]/gu, (character) =>
      [...Buffer.from(character)].map((byte) => `\\x${byte.toString(16).padStart(2, '0')}`).join(''),
    )}"`;
