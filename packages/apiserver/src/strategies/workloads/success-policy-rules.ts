/** Rules for when an indexed Job counts as done before all of it is. */
import { invalidValue, required, tooLong, tooMany } from '@towtank/apimachinery';
import type { Errors, Fields } from '../validation/field-rules.ts';
import { internalForm } from '../validation/internal-form.ts';

const MAX_RULES = 20;
const MAX_INDEXES_BYTES = 64 * 1024;

/** `successPolicy` of a Job. */
export function checkSuccessPolicy(errors: Errors, field: string, spec: Fields): void {
  if (spec.completionMode !== 'Indexed') {
    errors.push(
      invalidValue(field, internalForm('SuccessPolicy', spec.successPolicy), 'requires indexed completion mode'),
    );
    return;
  }
  const rules: Fields[] = spec.successPolicy.rules ?? [];
  if (rules.length === 0)
    errors.push(required(`${field}.rules`, 'at least one rules must be specified when the successPolicy is specified'));
  if (rules.length > MAX_RULES) errors.push(tooMany(`${field}.rules`, rules.length, MAX_RULES));
  for (const [index, rule] of rules.entries())
    checkRule(errors, `${field}.rules[${index}]`, rule, spec.completions ?? 0);
}

function checkRule(errors: Errors, field: string, rule: Fields, completions: number): void {
  const { succeededCount, succeededIndexes } = rule;
  if (succeededCount === undefined && succeededIndexes === undefined)
    errors.push(required(field, 'at least one of succeededCount or succeededIndexes must be specified'));
  let indexes = 0;
  if (succeededIndexes !== undefined) {
    if (Buffer.byteLength(succeededIndexes) > MAX_INDEXES_BYTES)
      errors.push(tooLong(`${field}.succeededIndexes`, MAX_INDEXES_BYTES));
    const counted = countIndexes(succeededIndexes, completions);
    if (typeof counted === 'string')
      errors.push(
        invalidValue(`${field}.succeededIndexes`, succeededIndexes, `error parsing succeededIndexes: ${counted}`),
      );
    else indexes = counted;
  }
  if (succeededCount === undefined) return;
  const at = `${field}.succeededCount`;
  if (succeededCount < 0) errors.push(invalidValue(at, succeededCount, 'must be greater than or equal to 0'));
  if (succeededCount > completions)
    errors.push(
      invalidValue(
        at,
        succeededCount,
        `must be less than or equal to ${completions} (the number of specified completions)`,
      ),
    );
  if (succeededIndexes !== undefined && succeededCount > indexes)
    errors.push(
      invalidValue(
        at,
        succeededCount,
        `must be less than or equal to ${indexes} (the number of indexes in the specified succeededIndexes field)`,
      ),
    );
}

/** How many indexes `1,3-5` names; a text is what is wrong with it. */
export function countIndexes(text: string, completions: number): number | string {
  if (text === '') return 0;
  let total = 0;
  let last = -1;
  for (const part of text.split(',')) {
    const [first = '', end = first, ...rest] = part.split('-');
    if (rest.length > 0)
      return `the fragment "${part}" violates the requirement that an index interval can have at most two parts separated by '-'`;
    for (const number of [first, end])
      if (!/^\d+$/.test(number)) return `cannot convert string to integer for index: "${number}"`;
    const [from, to] = [Number(first), Number(end)];
    if (from >= completions) return `too large index: "${first}"`;
    if (to >= completions) return `too large index: "${end}"`;
    if (from <= last) return `non-increasing order, previous: ${last}, current: ${from}`;
    if (part.includes('-') && to <= from) return `non-increasing order, previous: ${from}, current: ${to}`;
    total += to - from + 1;
    last = to;
  }
  return total;
}
