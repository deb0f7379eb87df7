/** What a schema says of a value beyond JSON Schema: lists without doubles, and objects that are whole. */
import { duplicate, type FieldError, required, typeInvalid } from '@towtank/apimachinery';
import { isJsonObject, type JsonObject } from '../../schema/own-property.ts';
import type { Errors } from '../../strategies/validation/field-rules.ts';
import { fieldSchema, itemsOf, type JsonSchema } from '../json-schema.ts';

/** Items that stand twice in a set, or twice under one key in a map. */
export function listErrors(value: unknown, schema: JsonSchema): FieldError[] {
  const errors: Errors = [];
  checkLists(errors, value, schema, '');
  return errors;
}

function checkLists(errors: Errors, value: unknown, schema: JsonSchema, field: string): void {
  if (Array.isArray(value)) {
    const type = schema['x-kubernetes-list-type'];
    if (type === 'set') checkDoubles(errors, value, field);
    if (type === 'map') {
      const keys = schema['x-kubernetes-list-map-keys'] ?? [];
      checkDoubles(
        errors,
        value.map((item) => keysOf(item, keys)),
        field,
      );
    }
  }
  eachBelow(value, schema, field, (below, part, at) => checkLists(errors, below, part, at));
}

function keysOf(item: unknown, keys: readonly string[]): JsonObject {
  const found: JsonObject = {};
  for (const key of keys) if (isJsonObject(item) && item[key] !== undefined) found[key] = item[key];
  return found;
}

function checkDoubles(errors: Errors, items: readonly unknown[], field: string): void {
  const seen = new Set<string>();
  for (const [index, item] of items.entries()) {
    const text = canonicalText(item);
    if (seen.has(text)) errors.push(duplicate(`${field}[${index}]`, item));
    seen.add(text);
  }
}

/** The same text for values that are equal. */
const canonicalText = (value: unknown): string =>
  JSON.stringify(value, (_, part: unknown) =>
    isJsonObject(part) ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1))) : part,
  ) ?? '';

function eachBelow(
  value: unknown,
  schema: JsonSchema,
  field: string,
  visit: (value: unknown, schema: JsonSchema, field: string) => void,
): void {
  if (Array.isArray(value)) {
    const items = itemsOf(schema);
    if (items !== undefined) for (const [index, item] of value.entries()) visit(item, items, `${field}[${index}]`);
  } else if (isJsonObject(value))
    for (const [name, item] of Object.entries(value)) {
      const below = fieldSchema(schema, name);
      const isNamed = schema.properties !== undefined && Object.hasOwn(schema.properties, name);
      const step = isNamed ? (field === '' ? name : `${field}.${name}`) : `${field}[${name}]`;
      if (below !== undefined) visit(item, below, step);
    }
}

/** Embedded objects that do not say what they are. */
export function embeddedErrors(value: unknown, schema: JsonSchema): FieldError[] {
  const errors: Errors = [];
  checkEmbedded(errors, value, schema, '');
  return errors;
}

function checkEmbedded(errors: Errors, value: unknown, schema: JsonSchema, field: string): void {
  if (schema['x-kubernetes-embedded-resource'] === true && isJsonObject(value))
    for (const name of ['apiVersion', 'kind']) {
      const text = value[name];
      if (text === undefined || text === '') errors.push(required(`${field}.${name}`, 'must not be empty'));
      else if (typeof text !== 'string') errors.push(typeInvalid(`${field}.${name}`, text, 'must be a string'));
    }
  eachBelow(value, schema, field, (below, part, at) => checkEmbedded(errors, below, part, at));
}
