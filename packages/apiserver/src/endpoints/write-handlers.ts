/** create, update, patch. */
import { type ApiResponse, invalid, invalidValue, type KubeObject, methodNotAllowed } from '@towtank/apimachinery';
import { createObject } from '../registry/create-object.ts';
import { updateObject } from '../registry/update-object.ts';
import { type ApiCall, isDryRun, optionsOf, writeContext } from './api-call.ts';
import { checkName, checkNamespace } from './check-identity.ts';
import { negotiate } from './negotiate.ts';
import { decodeForCall } from './object-codec.ts';
import { readBody } from './read-body.ts';
import { storedResponse } from './respond.ts';

/** POST to a collection. */
export async function createHandler(call: ApiCall): Promise<ApiResponse> {
  const { attributes, store } = call;
  if (attributes.name !== '') throw methodNotAllowed();
  const { representation, finish } = negotiate(call);
  const dryRun = isDryRun(attributes.query.getAll('dryRun'), 'CreateOptions');
  const object = decodeForCall(call, await readBody(call));
  checkNamespace(call, object);
  const stored = await createObject(store, object, writeContext(call, dryRun, optionsOf(call)));
  return finish(storedResponse(201, stored, representation, call.warnings));
}

/** PUT of an object or of one of its halves. */
export async function updateHandler(call: ApiCall): Promise<ApiResponse> {
  const { attributes, store } = call;
  if (attributes.name === '') throw methodNotAllowed();
  const { representation, finish } = negotiate(call);
  const dryRun = isDryRun(attributes.query.getAll('dryRun'), 'UpdateOptions');
  const body = await readBody(call);
  const transform = (old: KubeObject | undefined): KubeObject => {
    const object = decodeForCall(call, body, old);
    checkNamespace(call, object);
    object.metadata.name ||= attributes.name;
    checkName(call, object);
    if (old !== undefined) checkRevision(call, object);
    return object;
  };
  const createsMissing = attributes.subresource === '' && store.strategy.allowCreateOnUpdate === true;
  const { stored, created } = await updateObject(
    store,
    { transform, createsMissing },
    writeContext(call, dryRun, optionsOf(call)),
  );
  return finish(storedResponse(created ? 201 : 200, stored, representation, call.warnings));
}

/** Some kinds are only replaced by those who know what they replace. */
function checkRevision({ store, attributes }: ApiCall, { metadata }: KubeObject): void {
  if (store.strategy.allowUnconditionalUpdate !== false || metadata.resourceVersion) return;
  const { group, resource } = store.resource;
  const error = invalidValue('metadata.resourceVersion', 0, 'must be specified for an update');
  throw invalid({ group, kind: resource }, attributes.name, [error]);
}
