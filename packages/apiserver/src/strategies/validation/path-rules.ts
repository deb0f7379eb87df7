/** Rules for paths inside volumes. */
import { invalidValue } from '@towtank/apimachinery';
import type { Errors } from './field-rules.ts';

/** What Kubernetes says of a bad file mode. */
export const FILE_MODE_MESSAGE = 'must be a number between 0 and 0777 (octal), both inclusive';

/** A file mode, where there is one. */
export function checkFileMode(errors: Errors, field: string, mode: number | undefined): void {
  if (mode !== undefined && (mode < 0 || mode > 0o777)) errors.push(invalidValue(field, mode, FILE_MODE_MESSAGE));
}

/** Whether a path has an element that leads upwards. */
export const leadsUpwards = (path: string): boolean => path.split('/').includes('..');

/** A path without `..`. */
export function checkNoBacksteps(errors: Errors, field: string, path: string): void {
  if (leadsUpwards(path)) errors.push(invalidValue(field, path, "must not contain '..'"));
}

/** A path that stays below where it starts. */
export function checkLocalPath(errors: Errors, field: string, path: string): void {
  if (path.startsWith('/')) errors.push(invalidValue(field, path, 'must be a relative path'));
  checkNoBacksteps(errors, field, path);
}

/** The same, of which no name begins with two dots. */
export function checkOwnPath(errors: Errors, field: string, path: string): void {
  checkLocalPath(errors, field, path);
  if (path.startsWith('..') && !path.startsWith('../'))
    errors.push(invalidValue(field, path, "must not start with '..'"));
}
