/** What a webhook changes. */
import { internalError, isStatusError, type KubeObject } from '@towtank/apimachinery';
import { jsonPatch } from '../../patch/json-patch.ts';
import { deepEqual } from '../../registry/deep-equal.ts';
import { applyDefaults } from '../../schema/apply-defaults.ts';
import { findInObject } from '../../schema/decode-object.ts';
import { setOwn } from '../../schema/own-property.ts';
import { forgetEmptyLists } from '../../schema/zero-value.ts';
import type { AdmissionAttributes } from '../admission.ts';
import { inVersion } from '../matching/admission-request.ts';
import type { AdmissionResponse } from './admission-review.ts';
import type { Invocation } from './call-webhook.ts';
import { CallFailure } from './webhook-errors.ts';

/** Changes the object of a request as the answer says, and tells whether that made a difference. Throws 500 and CallFailure. */
export function applyWebhookPatch(
  { webhook: { name }, seen }: Invocation,
  { patch, patchType }: AdmissionResponse,
  attributes: AdmissionAttributes,
): boolean {
  const operations = patch === undefined ? [] : readPatch(name, patch);
  if (operations.length === 0) return false;
  const { object, served } = attributes;
  if (object === undefined)
    throw internalError(
      `admission webhook ${JSON.stringify(name)} attempted to modify the object, which is not supported for this operation`,
    );
  if (patchType !== 'JSONPatch') throw new CallFailure(name, `unsupported patch type ${JSON.stringify(patchType)}`);
  const { object: decoded, error } = findInObject(patched(inVersion(object, seen), operations), seen.schema);
  if (decoded === undefined) throw internalError(error ?? 'the patched object is no object');
  applyDefaults(decoded, seen.schema);
  forgetEmptyLists(decoded, seen.schema);
  const stored = seen.toStored?.(decoded) ?? decoded;
  if (stored !== decoded && served?.store !== undefined) applyDefaults(stored, served.store.schema);
  served?.store?.strategy.setDefaults?.(stored);
  const changed = !deepEqual(stored, object);
  if (changed) become(object, stored);
  return changed;
}

function readPatch(name: string, text: string): readonly unknown[] {
  let patch: unknown;
  try {
    patch = JSON.parse(text);
  } catch (cause) {
    throw undecodable(name, (cause as Error).message);
  }
  if (patch === null) return [];
  if (!Array.isArray(patch))
    throw undecodable(name, `json: cannot unmarshal ${typeof patch} into Go value of type jsonpatch.Patch`);
  return patch;
}

const undecodable = (name: string, why: string): CallFailure =>
  new CallFailure(name, `received undecodable patch in webhook response: ${why}`);

function patched(object: unknown, operations: readonly unknown[]): unknown {
  try {
    return jsonPatch(object, operations);
  } catch (cause) {
    const { message = '' } = isStatusError(cause) ? ((cause.cause as Error | undefined) ?? cause) : (cause as Error);
    throw internalError(message.split('\n')[0] ?? '', { cause });
  }
}

/** The registry holds on to the object, so that its fields change and not itself. */
function become(object: KubeObject, next: KubeObject): void {
  for (const field of Object.keys(object)) if (!Object.hasOwn(next, field)) delete object[field];
  for (const [field, value] of Object.entries(next)) setOwn(object, field, value);
}
