/** Takes out what an applier has stopped stating. */
import type { TypePlan } from '../schema/type-plan.ts';
import { difference, type FieldSet, intersection, isEmpty, union } from './field-set.ts';
import { fieldSetOf, withNamedFields } from './field-set-of.ts';
import { removeFields } from './remove-fields.ts';

/** What pruning goes by. */
export interface PruneContext {
  /** What the applier stated last time. */
  readonly last: FieldSet;
  /** What all managers have, the applier's new statement included. */
  readonly managed: FieldSet;
  readonly plan: TypePlan;
}

/**
 * The merged object without the fields that the applier stated last time and does not state any more, unless another
 * manager has them. What was never the applier's stays, even below what is taken out.
 */
export function pruneApplied(merged: unknown, { last, managed, plan }: PruneContext): unknown {
  if (isEmpty(last)) return merged;
  const named = (set: FieldSet): FieldSet => withNamedFields(set, plan);
  const fieldsOf = (value: unknown): FieldSet => named(fieldSetOf(value, plan));
  const all = fieldsOf(merged);
  const withoutLast = fieldsOf(removeFields(merged, named(last), plan));
  const kept = removeFields(merged, difference(all, union(withoutLast, named(managed))), plan);
  return removeFields(merged, intersection(difference(all, fieldsOf(kept)), named(last)), plan);
}
