/** What makes a schema structural: every field has one type, and says so outside of allOf, anyOf, oneOf and not. */
import { type FieldError, forbiddenField, invalidValue, required } from '@towtank/apimachinery';
import { deepEqual } from '../../registry/deep-equal.ts';
import type { Errors } from '../../strategies/validation/field-rules.ts';
import { goPatternError } from '../go-pattern.ts';
import { itemsOf, type JsonSchema, valuesOf } from '../json-schema.ts';

type Level = 'root' | 'item' | 'field';

const MISSING_TYPE: Readonly<Record<Level, string>> = {
  root: 'must not be empty at the root',
  item: 'must not be empty for specified array items',
  field: 'must not be empty for specified object fields',
};

const INT_OR_STRING = [{ type: 'integer' }, { type: 'string' }];

/** Everything that keeps a schema from being structural, sorted. */
export function structuralErrors(schema: JsonSchema, field: string): FieldError[] {
  const errors: Errors = [];
  checkPart(errors, schema, 'root', field);
  checkComplete(errors, schema, field);
  const text = ({ field: at, body }: FieldError): string => `${at}: ${body}`;
  return errors.sort((a, b) => (text(a) < text(b) ? -1 : text(a) > text(b) ? 1 : 0));
}

function checkPart(errors: Errors, schema: JsonSchema, level: Level, field: string): void {
  const items = itemsOf(schema);
  if (schema.type === 'array' && items === undefined) errors.push(required(`${field}.items`, 'must be specified'));
  if (items !== undefined) checkPart(errors, items, 'item', `${field}.items`);
  for (const [name, property] of Object.entries(schema.properties ?? {}))
    checkPart(errors, property, 'field', `${field}.properties[${name}]`);
  if (schema.additionalProperties !== undefined && level === 'root')
    errors.push(forbiddenField(`${field}.additionalProperties`, 'must not be used at the root'));
  const values = valuesOf(schema);
  if (values !== undefined) checkPart(errors, values, 'field', `${field}.additionalProperties`);
  checkExtensions(errors, schema, field);
  checkJunctors(errors, schema, { field, isIntOrString: isIntOrString(schema) });
  checkType(errors, schema, level, field);
  if (level === 'root' || schema['x-kubernetes-embedded-resource'] === true) checkWhole(errors, schema, level, field);
}

const isIntOrString = (schema: JsonSchema): boolean => schema['x-kubernetes-int-or-string'] === true;

function checkExtensions(errors: Errors, schema: JsonSchema, field: string): void {
  if (!isIntOrString(schema)) return;
  for (const name of ['x-kubernetes-preserve-unknown-fields', 'x-kubernetes-embedded-resource'] as const)
    if (schema[name] === true)
      errors.push(invalidValue(`${field}.${name}`, true, 'must be false if x-kubernetes-int-or-string is true'));
}

function checkType(errors: Errors, schema: JsonSchema, level: Level, field: string): void {
  const { type = '' } = schema;
  const at = `${field}.type`;
  const embedded = schema['x-kubernetes-embedded-resource'] === true;
  const why = 'must be object if x-kubernetes-embedded-resource is true';
  if (embedded && type !== 'object') errors.push(type === '' ? required(at, why) : invalidValue(at, type, why));
  else if (type === '' && !isIntOrString(schema) && schema['x-kubernetes-preserve-unknown-fields'] !== true)
    errors.push(required(at, MISSING_TYPE[level]));
  if (level === 'root' && type !== '' && type !== 'object')
    errors.push(invalidValue(at, type, 'must be object at the root'));
  if (embedded && schema.additionalProperties !== undefined)
    errors.push(
      forbiddenField(`${field}.additionalProperties`, 'must not be used if x-kubernetes-embedded-resource is set'),
    );
}

/** Fields that every whole object has may be restricted little. */
function checkWhole(errors: Errors, schema: JsonSchema, level: Level, field: string): void {
  const { properties = {} } = schema;
  for (const name of ['kind', 'apiVersion'])
    if (properties[name] !== undefined && properties[name].type !== 'string')
      errors.push(invalidValue(`${field}.properties[${name}].type`, properties[name].type ?? '', 'must be string'));
  const { metadata } = properties;
  const at = `${field}.properties[metadata]`;
  if (metadata !== undefined && metadata.type !== 'object')
    errors.push(invalidValue(`${at}.type`, metadata.type ?? '', 'must be object'));
  if (metadata !== undefined && level === 'root' && saysTooMuch(metadata))
    errors.push(
      forbiddenField(
        at,
        'must not specify anything other than name and generateName, but metadata is implicitly specified',
      ),
    );
  const isEmpty = Object.keys(properties).length === 0 && schema['x-kubernetes-preserve-unknown-fields'] !== true;
  if (level !== 'root' && isEmpty)
    errors.push(
      required(
        `${field}.properties`,
        'must not be empty if x-kubernetes-embedded-resource is true without x-kubernetes-preserve-unknown-fields',
      ),
    );
}

function saysTooMuch({ type: _, properties, ...rest }: JsonSchema): boolean {
  const others = Object.keys(properties ?? {}).filter((name) => name !== 'name' && name !== 'generateName');
  return others.length > 0 || Object.keys(rest).some((name) => name !== 'description');
}

