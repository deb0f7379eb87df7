/** patch, in its four media types. */
import {
  type ApiResponse,
  badRequest,
  type KubeObject,
  methodNotAllowed,
  unsupportedMediaType,
} from '@towtank/apimachinery';
import { type UpdateRequest, updateObject } from '../registry/update-object.ts';
import { type ApiCall, isDryRun, writeContext } from './api-call.ts';
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
  const type = patchTypeOf(call);
  const dryRun = isDryRun(attributes.query.getAll('dryRun'), 'PatchOptions');
  const { stored, created } = await updateObject(store, await requestFor(call, type), writeContext(call, dryRun));
  return finish(storedResponse(created ? 201 : 200, stored, representation, call.warnings));
}

function patchTypeOf({ request, served }: ApiCall): PatchType {
  const mediaType = (request.headers['content-type'] ?? '').split(';')[0]?.trim() ?? '';
  const offered = Object.keys(PATCH_TYPES).filter(
    (name) => served.customResource !== true || !name.includes('strategic'),
  );
  const type = offered.includes(mediaType) ? PATCH_TYPES[mediaType] : undefined;
  if (type === undefined) throw unsupportedMediaType(offered);
  return type;
}

async function requestFor(call: ApiCall, type: PatchType): Promise<UpdateRequest> {
  const { attributes } = call;
  const body = await readBody(call);
  if (type === 'apply' && !attributes.query.get('fieldManager'))
    throw badRequest(
      'PatchOptions.meta.k8s.io "" is invalid: fieldManager: Required value: is required for apply patch',
    );
  return {
    createsMissing: type === 'apply' && attributes.subresource === '',
    transform: (old) =>
      checked(call, type === 'apply' ? applyObject(call, old, body) : patchObject(call, old as KubeObject, type, body)),
  };
}

function checked({ attributes }: ApiCall, object: KubeObject): KubeObject {
  if (object.metadata.name !== attributes.name)
    throw badRequest(
      `the name of the object (${object.metadata.name}) does not match the name on the URL (${attributes.name})`,
    );
  return object;
}
