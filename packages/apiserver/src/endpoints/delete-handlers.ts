/** delete and deletecollection. */
import { type ApiResponse, type FieldError, invalid, invalidValue } from '@towtank/apimachinery';
import { type DeleteOptions, deleteObject } from '../registry/delete-object.ts';
import { listObjects } from '../registry/list-objects.ts';
import { parseInteger, parseListOptions } from '../registry/list-options.ts';
import type { StoredObject } from '../storage/stored-object.ts';
import { type ApiCall, isDryRun, writeContext } from './api-call.ts';
import { negotiate } from './negotiate.ts';
import { readAs } from './read-body.ts';
import { listResponse, storedResponse, valueResponse } from './respond.ts';

interface DeleteBody extends DeleteOptions {
  readonly dryRun?: readonly string[];
  readonly orphanDependents?: boolean;
}

/** DELETE of an object: answers a Status when it is gone, the object while it waits. */
export async function deleteHandler(call: ApiCall): Promise<ApiResponse> {
  const { store } = call;
  const { representation, finish } = negotiate(call);
  const { options, dryRun } = await readDeleteOptions(call);
  const { stored, gone } = await deleteObject(store, options, writeContext(call, dryRun, { ...options }));
  if (!gone || store.strategy.returnsDeletedObject)
    return finish(storedResponse(200, stored, representation, call.warnings));
  return finish(valueResponse(200, deletedStatus(call, stored), call.warnings));
}

/** DELETE of a collection: deletes what the selectors match and answers the list. */
export async function deleteCollectionHandler(call: ApiCall): Promise<ApiResponse> {
  const { attributes, store, served } = call;
  const { list, finish } = negotiate(call);
  const { options, dryRun } = await readDeleteOptions(call);
  const page = await listObjects(store, attributes.namespace || undefined, parseListOptions(attributes.query, false));
  for (const { object } of page.items) {
    const { name = '', namespace = '' } = object.metadata;
    await deleteObject(store, options, { ...writeContext(call, dryRun, { ...options }), name, namespace });
  }
  return finish(list?.(page) ?? listResponse(served, page));
}

function deletedStatus({ store }: ApiCall, { object }: StoredObject): object {
  const { group, resource } = store.resource;
  const details = { name: object.metadata.name, ...(group ? { group } : {}), kind: resource, uid: object.metadata.uid };
  return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details };
}

async function readDeleteOptions(call: ApiCall): Promise<{ options: DeleteOptions; dryRun: boolean }> {
  const body = (await bodyOf(call)) ?? queryOptions(call);
  const errors = validateDeleteOptions(body);
  if (errors.length > 0) throw invalid({ group: 'meta.k8s.io', kind: 'DeleteOptions' }, '', errors);
  const dryRun = isDryRun([...(body.dryRun ?? []), ...call.attributes.query.getAll('dryRun')], 'DeleteOptions');
  const { orphanDependents, propagationPolicy } = body;
  const policy =
    propagationPolicy ?? (orphanDependents === undefined ? undefined : orphanDependents ? 'Orphan' : 'Background');
  return { options: { ...body, ...(policy === undefined ? {} : { propagationPolicy: policy }) }, dryRun };
}

async function bodyOf(call: ApiCall): Promise<DeleteBody | undefined> {
  const { body, object } = call.request;
  if (object === undefined && (body === undefined || body.length === 0)) return undefined;
  return (await readAs(call, 'v1', 'DeleteOptions')) as DeleteBody;
}

function queryOptions({ attributes: { query } }: ApiCall): DeleteBody {
  const grace = parseInteger(query, 'gracePeriodSeconds');
  const policy = query.get('propagationPolicy');
  const orphan = query.get('orphanDependents');
  return {
    ...(grace === undefined ? {} : { gracePeriodSeconds: grace }),
    ...(policy === null ? {} : { propagationPolicy: policy as 'Background' }),
    ...(orphan === null ? {} : { orphanDependents: orphan !== 'false' && orphan !== '0' }),
  };
}

const POLICIES = ['Foreground', 'Background', 'Orphan'];

function validateDeleteOptions({ propagationPolicy, orphanDependents }: DeleteBody): FieldError[] {
  if (propagationPolicy !== undefined && orphanDependents !== undefined)
    return [
      invalidValue(
        'propagationPolicy',
        propagationPolicy,
        'orphanDependents and deletionPropagation cannot be both set',
      ),
    ];
  if (propagationPolicy !== undefined && !POLICIES.includes(propagationPolicy))
    return [
      {
        field: 'propagationPolicy',
        reason: 'FieldValueNotSupported',
        body: `Unsupported value: ${JSON.stringify(propagationPolicy)}: supported values: "Foreground", "Background", "Orphan", "nil"`,
      },
    ];
  return [];
}
