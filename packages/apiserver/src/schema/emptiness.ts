/** What the wire shows of a field that is absent or empty: told from the schema and the presence table. */
import { isDroppedZero, isNullWhenEmpty, isZeroWhenAbsent, keepsEmptyList, keepsZero } from './presence-table.ts';
import type { Schema } from './schema-table.ts';

/**
 * - `omit`: an empty value (`""`, `0`, `false`, `[]`, `{}`) is dropped.
 * - `keep`: what is given stays, however empty; absent stays absent.
 * - `zero`: absent is written as the type's zero value.
 * - `null`: absent and empty lists are written as null.
 */
export type Emptiness = 'omit' | 'keep' | 'zero' | 'null';

/** What the rules ask of a field. */
interface FieldShape {
  readonly schema: Schema;
  readonly plan: { readonly kind: string; readonly scalar?: string };
}

/** The emptiness of a field of a built-in type. */
export function emptinessOf(type: string, field: string, { schema, plan }: FieldShape): Emptiness {
  if (isNullWhenEmpty(type, field)) return 'null';
  switch (plan.kind) {
    case 'list':
    case 'map':
      return keepsEmptyList(type, field) ? 'keep' : 'omit';
    case 'struct':
      return schema.default === undefined ? 'keep' : 'zero';
    case 'any':
      return 'keep';
    default:
      return scalarEmptiness(type, field, { schema, plan });
  }
}

function scalarEmptiness(type: string, field: string, { schema, plan }: FieldShape): Emptiness {
  switch (plan.scalar) {
    case 'time':
    case 'microTime':
      return keepsZero(type, field) ? 'keep' : 'null';
    case 'quantity':
    case 'intOrString':
      return isZeroWhenAbsent(type, field) ? 'zero' : 'keep';
    case 'bytes':
      return 'omit';
    default: {
      const { default: value } = schema;
      const zero = value === '' || value === 0 || value === false;
      if (zero && !isDroppedZero(type, field)) return 'zero';
      return keepsZero(type, field) ? 'keep' : 'omit';
    }
  }
}
