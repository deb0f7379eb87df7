/** Rules for the schema of a version: what definitions may say, beyond its structure. */
import { type FieldError, forbiddenField, invalidValue, notSupported, required } from '@towtank/apimachinery';
import type { Errors } from '../../strategies/validation/field-rules.ts';
import { itemsOf, type JsonSchema, valuesOf } from '../json-schema.ts';
import { valueErrors } from '../values/value-errors.ts';
import { structuralErrors } from './structural-rules.ts';

const TYPES = ['array', 'boolean', 'integer', 'number', 'object', 'string'];
const LIST_TYPES = ['atomic', 'set', 'map'];
const MAP_TYPES = ['atomic', 'granular'];
const SCALARS = new Set(['string', 'integer', 'number', 'boolean']);
const UNSUPPORTED = ['id', 'additionalItems', 'patternProperties', 'definitions', 'dependencies', '$ref'];

/** Everything that is wrong with a schema. Defaults are judged once the rest is right. */
export function schemaErrors(schema: JsonSchema, field: string): FieldError[] {
  const errors: Errors = [];
  checkSchema(errors, schema, field);
  errors.push(...structuralErrors(schema, field));
  if (errors.length === 0) checkDefaults(errors, schema, field);
  return errors;
}

function checkSchema(errors: Errors, schema: JsonSchema, field: string): void {
  checkSupported(errors, schema, field);
  checkList(errors, schema, field);
  checkMap(errors, schema, field);
  for (const [part, at] of partsOf(schema, field)) checkSchema(errors, part, at);
}

function partsOf(schema: JsonSchema, field: string): [JsonSchema, string][] {
  const { properties = {}, allOf = [], oneOf = [], anyOf = [], not } = schema;
  const items = itemsOf(schema);
  const values = valuesOf(schema);
  const list = (parts: readonly JsonSchema[], name: string): [JsonSchema, string][] =>
    parts.map((part, index) => [part, `${field}.${name}[${index}]`]);
  return [
    ...(values === undefined ? [] : [[values, `${field}.additionalProperties`] as [JsonSchema, string]]),
    ...Object.entries(properties).map(([name, part]): [JsonSchema, string] => [part, `${field}.properties[${name}]`]),
    ...(not === undefined ? [] : [[not, `${field}.not`] as [JsonSchema, string]]),
    ...list(allOf, 'allOf'),
    ...list(oneOf, 'oneOf'),
    ...list(anyOf, 'anyOf'),
    ...(items === undefined ? [] : [[items, `${field}.items`] as [JsonSchema, string]]),
  ];
}

function checkSupported(errors: Errors, schema: JsonSchema, field: string): void {
  const { type, items, properties, additionalProperties } = schema;
  for (const name of UNSUPPORTED)
    if (schema[name] !== undefined) errors.push(forbiddenField(`${field}.${name}`, `${name} is not supported`));
  if (type === 'null')
    errors.push(forbiddenField(`${field}.type`, 'type cannot be set to null, use nullable as an alternative'));
  else if (type && !TYPES.includes(type)) errors.push(notSupported(`${field}.type`, type, TYPES));
  if (Array.isArray(items))
    errors.push(forbiddenField(`${field}.items`, 'items must be a schema object and not an array'));
  if (schema.uniqueItems === true)
    errors.push(
      forbiddenField(
        `${field}.uniqueItems`,
        'uniqueItems cannot be set to true since the runtime complexity becomes quadratic',
      ),
    );
  if (additionalProperties === false)
    errors.push(forbiddenField(`${field}.additionalProperties`, 'additionalProperties cannot be set to false'));
  if (valuesOf(schema) !== undefined && Object.keys(properties ?? {}).length > 0)
    errors.push(
      forbiddenField(`${field}.additionalProperties`, 'additionalProperties and properties are mutual exclusive'),
    );
  const preserves = schema['x-kubernetes-preserve-unknown-fields'];
  if (preserves === false)
    errors.push(invalidValue(`${field}.x-kubernetes-preserve-unknown-fields`, false, 'must be true or undefined'));
}

