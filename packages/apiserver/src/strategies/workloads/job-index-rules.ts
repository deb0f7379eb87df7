/** Rules for the indexes of a Job that have completed or failed. */
import { invalidValue, type KubeObject } from '@towtank/apimachinery';
import type { Errors } from '../validation/field-rules.ts';
import { countIndexes } from './success-policy-rules.ts';

/** `completedIndexes` and `failedIndexes`, as far as they are new. */
export function checkIndexes(
  errors: Errors,
  { spec, status = {} }: KubeObject,
  changed: (...names: readonly string[]) => boolean,
): void {
  const { completedIndexes: completed = '', failedIndexes: failed } = status;
  const { completions } = spec;
  const refuse = (field: string, value: string, why: string): void =>
    void errors.push(invalidValue(`status.${field}`, value, why));
  const parse = (field: string, text: string): void => {
    const counted = countIndexes(text, completions);
    if (typeof counted === 'string') refuse(field, text, `error parsing ${field}: ${counted}`);
  };
  if (changed('completedIndexes') && completions !== undefined) parse('completedIndexes', completed);
  const limited = spec.backoffLimitPerIndex !== undefined;
  if (changed('failedIndexes') && completions !== undefined && limited && failed !== undefined)
    parse('failedIndexes', failed);
  if (changed('completedIndexes') && completed !== '' && spec.completionMode !== 'Indexed')
    refuse('completedIndexes', completed, 'cannot set non-empty completedIndexes when non-indexed completion mode');
  if (changed('failedIndexes') && failed !== undefined && !limited)
    refuse('failedIndexes', failed, 'cannot set non-null failedIndexes when backoffLimitPerIndex is null');
  if (!changed('completedIndexes', 'failedIndexes') || completions === undefined || failed === undefined) return;
  const both = sharedIndex(completed, failed);
  if (both !== undefined)
    refuse('failedIndexes', failed, `failedIndexes and completedIndexes overlap at index: ${both}`);
}

/** The first index that two lists of intervals share. */
function sharedIndex(completed: string, failed: string): number | undefined {
  const [left, right] = [intervalsOf(completed), intervalsOf(failed)];
  for (const [from, to] of left)
    for (const [start, end] of right) if (from <= end && start <= to) return Math.max(from, start);
  return undefined;
}

/** `1,3-5` as pairs of numbers, without those that cannot be read. */
const intervalsOf = (text: string): (readonly [number, number])[] =>
  text
    .split(',')
    .map((part) => part.split('-').map(Number))
    .filter((ends) => ends.length <= 2 && ends.every(Number.isInteger) && text !== '')
    .map(([from = 0, to = from]) => [from, to] as const);
