/** Validation failures of single fields, worded as `k8s.io/apimachinery/pkg/util/validation/field` words them. */
import { quote } from './quote.ts';

/** What is wrong with one field. `body` is the message without the field's name. */
export interface FieldError {
  readonly field: string;
  readonly reason: string;
  readonly body: string;
}

/** A bad value as Kubernetes shows it: Go's `%q` for text, Go's JSON for the rest, which escapes what HTML would read. */
export function formatBadValue(value: unknown): string {
  if (value === undefined || value === null) return 'null';
  if (typeof value === 'string') return quote(value);
  return goJson(value);
}

/** JSON as Go writes it: characters that HTML would read are escaped. `indent` spaces a level, or all on one line. */
export const goJson = (value: unknown, indent = 0): string =>
  JSON.stringify(value, undefined, indent).replace(/[<>&\u2028\u2029]/g, escapeForHtml);

const escapeForHtml = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;

const error = (field: string, reason: string, body: string): FieldError => ({ field, reason, body });

/** The field must be given. */
export const required = (field: string, detail = ''): FieldError =>
  error(field, 'FieldValueRequired', detail ? `Required value: ${detail}` : 'Required value');

/** The value breaks a rule. */
export const invalidValue = (field: string, value: unknown, detail: string): FieldError =>
  error(field, 'FieldValueInvalid', `Invalid value: ${formatBadValue(value)}${detail ? `: ${detail}` : ''}`);

/** The value is not one of those supported, which are listed in the given order: Kubernetes sorts some, not all. */
export const notSupported = (field: string, value: unknown, supported: readonly string[]): FieldError => {
  const list = supported.length > 0 ? `: supported values: ${supported.map(quote).join(', ')}` : '';
  return error(field, 'FieldValueNotSupported', `Unsupported value: ${formatBadValue(value)}${list}`);
};

/** The value stands twice where it may stand once. */
export const duplicate = (field: string, value: unknown): FieldError =>
  error(field, 'FieldValueDuplicate', `Duplicate value: ${formatBadValue(value)}`);

/** The field may not be set here. */
export const forbiddenField = (field: string, detail: string): FieldError =>
  error(field, 'FieldValueForbidden', `Forbidden: ${detail}`);

/** The text is longer than `max` bytes. */
export const tooLong = (field: string, max: number): FieldError =>
  error(field, 'FieldValueTooLong', `Too long: may not be more than ${max} ${max === 1 ? 'byte' : 'bytes'}`);

/** The list has more than `max` items. */
export const tooMany = (field: string, actual: number, max: number): FieldError =>
  error(field, 'FieldValueTooMany', `Too many: ${actual}: must have at most ${max} ${max === 1 ? 'item' : 'items'}`);

/** The referenced thing does not exist. */
export const notFoundField = (field: string, value: unknown): FieldError =>
  error(field, 'FieldValueNotFound', `Not found: ${formatBadValue(value)}`);

/** The value has the wrong type. */
export const typeInvalid = (field: string, value: unknown, detail: string): FieldError =>
  error(field, 'FieldValueTypeInvalid', `Invalid value: ${formatBadValue(value)}${detail ? `: ${detail}` : ''}`);

/** The validation itself failed. */
export const internalFieldError = (field: string, detail: string): FieldError =>
  error(field, 'InternalError', `Internal error: ${detail}`);

/** One error as text; several as a bracketed list, each once, as Kubernetes aggregates them. */
export function formatFieldErrors(errors: readonly FieldError[]): string {
  const texts = [...new Set(errors.map(({ field, body }) => `${field}: ${body}`))];
  return texts.length === 1 ? (texts[0] ?? '') : `[${texts.join(', ')}]`;
}
