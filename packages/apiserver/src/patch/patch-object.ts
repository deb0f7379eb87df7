/** From a patch to the object that it makes, with the refusals of the real API server. */
import { formatBadValue, StatusError } from '@towtank/apimachinery';
import {
  type DecodedObject,
  type FieldValidation,
  findInObject,
  strictDecodingError,
} from '../schema/decode-object.ts';
import { applyPatch, type PatchRequest } from './apply-patch.ts';
import { formatGoValue } from './format-go-value.ts';
import { jsonPatchStrictErrors } from './json-patch.ts';

/** A patch with what strict decoding has to say of its text. */
export interface PatchObjectRequest extends PatchRequest {
  readonly fieldValidation: FieldValidation;
  readonly duplicates: readonly string[];
}

/**
 * Applies a patch and decodes the result, which is not yet defaulted. Throws 422 with the patched document (or the
 * patch, when it merges strategically) when it does not fit the type.
 */
export function patchObject(request: PatchObjectRequest): DecodedObject {
  const { type, patch, schema, fieldValidation, duplicates } = request;
  const patched = applyPatch(request);
  const wording = type === 'strategic' ? 'converter' : 'json';
  const { object, error, strictErrors } = findInObject(patched, schema, { wording });
  const refuse = (message: string): StatusError =>
    invalidPatch(type === 'strategic' ? formatGoValue(patch) : JSON.stringify(patched), message);
  if (object === undefined) throw refuse(error ?? notAnObject(patched));
  const errors = [...patchErrors(type, patch, duplicates), ...strictErrors];
  if (errors.length === 0 || fieldValidation === 'Ignore') return { object, warnings: [] };
  if (fieldValidation === 'Warn') return { object, warnings: errors };
  throw refuse(strictDecodingError(errors));
}

function patchErrors(type: PatchRequest['type'], patch: unknown, duplicates: readonly string[]): string[] {
  if (type !== 'json') return [...duplicates];
  return [...jsonPatchStrictErrors(patch), ...duplicates.map((error) => `json patch ${error}`)];
}

const notAnObject = (patched: unknown): string =>
  `couldn't get version/kind; json parse error: json: cannot unmarshal ${typeof patched} into Go value of type struct`;

/** 422 about the patch as a whole, which belongs to no kind. */
function invalidPatch(value: string, detail: string): StatusError {
  const message = `Invalid value: ${formatBadValue(value)}: ${detail}`;
  return new StatusError(422, 'Invalid', ` "" is invalid: patch: ${message}`, {
    details: { causes: [{ reason: 'FieldValueInvalid', message, field: 'patch' }] },
  });
}
