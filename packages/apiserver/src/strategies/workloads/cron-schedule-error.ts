/** What is wrong with the schedule of a CronJob, in the words of the parser that Kubernetes uses. */

interface Range {
  readonly low: number;
  readonly high: number;
  readonly names: readonly string[];
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
const FIELDS: readonly Range[] = [
  { low: 0, high: 59, names: [] },
  { low: 0, high: 23, names: [] },
  { low: 1, high: 31, names: [] },
  { low: 1, high: 12, names: MONTHS },
  { low: 0, high: 6, names: DAYS },
];
const DESCRIPTORS = ['@yearly', '@annually', '@monthly', '@weekly', '@daily', '@midnight', '@hourly'];
const DURATION = /^[+-]?(\d+(\.\d*)?|\.\d+)(ns|us|µs|ms|s|m|h)((\d+(\.\d*)?|\.\d+)(ns|us|µs|ms|s|m|h))*$/;

/** The parser's message; undefined for a schedule that it takes. */
export function scheduleError(schedule: string): string | undefined {
  const zoned = /^(?:CRON_)?TZ=(\S*)\s*(.*)$/s.exec(schedule);
  const spec = zoned === null ? schedule : (zoned[2] ?? '').trim();
  if (spec.startsWith('@')) return descriptorError(spec);
  const fields = spec.split(/\s+/).filter((field) => field !== '');
  if (fields.length !== FIELDS.length)
    return `expected exactly 5 fields, found ${fields.length}: [${fields.join(' ')}]`;
  for (const [index, field] of fields.entries())
    for (const part of field.split(',').filter((item) => item !== '')) {
      const problem = partError(part, FIELDS[index] as Range);
      if (problem !== undefined) return problem;
    }
  return undefined;
}

function descriptorError(spec: string): string | undefined {
  if (DESCRIPTORS.includes(spec)) return undefined;
  const every = '@every ';
  if (!spec.startsWith(every)) return `unrecognized descriptor: ${spec}`;
  const duration = spec.slice(every.length);
  if (DURATION.test(duration) || duration === '0') return undefined;
  return `failed to parse duration ${spec}: time: invalid duration ${JSON.stringify(duration)}`;
}

/** A star, a number or a range, and how large its steps are. */
function partError(part: string, range: Range): string | undefined {
  const steps = part.split('/');
  const bounds = (steps[0] ?? '').split('-');
  let [low, high] = [range.low, range.high];
  if (bounds[0] !== '*' && bounds[0] !== '?') {
    const first = numberOf(bounds[0] ?? '', range);
    if (typeof first === 'string') return first;
    low = first;
    const last = bounds.length === 1 ? first : numberOf(bounds[1] ?? '', range);
    if (bounds.length > 2) return `too many hyphens: ${part}`;
    if (typeof last === 'string') return last;
    high = last;
  }
  if (steps.length > 2) return `too many slashes: ${part}`;
  let step = 1;
  if (steps.length === 2) {
    const given = integerOf(steps[1] ?? '');
    if (typeof given === 'string') return given;
    step = given;
    if (bounds.length === 1) high = range.high;
  }
  if (low < range.low) return `beginning of range (${low}) below minimum (${range.low}): ${part}`;
  if (high > range.high) return `end of range (${high}) above maximum (${range.high}): ${part}`;
  if (low > high) return `beginning of range (${low}) beyond end of range (${high}): ${part}`;
  return step === 0 ? `step of range should be a positive number: ${part}` : undefined;
}

function numberOf(text: string, { low, names }: Range): number | string {
  const named = names.indexOf(text.toLowerCase());
  return named >= 0 ? named + low : integerOf(text);
}

function integerOf(text: string): number | string {
  if (!/^[+-]?\d+$/.test(text))
    return `failed to parse int from ${text}: strconv.Atoi: parsing ${JSON.stringify(text)}: invalid syntax`;
  const value = Number(text);
  return value < 0 ? `negative number (${value}) not allowed: ${text}` : value;
}
