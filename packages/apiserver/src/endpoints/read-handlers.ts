/** get, list and watch. */
import type { ApiResponse } from '@towtank/apimachinery';
import { checkFieldSelector } from '../registry/field-values.ts';
import { listObjects } from '../registry/list-objects.ts';
import { type ListOptions, parseListOptions } from '../registry/list-options.ts';
import { getStored } from '../registry/resource-store.ts';
import { watchObjects } from '../registry/watch-objects.ts';
import type { ApiCall } from './api-call.ts';
import { negotiate } from './negotiate.ts';
import { listResponse, storedResponse } from './respond.ts';

/** GET of one object. */
export async function getHandler(call: ApiCall): Promise<ApiResponse> {
  const { attributes, store } = call;
  const { representation, finish } = negotiate(call);
  const stored = await getStored(store, attributes.namespace, attributes.name);
  return finish(storedResponse(200, stored, representation));
}

/** GET of a collection. */
export async function listHandler(call: ApiCall): Promise<ApiResponse> {
  const { attributes, store, served } = call;
  const { list, finish } = negotiate(call);
  const options = optionsOf(call, false);
  const page = await listObjects(store, attributes.namespace || undefined, options);
  if (list !== undefined) return finish(list(page));
  return finish(listResponse(served, page));
}

/** GET of a collection with `watch=true`. */
export async function watchHandler(call: ApiCall): Promise<ApiResponse> {
  const { attributes, store, environment } = call;
  const { representation, watch: shape, watchType } = negotiate(call);
  const options = optionsOf(call, true);
  const { clock, random } = environment;
  const watch = await watchObjects(store, attributes.namespace || undefined, options, {
    clock,
    random,
    representation,
  });
  return {
    type: 'watch',
    status: 200,
    headers: { 'content-type': watchType, 'cache-control': 'no-cache, private' },
    watch: shape?.(watch) ?? watch,
  };
}

/** The options of a list or watch. Fields to select by are those of the version that is asked for. */
function optionsOf({ attributes, served, store }: ApiCall, isWatch: boolean): ListOptions {
  const options = parseListOptions(attributes.query, isWatch);
  if (served.fromStored !== undefined) checkFieldSelector({ ...store, resource: served.resource }, options.fields);
  return options;
}