interface JunctorPlace {
  readonly field: string;
  readonly isIntOrString: boolean;
}

function checkJunctors(errors: Errors, schema: JsonSchema, place: JunctorPlace): void {
  const { field } = place;
  // the one way to say that a value is a number or a text
  const anyOf = place.isIntOrString && deepEqual(schema.anyOf, INT_OR_STRING) ? [] : (schema.anyOf ?? []);
  for (const [index, part] of anyOf.entries()) checkNested(errors, part, `${field}.anyOf[${index}]`);
  for (const [index, part] of (schema.allOf ?? []).entries()) {
    const isException = place.isIntOrString && index === 0 && deepEqual(part.anyOf, INT_OR_STRING);
    const { anyOf: _, ...rest } = part;
    checkNested(errors, isException ? (rest as JsonSchema) : part, `${field}.allOf[${index}]`);
  }
  for (const [index, part] of (schema.oneOf ?? []).entries()) checkNested(errors, part, `${field}.oneOf[${index}]`);
  if (schema.not !== undefined) checkNested(errors, schema.not, `${field}.not`);
  const problem = schema.pattern === undefined ? undefined : goPatternError(schema.pattern);
  if (problem !== undefined)
    errors.push(
      invalidValue(`${field}.pattern`, schema.pattern, `must be a valid regular expression, but isn't: ${problem}`),
    );
}

const FORBIDDEN: readonly (readonly [string, string])[] = [
  ['type', 'must be empty to be structural'],
  ['additionalProperties', 'must be undefined to be structural'],
  ['default', 'must be undefined to be structural'],
  ['title', 'must be empty to be structural'],
  ['description', 'must be empty to be structural'],
  ['nullable', 'must be false to be structural'],
  ['x-kubernetes-preserve-unknown-fields', 'must be false to be structural'],
  ['x-kubernetes-embedded-resource', 'must be false to be structural'],
  ['x-kubernetes-int-or-string', 'must be false to be structural'],
  ['x-kubernetes-list-map-keys', 'must be empty to be structural'],
  ['x-kubernetes-list-type', 'must be undefined to be structural'],
  ['x-kubernetes-map-type', 'must be undefined to be structural'],
  ['x-kubernetes-validations', 'must be empty to be structural'],
];

/** A part below allOf and the like only restricts values. */
function checkNested(errors: Errors, schema: JsonSchema, field: string): void {
  checkJunctors(errors, schema, { field, isIntOrString: false });
  const items = itemsOf(schema);
  if (items !== undefined) checkNested(errors, items, `${field}.items`);
  for (const [name, property] of Object.entries(schema.properties ?? {}))
    checkNested(errors, property, `${field}.properties[${name}]`);
  for (const [name, why] of FORBIDDEN)
    if (schema[name] !== undefined && schema[name] !== false && schema[name] !== '')
      errors.push(forbiddenField(`${field}.${name}`, why));
  if (schema.properties?.metadata !== undefined)
    errors.push(forbiddenField(`${field}.properties[metadata]`, 'must not be specified in a nested context'));
}

/** Whatever allOf and the like speak of must also stand in the schema itself. */
function checkComplete(errors: Errors, schema: JsonSchema, field: string): void {
  for (const [part, at] of nestedParts(schema, field)) checkCovered(errors, part, { schema, field, at });
  const items = itemsOf(schema);
  if (items !== undefined) checkComplete(errors, items, `${field}.items`);
  const values = valuesOf(schema);
  if (values !== undefined) checkComplete(errors, values, `${field}.additionalProperties`);
  for (const [name, property] of Object.entries(schema.properties ?? {}))
    checkComplete(errors, property, `${field}.properties[${name}]`);
}

const nestedParts = ({ allOf, anyOf, oneOf, not }: JsonSchema, field: string): [JsonSchema, string][] => [
  ...(anyOf ?? []).map((part, index): [JsonSchema, string] => [part, `${field}.anyOf[${index}]`]),
  ...(allOf ?? []).map((part, index): [JsonSchema, string] => [part, `${field}.allOf[${index}]`]),
  ...(oneOf ?? []).map((part, index): [JsonSchema, string] => [part, `${field}.oneOf[${index}]`]),
  ...(not === undefined ? [] : [[not, `${field}.not`] as [JsonSchema, string]]),
];

interface Cover {
  /** The schema that must name what the part names; undefined where it does not. */
  readonly schema: JsonSchema | undefined;
  readonly field: string;
  readonly at: string;
}

function checkCovered(errors: Errors, part: JsonSchema, { schema, field, at }: Cover): void {
  if (schema === undefined) {
    errors.push(required(field, `because it is defined in ${at}`));
    return;
  }
  for (const [below, place] of nestedParts(part, at)) checkCovered(errors, below, { schema, field, at: place });
  for (const [name, property] of Object.entries(part.properties ?? {})) {
    const place = `${at}.properties[${name}]`;
    checkCovered(errors, property, {
      schema: schema.properties?.[name],
      field: `${field}.properties[${name}]`,
      at: place,
    });
  }
  const items = itemsOf(part);
  if (items !== undefined)
    checkCovered(errors, items, { schema: itemsOf(schema), field: `${field}.items`, at: `${at}.items` });
}
