/** From what a client sends to an object as it is stored: decoded, defaulted, with its fields' managers. */
import { badRequest, invalid, type KubeObject, notSupported } from '@towtank/apimachinery';
import { applyPatch } from '../patch/apply-patch.ts';
import { applyDefaults } from '../schema/apply-defaults.ts';
import type { DecodedBody } from '../schema/decode-body.ts';
import { decodeObject, type FieldValidation } from '../schema/decode-object.ts';
import type { ApiCall } from './api-call.ts';
import { checkType } from './read-body.ts';

/** How a patch is written. */
export type PatchType = 'json' | 'merge' | 'strategic' | 'apply';

/** Decodes the body of a create or update as the kind of the call's resource. Throws 400 and 422. */
export function decodeForCall(call: ApiCall, body: DecodedBody): KubeObject {
  const { value } = body;
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw badRequest(
      `the object provided is unrecognized (must be of type ${call.served.resource.kind}): couldn't get version/kind; json parse error: json: cannot unmarshal ${Array.isArray(value) ? 'array' : typeof value} into Go value of type struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }`,
    );
  const typed = { ...(value as KubeObject) };
  checkType(typed, call.served);
  const { object, warnings } = decodeObject(typed, call.served.schema, {
    fieldValidation: fieldValidationOf(call),
    ...body,
  });
  call.warnings.push(...warnings);
  return withDefaults(call, object);
}

/** The stored object with a patch applied. Throws 400 and 422. */
export function patchObject(
  call: ApiCall,
  old: KubeObject,
  type: 'json' | 'merge' | 'strategic',
  body: DecodedBody,
): KubeObject {
  const { schema } = call.served;
  const current = call.served.fromStored?.(old) ?? old;
  const patched = applyPatch({ type, current, patch: body.value, schema });
  const { object, warnings } = decodeObject(patched, schema, { fieldValidation: fieldValidationOf(call) });
  call.warnings.push(...warnings);
  return withDefaults(call, object);
}

/** The stored object with an applied configuration merged into it. Throws 409 with the conflicts. */
export function applyObject(_call: ApiCall, _old: KubeObject | undefined, _body: DecodedBody): KubeObject {
  throw badRequest('apply is not wired yet');
}

function withDefaults(call: ApiCall, object: KubeObject): KubeObject {
  applyDefaults(object, call.served.schema);
  call.store.strategy.setDefaults?.(object);
  return call.served.toStored?.(object) ?? object;
}

const FIELD_VALIDATIONS = ['Ignore', 'Strict', 'Warn'];

/** The server's default is to warn. Throws 422 for values that it does not know. */
function fieldValidationOf({ attributes }: ApiCall): FieldValidation {
  const asked = attributes.query.get('fieldValidation') || 'Warn';
  if (FIELD_VALIDATIONS.includes(asked)) return asked as FieldValidation;
  const kind =
    attributes.verb === 'create' ? 'CreateOptions' : attributes.verb === 'patch' ? 'PatchOptions' : 'UpdateOptions';
  throw invalid({ group: 'meta.k8s.io', kind }, '', [
    notSupported('fieldValidation', asked, ['', ...FIELD_VALIDATIONS]),
  ]);
}
