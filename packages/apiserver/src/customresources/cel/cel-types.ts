/** Types of expressions, and those that the schema of a definition gives its values. */
import { itemsOf, type JsonSchema, valuesOf } from '../json-schema.ts';
import { celName } from './cel-names.ts';

/** A type. Objects know their fields; what has no schema is dynamic and checked when it is evaluated. */
export type CelType =
  | { readonly kind: 'simple'; readonly name: string }
  | { readonly kind: 'list'; readonly element: CelType }
  | { readonly kind: 'map'; readonly key: CelType; readonly value: CelType }
  | { readonly kind: 'optional'; readonly value: CelType }
  | { readonly kind: 'object'; readonly fields: ReadonlyMap<string, CelType> }
  | { readonly kind: 'parameter'; readonly name: string };

/** A type without parts: `int`, `string`, `kubernetes.Quantity`. */
export const simple = (name: string): CelType => ({ kind: 'simple', name });

export const DYN: CelType = simple('dyn');
export const BOOL: CelType = simple('bool');
export const STRING: CelType = simple('string');
const TIMESTAMP = 'google.protobuf.Timestamp';
const DURATION = 'google.protobuf.Duration';

/** Whether a type is only known when an expression is evaluated. */
export const isDyn = (type: CelType): boolean => type.kind === 'simple' && type.name === 'dyn';

/** A type as messages show it. */
export function formatType(type: CelType): string {
  switch (type.kind) {
    case 'list':
      return `list(${formatType(type.element)})`;
    case 'map':
      return `map(${formatType(type.key)}, ${formatType(type.value)})`;
    case 'optional':
      return `optional_type(${formatType(type.value)})`;
    case 'object':
      return 'object';
    default:
      return type.name;
  }
}

const NAME_META: JsonSchema = {
  type: 'object',
  properties: { name: { type: 'string' }, generateName: { type: 'string' } },
};

/** The fields that rules see of a whole object besides those of its schema. */
export const withTypeMeta = (schema: JsonSchema): JsonSchema => ({
  ...schema,
  properties: { ...schema.properties, apiVersion: { type: 'string' }, kind: { type: 'string' }, metadata: NAME_META },
});

/** Whether a schema is that of a whole object inside another one. */
export const isEmbedded = (schema: JsonSchema): boolean => schema['x-kubernetes-embedded-resource'] === true;

/** The type of the values of a schema; undefined where rules cannot see them. */
export function typeOfSchema(given: JsonSchema): CelType | undefined {
  const schema = isEmbedded(given) ? withTypeMeta(given) : given;
  if (schema['x-kubernetes-int-or-string'] === true) return DYN;
  switch (schema.type) {
    case 'object':
      return objectType(schema);
    case 'array': {
      const element = typeOfSchema(itemsOf(schema) ?? {});
      return element === undefined ? undefined : { kind: 'list', element };
    }
    case 'string':
      return stringType(schema.format);
    case 'integer':
      return simple('int');
    case 'number':
      return simple('double');
    case 'boolean':
      return BOOL;
    default:
      return undefined;
  }
}

function objectType(schema: JsonSchema): CelType | undefined {
  const values = valuesOf(schema);
  if (values !== undefined) {
    const value = typeOfSchema(values);
    return value === undefined ? undefined : { kind: 'map', key: STRING, value };
  }
  const fields = new Map<string, CelType>();
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    const type = typeOfSchema(property);
    const shown = celName(name);
    if (type !== undefined && shown !== undefined) fields.set(shown, type);
  }
  return { kind: 'object', fields };
}

function stringType(format: string | undefined): CelType {
  switch (format) {
    case 'byte':
      return simple('bytes');
    case 'duration':
      return simple(DURATION);
    case 'date':
    case 'date-time':
      return simple(TIMESTAMP);
    default:
      return STRING;
  }
}
