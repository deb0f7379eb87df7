/** Whether a value keeps to a schema, in the words of the validator that the real API server uses. */
import {
  type FieldError,
  invalidValue,
  notSupported,
  quote,
  required,
  tooLong,
  tooMany,
  typeInvalid,
} from '@towtank/apimachinery';
import { deepEqual } from '../../registry/deep-equal.ts';
import { isJsonObject, type JsonObject } from '../../schema/own-property.ts';
import type { Errors } from '../../strategies/validation/field-rules.ts';
import { goPattern } from '../go-pattern.ts';
import { fieldSchema, itemsOf, type JsonSchema } from '../json-schema.ts';
import { oldItemFor } from './old-item.ts';
import { fitsFormat, isOfFormat } from './value-formats.ts';

/** Where a value stands. */
export interface ValuePlace {
  /** What the names of fields begin with. */
  readonly prefix?: string;
  /** The way to the value from there, as messages show it: `spec.ports[0]`. */
  readonly path?: string;
  /** The value before, of an update: what has not changed is not found fault with. Undefined where there was none. */
  readonly old?: unknown;
}

/** Everything that is wrong with a value. */
export function valueErrors(value: unknown, schema: JsonSchema, place: ValuePlace = {}): FieldError[] {
  const errors: Errors = [];
  check(errors, value, schema, place);
  return errors;
}

const fieldOf = ({ prefix = '', path = '' }: ValuePlace): string =>
  prefix === '' ? path || '<nil>' : path === '' ? prefix : `${prefix}.${path}`;

function check(errors: Errors, value: unknown, schema: JsonSchema, place: ValuePlace): void {
  if (place.old !== undefined && deepEqual(value, place.old)) return;
  checkType(errors, value, schema, place);
  if (value === null || value === undefined) {
    checkEnum(errors, value, schema, place);
    return;
  }
  checkJunctors(errors, value, schema, place);
  if (typeof value === 'string') checkText(errors, value, schema, place);
  else if (typeof value === 'number') checkNumber(errors, value, schema, place);
  else if (Array.isArray(value)) checkList(errors, value, schema, place);
  checkEnum(errors, value, schema, place);
  if (isJsonObject(value)) checkObject(errors, value, schema, place);
}

/** What JSON Schema calls the type of a value. */
function typeNameOf(value: unknown): string {
  if (value === null || value === undefined) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
  return typeof value;
}

function checkType(errors: Errors, value: unknown, schema: JsonSchema, place: ValuePlace): void {
  const types =
    schema['x-kubernetes-int-or-string'] === true ? ['integer', 'string'] : schema.type ? [schema.type] : [];
  const found = typeNameOf(value);
  if (found === 'null' && (schema.nullable === true || types.length === 0)) return;
  const fits = types.length === 0 || types.includes(found) || (found === 'integer' && types.includes('number'));
  if (fits) return;
  errors.push(typeInvalid(fieldOf(place), found, wrongType(place, types.join(','), quote(found))));
}

const wrongType = ({ path = '' }: ValuePlace, type: string, found: string): string =>
  `${path} in body must be of type ${type}: ${found}`;

function checkText(errors: Errors, value: string, schema: JsonSchema, place: ValuePlace): void {
  const { minLength = 0, maxLength = Infinity, pattern, format } = schema;
  const { path = '' } = place;
  const field = fieldOf(place);
  const length = [...value].length;
  if (length > maxLength) errors.push(tooLong(field, maxLength));
  else if (length < minLength)
    errors.push(invalidValue(field, value, `${path} in body should be at least ${minLength} chars long`));
  else if (pattern !== undefined && !goPattern(pattern).test(value))
    errors.push(invalidValue(field, value, `${path} in body should match '${pattern}'`));
  if (format !== undefined && !isOfFormat(format, value))
    errors.push(typeInvalid(field, value, wrongType(place, format, quote(value))));
}

function checkNumber(errors: Errors, value: number, schema: JsonSchema, place: ValuePlace): void {
  const { multipleOf, minimum, maximum, exclusiveMinimum, exclusiveMaximum, format } = schema;
  const report = (what: string): void =>
    void errors.push(invalidValue(fieldOf(place), value, `${place.path ?? ''} in body should be ${what}`));
  if (format !== undefined && !fitsFormat(format, value))
    errors.push(typeInvalid(fieldOf(place), value, wrongType(place, format, String(value))));
  if (multipleOf !== undefined && !isMultiple(value, multipleOf)) report(`a multiple of ${multipleOf}`);
  if (maximum !== undefined && (exclusiveMaximum ? value >= maximum : value > maximum))
    report(exclusiveMaximum ? `less than ${maximum}` : `less than or equal to ${maximum}`);
  if (minimum !== undefined && (exclusiveMinimum ? value <= minimum : value < minimum))
    report(exclusiveMinimum ? `greater than ${minimum}` : `greater than or equal to ${minimum}`);
}

