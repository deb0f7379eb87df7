/** From what a client sends to an object as it is stored: decoded, defaulted, with its fields' managers. */
import { badRequest, type KubeObject } from '@towtank/apimachinery';
import type { ApiCall } from './api-call.ts';
import { checkType } from './read-body.ts';

/** Decodes a value as the kind of the call's resource. Throws 400. */
export function decodeForCall(call: ApiCall, value: unknown): KubeObject {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw badRequest('json: cannot unmarshal into Go value of type map[string]interface {}');
  const object = value as KubeObject;
  checkType(object, call.served);
  if (typeof object.metadata !== 'object' || object.metadata === null) object.metadata = {};
  call.store.strategy.setDefaults?.(object);
  return call.served.toStored?.(object) ?? object;
}

/** How a patch is written. */
export type PatchType = 'json' | 'merge' | 'strategic' | 'apply';

/** The stored object with a patch applied. Throws 400 and 422. */
export function patchObject(_call: ApiCall, _old: KubeObject, type: PatchType, _patch: unknown): KubeObject {
  throw badRequest(`${type} patches are not wired yet`);
}

/** The stored object with an applied configuration merged into it. Throws 409 with the conflicts. */
export function applyObject(_call: ApiCall, _old: KubeObject | undefined, _applied: unknown): KubeObject {
  throw badRequest('apply is not wired yet');
}
