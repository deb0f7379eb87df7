/** JSON patch (RFC 6902), with the refusals of the real API server. */
import { badRequest, StatusError } from '@towtank/apimachinery';
import fastJsonPatch, { type Operation } from 'fast-json-patch';
import { jsonKindOf } from '../schema/object-decoder.ts';
import { copyJson, isJsonObject } from '../schema/own-property.ts';

const MAX_OPERATIONS = 10_000;
const OPERATION_TYPE = '[]handlers.jsonPatchOp';
const FIELDS = new Set(['op', 'path', 'from', 'value']);

/** The target with all operations applied to a copy. Throws 400, 413 and 422. */
export function jsonPatch(target: unknown, patch: unknown): unknown {
  const operations = readOperations(patch);
  if (operations.length > MAX_OPERATIONS)
    throw new StatusError(
      413,
      'RequestEntityTooLarge',
      `Request entity too large: The allowed maximum operations in a JSON patch is ${MAX_OPERATIONS}, got ${operations.length}`,
    );
  try {
    return fastJsonPatch.applyPatch(copyJson(target), operations, true).newDocument;
  } catch (cause) {
    throw unprocessable(cause);
  }
}

/** Strict errors of a patch: operations with fields that no operation has. */
export function jsonPatchStrictErrors(patch: unknown): string[] {
  const fields = new Set(
    (Array.isArray(patch) ? patch : []).flatMap((operation, index) =>
      Object.keys(operation ?? {})
        .filter((field) => !FIELDS.has(field))
        .map((field) => `json patch unknown field ${JSON.stringify(`[${index}].${field}`)}`),
    ),
  );
  return [...fields];
}

function readOperations(patch: unknown): Operation[] {
  if (patch === null) return [];
  if (!Array.isArray(patch)) throw cannotDecode(jsonKindOf(patch), `Go value of type ${OPERATION_TYPE}`);
  return patch.map((operation) => {
    if (operation === null) return { op: 'remove', path: '' };
    if (!isJsonObject(operation)) throw cannotDecode(jsonKindOf(operation), 'Go value of type handlers.jsonPatchOp');
    for (const field of ['op', 'path', 'from']) {
      const value = operation[field];
      if (value !== undefined && value !== null && typeof value !== 'string')
        throw cannotDecode(jsonKindOf(value), `Go struct field jsonPatchOp.${field} of type string`);
    }
    const { op, path, from, value } = copyJson(operation);
    return { op, path, from, value } as Operation;
  });
}

const cannotDecode = (found: string, into: string): StatusError =>
  badRequest(`error decoding patch: json: cannot unmarshal ${found} into ${into}`);

/** Whatever is wrong with an operation, the real API server says no more than this. */
const unprocessable = (cause: unknown): StatusError =>
  new StatusError(422, 'Invalid', 'the server rejected our request due to an error in our request', {
    details: {},
    cause,
  });