function checkList(errors: Errors, schema: JsonSchema, field: string): void {
  const listType = schema['x-kubernetes-list-type'];
  const keys = schema['x-kubernetes-list-map-keys'] ?? [];
  const at = `${field}.x-kubernetes-list-type`;
  if (listType !== undefined && !LIST_TYPES.includes(listType)) errors.push(notSupported(at, listType, LIST_TYPES));
  if (keys.length > 0 && listType !== 'map') {
    const why = 'must be map if x-kubernetes-list-map-keys is non-empty';
    errors.push(listType === undefined ? required(at, why) : invalidValue(at, listType, why));
  }
  if (listType === undefined) return;
  if (schema.type !== 'array') {
    const why = 'must be array if x-kubernetes-list-type is specified';
    errors.push(schema.type ? invalidValue(`${field}.type`, schema.type, why) : required(`${field}.type`, why));
  }
  const items = itemsOf(schema);
  if (listType !== 'atomic' && items?.nullable === true)
    errors.push(
      forbiddenField(`${field}.items.nullable`, `cannot be nullable when x-kubernetes-list-type is ${listType}`),
    );
  if (listType === 'map') checkMapKeys(errors, items, keys, field);
}

function checkMapKeys(errors: Errors, items: JsonSchema | undefined, keys: readonly string[], field: string): void {
  if (items === undefined) {
    errors.push(required(`${field}.items`, 'must have a schema if x-kubernetes-list-type is map'));
    return;
  }
  const at = `${field}.x-kubernetes-list-map-keys`;
  if (items.type !== 'object')
    errors.push(
      invalidValue(
        `${field}.items.type`,
        items.type ?? '',
        "must be object if parent array's x-kubernetes-list-type is map",
      ),
    );
  if (keys.length === 0) errors.push(required(at, 'must not be empty if x-kubernetes-list-type is map'));
  if (new Set(keys).size < keys.length) errors.push(invalidValue(at, keys, 'must not contain duplicate entries'));
  for (const [index, key] of keys.entries()) {
    const property = items.properties?.[key];
    const place = `${field}.items.properties[${key}]`;
    if (property === undefined) {
      errors.push(invalidValue(`${at}[${index}]`, key, 'entries must all be names of item properties'));
      continue;
    }
    if (!SCALARS.has(property.type ?? '') && property['x-kubernetes-int-or-string'] !== true)
      errors.push(
        invalidValue(
          `${place}.type`,
          property.type ?? '',
          "must be a scalar type if parent array's x-kubernetes-list-type is map",
        ),
      );
    if (property.default === undefined && !items.required?.includes(key))
      errors.push(
        required(
          `${place}.default`,
          'this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property',
        ),
      );
    if (property.nullable === true)
      errors.push(
        forbiddenField(`${place}.nullable`, 'this property is in x-kubernetes-list-map-keys, so it cannot be nullable'),
      );
  }
}

function checkMap(errors: Errors, schema: JsonSchema, field: string): void {
  const mapType = schema['x-kubernetes-map-type'];
  if (mapType === undefined) return;
  if (!MAP_TYPES.includes(mapType)) errors.push(notSupported(`${field}.x-kubernetes-map-type`, mapType, MAP_TYPES));
  if (schema.type === 'object') return;
  const why = 'must be object if x-kubernetes-map-type is specified';
  errors.push(schema.type ? invalidValue(`${field}.type`, schema.type, why) : required(`${field}.type`, why));
}

/** Defaults must keep to the schema that states them. */
function checkDefaults(errors: Errors, schema: JsonSchema, field: string): void {
  if (schema.default !== undefined) errors.push(...valueErrors(schema.default, schema, { prefix: `${field}.default` }));
  for (const [part, at] of partsOf(schema, field)) checkDefaults(errors, part, at);
}
