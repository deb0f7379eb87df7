/** patch, in its four media types. */
import {
  type ApiResponse,
  type FieldError,
  forbiddenField,
  invalid,
  type KubeObject,
  methodNotAllowed,
  required,
  StatusError,
  unsupportedMediaType,
} from '@towtank/apimachinery';
import { updateObject } from '../registry/update-object.ts';
import type { DecodedBody } from '../schema/decode-body.ts';
import { type ApiCall, isDryRun, optionsOf, writeContext } from './api-call.ts';
import { checkName, checkNamespace } from './check-identity.ts';
import { negotiate } from './negotiate.ts';
import { applyObject, type PatchType, patchObject } from './object-codec.ts';
import { readBody } from './read-body.ts';
import { storedResponse } from './respond.ts';

const PATCH_TYPES: Readonly<Record<string, PatchType>> = {
  'application/json-patch+json': 'json',
  'application/merge-patch+json': 'merge',
  'application/strategic-merge-patch+json': 'strategic',
  'application/apply-patch+yaml': 'apply',
};

/** PATCH of an object or of one of its halves. */
export async function patchHandler(call: ApiCall): Promise<ApiResponse> {
  const { attributes, store } = call;
  if (attributes.name === '') throw methodNotAllowed();
  const { representation, finish } = negotiate(call);
  const dryRun = isDryRun(attributes.query.getAll('dryRun'), 'PatchOptions');
  const patch = await patchBody(call);
  const transform = (old: KubeObject | undefined): KubeObject => checked(call, patchedObject(call, old, patch));
  const createsMissing = patch.type === 'apply' && attributes.subresource === '';
  const { stored, created } = await updateObject(
    store,
    { transform, createsMissing },
    writeContext(call, dryRun, optionsOf(call)),
  );
  return finish(storedResponse(created ? 201 : 200, stored, representation, call.warnings));
}

function patchTypeOf({ request, served }: ApiCall): PatchType {
  const mediaType = (request.headers['content-type'] ?? '').split(';')[0]?.trim() ?? '';
  const offered = Object.keys(PATCH_TYPES).filter(
    (name) => served.customResource !== true || !name.includes('strategic'),
  );
  const type = offered.includes(mediaType) ? PATCH_TYPES[mediaType] : undefined;
  if (type === undefined && served.customResource === true) throw unsupportedMediaType(offered);
  if (type === undefined)
    throw new StatusError(415, 'UnsupportedMediaType', '415: Unsupported Media Type', { details: {} });
  return type;
}

/** A patch as it was sent. */
export interface Patch {
  readonly type: PatchType;
  readonly body: DecodedBody;
}

/** Reads the patch of a call. Throws 400, 415 and 422. */
export async function patchBody(call: ApiCall): Promise<Patch> {
  const type = patchTypeOf(call);
  checkPatchOptions(call.attributes.query, type);
  return { type, body: await readBody(call) };
}

/** The object with the patch applied; `old` is undefined only for an apply that creates. */
export const patchedObject = (call: ApiCall, old: KubeObject | undefined, { type, body }: Patch): KubeObject =>
  type === 'apply' ? applyObject(call, old, body) : patchObject(call, old as KubeObject, type, body);

/** Only an apply may be forced, and only it must name its manager. */
function checkPatchOptions(query: URLSearchParams, type: PatchType): void {
  const errors: FieldError[] = [];
  if (type === 'apply' && !query.get('fieldManager'))
    errors.push(required('fieldManager', 'is required for apply patch'));
  if (type !== 'apply' && query.has('force'))
    errors.push(forbiddenField('force', 'may not be specified for non-apply patch'));
  if (errors.length > 0) throw invalid({ group: 'meta.k8s.io', kind: 'PatchOptions' }, '', errors);
}

function checked(call: ApiCall, object: KubeObject): KubeObject {
  checkNamespace(call, object);
  checkName(call, object);
  return object;
}
