/** Values of a type of which nothing has been said. */
import type { JsonObject } from './own-property.ts';
import type { Schema } from './schema-table.ts';
import { type FieldPlan, planOf, type StructPlan, type TypePlan } from './type-plan.ts';

const alwaysWritten = new WeakMap<object, readonly FieldPlan[]>();

/** The fields of a type that are written even when nothing was given. */
export function alwaysWrittenFields(plan: StructPlan): readonly FieldPlan[] {
  let fields = alwaysWritten.get(plan);
  if (fields === undefined) {
    fields = [...plan.fields.values()].filter(({ emptiness }) => emptiness === 'zero' || emptiness === 'null');
    alwaysWritten.set(plan, fields);
  }
  return fields;
}

/** What is written for a field that is absent. */
export const absentValue = ({ emptiness, plan }: FieldPlan): unknown =>
  emptiness === 'null' ? null : zeroOfPlan(plan);

/**
 * Writes null for the empty lists of an object's own fields where storage does not tell them from absent ones. Before
 * that, an empty list counts as given: it makes its sender the field's manager.
 */
export function forgetEmptyLists(object: JsonObject, schema: Schema): void {
  const plan = planOf(schema);
  if (plan.kind !== 'struct' || plan.structural) return;
  for (const { name, emptiness } of alwaysWrittenFields(plan)) {
    const value = object[name];
    if (emptiness === 'null' && Array.isArray(value) && value.length === 0) object[name] = null;
  }
}

/** The zero value of a type as the wire shows it: `{}` for most statuses, counts of 0 where they are always written. */
export const zeroValue = (schema: Schema): unknown => zeroOfPlan(planOf(schema));

/** The zero value of one field of a type; undefined when the type has no such field. */
export function zeroField(schema: Schema, field: string): unknown {
  const plan = planOf(schema);
  const found = plan.kind === 'struct' && !plan.structural ? plan.fields.get(field) : undefined;
  return found === undefined ? undefined : zeroOfPlan(found.plan);
}

/** The same for a plan. */
export function zeroOfPlan(plan: TypePlan): unknown {
  switch (plan.kind) {
    case 'struct': {
      const zero: JsonObject = {};
      for (const field of alwaysWrittenFields(plan)) zero[field.name] = absentValue(field);
      return zero;
    }
    case 'list':
      return [];
    case 'scalar':
      return zeroScalar(plan.scalar);
    default:
      return {};
  }
}

function zeroScalar(scalar: string): unknown {
  switch (scalar) {
    case 'integer':
    case 'number':
    case 'intOrString':
      return 0;
    case 'boolean':
      return false;
    case 'quantity':
      return '0';
    case 'time':
    case 'microTime':
      return null;
    default:
      return '';
  }
}
