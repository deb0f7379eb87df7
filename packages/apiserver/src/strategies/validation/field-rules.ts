/** The vocabulary of validation: rules for one field, which report what is wrong in Kubernetes' words. */
import {
  type FieldError,
  invalidValue,
  labelKeyErrors,
  labelValueErrors,
  notSupported,
  required,
} from '@towtank/apimachinery';
import { deepEqual } from '../../registry/deep-equal.ts';
import { internalForm } from './internal-form.ts';

/** A decoded value: the schema has checked its types, and has dropped fields that are empty. */
// biome-ignore lint/suspicious/noExplicitAny: the fields of a decoded type, whose shape the schema has checked
export type Fields = any;

/** Where rules put what they find, in order. */
export type Errors = FieldError[];

/** Rules for a name: one message per broken rule. */
export type NameRule = (name: string) => string[];

/** What Kubernetes says of a change to a field that never changes. */
export const IMMUTABLE = 'field is immutable';

/** What Kubernetes says of a negative number. */
export const NEGATIVE = 'must be greater than or equal to 0';

/** The message for a number outside a range. */
export const inRangeMessage = (low: number, high: number): string => `must be between ${low} and ${high}, inclusive`;

/** The field must not be empty. */
export function checkGiven(errors: Errors, field: string, value: unknown, detail = ''): void {
  if (value === undefined || value === null || value === '') errors.push(required(field, detail));
}

/** A number, where there is one, is not negative. */
export function checkNonNegative(errors: Errors, field: string, value: number | undefined): void {
  if (value !== undefined && value !== null && value < 0) errors.push(invalidValue(field, value, NEGATIVE));
}

/** Several numbers of one object are not negative. */
export function checkNoneNegative(errors: Errors, field: string, object: Fields, names: readonly string[]): void {
  for (const name of names) checkNonNegative(errors, `${field}.${name}`, object?.[name]);
}

/** A number, where there is one, lies in a range. */
export function checkRange(errors: Errors, field: string, value: number | undefined, low: number, high: number): void {
  if (value !== undefined && (value < low || value > high))
    errors.push(invalidValue(field, value, inRangeMessage(low, high)));
}

/** A port number; absent counts as zero, which is none. */
export function checkPort(errors: Errors, field: string, port: number | undefined): void {
  if (port === undefined || port < 1 || port > 65_535)
    errors.push(invalidValue(field, port ?? 0, inRangeMessage(1, 65_535)));
}

/** A port by number or by name. */
export function checkPortOrName(errors: Errors, field: string, port: number | string | undefined): void {
  if (typeof port === 'string') checkName(errors, field, port, portNameErrors);
  else checkPort(errors, field, port);
}

/** What is wrong with a field whose value would say nothing in the message. */
export const invalidField = (field: string, detail: string): FieldError => ({
  field,
  reason: 'FieldValueInvalid',
  body: `Invalid value: ${detail}`,
});

/** A text, where there is one, follows the rules of a name. */
export function checkName(errors: Errors, field: string, name: string | null | undefined, rule: NameRule): void {
  if (name === undefined || name === null) return;
  for (const message of rule(name)) errors.push(invalidValue(field, name, message));
}

/** A text is given and follows the rules of a name. */
export function checkRequiredName(errors: Errors, field: string, name: string | undefined, rule: NameRule): void {
  if (!name) errors.push(required(field));
  else checkName(errors, field, name, rule);
}

/** A value, where there is one, is one of those supported. They are listed in the given order. */
export function checkSupported(errors: Errors, field: string, value: unknown, supported: readonly string[]): void {
  if (value !== undefined && !supported.includes(value as string)) errors.push(notSupported(field, value, supported));
}

/** A value is given and supported. */
export function checkChoice(errors: Errors, field: string, value: unknown, supported: readonly string[]): void {
  if (!value) errors.push(required(field));
  else checkSupported(errors, field, value, supported);
}

/** A field has not changed. `type` names what it is in memory, if that is not what it is on the wire. */
export function checkUnchanged(errors: Errors, field: string, next: unknown, old: unknown, type?: string): void {
  if (deepEqual(next ?? null, old ?? null)) return;
  errors.push(invalidValue(field, type === undefined || !next ? next : internalForm(type, next), IMMUTABLE));
}

/** Labels, wherever they stand. */
export function checkLabels(errors: Errors, field: string, labels: Readonly<Record<string, string>> | undefined): void {
  if (labels === undefined) return;
  for (const key of Object.keys(labels)) {
    checkName(errors, field, key, labelKeyErrors);
    checkName(errors, field, labels[key] ?? '', labelValueErrors);
  }
}

/** A count may only grow. */
export function checkNotDecremented(errors: Errors, field: string, next: number | undefined, old?: number): void {
  if (old !== undefined && (next === undefined || next < old))
    errors.push(invalidValue(field, next ?? 0, 'cannot be decremented'));
}

/** What Kubernetes says of a bad name of a port (RFC 6335). */
export function portNameErrors(name: string): string[] {
  const errors: string[] = [];
  if (name.length > 15) errors.push('must be no more than 15 characters');
  if (!/^[-a-z0-9]+$/.test(name)) errors.push('must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)');
  if (!/[a-z]/.test(name)) errors.push('must contain at least one letter (a-z)');
  if (name.includes('--')) errors.push('must not contain consecutive hyphens');
  if (name.startsWith('-') || name.endsWith('-')) errors.push('must not begin or end with a hyphen');
  return errors;
}
