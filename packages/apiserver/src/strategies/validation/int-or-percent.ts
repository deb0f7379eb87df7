/** Numbers that may be written as a share: `25%`. */
import { invalidValue } from '@towtank/apimachinery';
import { checkNonNegative, type Errors } from './field-rules.ts';

const BAD_PERCENT =
  "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')";

/** A count that is not negative, or a percentage. */
export function checkIntOrPercent(errors: Errors, field: string, value: number | string | undefined): void {
  if (typeof value !== 'string') checkNonNegative(errors, field, value);
  else if (!/^[0-9]+%$/.test(value)) errors.push(invalidValue(field, value, BAD_PERCENT));
}

/** No more than everything. */
export function checkAtMostAll(errors: Errors, field: string, value: number | string | undefined): void {
  const percent = percentOf(value);
  if (percent !== undefined && percent > 100) errors.push(invalidValue(field, value, 'must not be greater than 100%'));
}

/** The number itself, also where it is written as text, or the number before the percent sign; zero for other text. */
export function countOf(value: number | string | undefined): number {
  if (typeof value === 'number') return value;
  return percentOf(value) ?? (/^[+-]?\d+$/.test(value ?? '') ? Number(value) : 0);
}

function percentOf(value: number | string | undefined): number | undefined {
  return typeof value === 'string' && /^[0-9]+%$/.test(value) ? Number(value.slice(0, -1)) : undefined;
}