function isMultiple(value: number, factor: number): boolean {
  const quotient = value / factor;
  return Math.abs(quotient - Math.round(quotient)) < 1e-9;
}

function checkList(errors: Errors, value: readonly unknown[], schema: JsonSchema, place: ValuePlace): void {
  const { minItems = 0, maxItems = Infinity } = schema;
  const { prefix = '', path = '', old } = place;
  const items = itemsOf(schema);
  if (items !== undefined)
    for (const [index, item] of value.entries())
      check(errors, item, items, { prefix, path: `${path}[${index}]`, old: oldItemFor(item, old, schema) });
  if (value.length < minItems)
    errors.push(invalidValue(fieldOf(place), value.length, `${path} in body should have at least ${minItems} items`));
  if (value.length > maxItems) errors.push(tooMany(fieldOf(place), value.length, maxItems));
}

function checkEnum(errors: Errors, value: unknown, { enum: allowed, nullable }: JsonSchema, place: ValuePlace): void {
  if (allowed === undefined || allowed.some((item) => deepEqual(item, value))) return;
  if (value === null && nullable !== true) return;
  const texts = allowed.map((item) => (typeof item === 'string' ? item : JSON.stringify(item)));
  errors.push(notSupported(fieldOf(place), value, texts));
}

function checkObject(errors: Errors, value: JsonObject, schema: JsonSchema, place: ValuePlace): void {
  const { minProperties = 0, maxProperties = Infinity, required: needed = [] } = schema;
  const { prefix = '', path = '', old } = place;
  const names = Object.keys(value);
  if (names.length > maxProperties) errors.push(tooMany(fieldOf(place), names.length, maxProperties));
  if (names.length < minProperties)
    errors.push(
      invalidValue(fieldOf(place), names.length, `${path} in body should have at least ${minProperties} properties`),
    );
  for (const name of names) {
    const below = fieldSchema(schema, name);
    if (below === undefined) continue;
    const before = isJsonObject(old) && Object.hasOwn(old, name) ? old[name] : undefined;
    check(errors, value[name], below, { prefix, path: path === '' ? name : `${path}.${name}`, old: before });
  }
  for (const name of needed)
    if (!Object.hasOwn(value, name))
      errors.push(required(fieldOf({ prefix, path: path === '' ? name : `${path}.${name}` })));
}

/** allOf, anyOf, oneOf and not: their own errors name no field, those below them do. */
function checkJunctors(errors: Errors, value: unknown, schema: JsonSchema, place: ValuePlace): void {
  const { prefix = '', path = '' } = place;
  const nested = { prefix, path };
  const found = (part: JsonSchema): FieldError[] => valueErrors(value, part, nested);
  const report = (what: string): void =>
    void errors.push(invalidValue(prefix === '' ? '<nil>' : prefix, '', `${quote(path)} must ${what}`));
  const { anyOf = [], oneOf = [], allOf = [], not } = schema;
  if (anyOf.length > 0) {
    const results = anyOf.map(found);
    if (results.every(({ length }) => length > 0)) {
      report('validate at least one schema (anyOf)');
      errors.push(...(results[0] ?? []));
    }
  }
  if (oneOf.length > 0) {
    const results = oneOf.map(found);
    const valid = results.filter(({ length }) => length === 0).length;
    if (valid !== 1)
      report(
        `validate one and only one schema (oneOf). ${valid === 0 ? 'Found none valid' : `Found ${valid} valid alternatives`}`,
      );
    if (valid === 0) errors.push(...(results[0] ?? []));
  }
  if (allOf.length > 0) {
    const results = allOf.map(found);
    const valid = results.filter(({ length }) => length === 0).length;
    errors.push(...results.flat());
    if (valid < allOf.length) report(`validate all the schemas (allOf)${valid === 0 ? '. None validated' : ''}`);
  }
  if (not !== undefined && found(not).length === 0) report('not validate the schema (not)');
}
