/** Writes changes of slices. */
import { hasReason, isStatusError } from '@towtank/apimachinery';
import type { ResourceClient } from '@towtank/client';
import { isNamespaceTerminating } from '../write-failure.ts';
import type { EndpointSlice, SliceChanges } from './endpoint-slice.ts';
import type { SliceTracker } from './slice-tracker.ts';

/** How changes are written. */
export interface WriteOptions {
  readonly resource: ResourceClient<EndpointSlice>;
  readonly tracker: SliceTracker;
  /** Key of the Service or Endpoints that the slices stand for. */
  readonly key: string;
  /** Its kind, for messages. */
  readonly kind: string;
  /** Whether new slices may be created; not while their owner is being deleted. */
  readonly mayCreate: boolean;
}

/** Turns creations into updates of slices that would be deleted, where `recyclable` lets it: one write for two. */
export function recycleSlices(changes: SliceChanges, recyclable: (doomed: EndpointSlice) => boolean): SliceChanges {
  const create = [...changes.create];
  const update = [...changes.update];
  const doomed = changes.delete.filter((old) => {
    const at = recyclable(old) ? create.findLastIndex(({ addressType }) => addressType === old.addressType) : -1;
    const [slice] = at < 0 ? [] : create.splice(at, 1);
    if (slice === undefined) return true;
    update.push({ ...slice, metadata: { ...slice.metadata, name: old.metadata.name ?? '' } });
    return false;
  });
  return { create, update, delete: doomed };
}

/** Creates, updates and deletes slices, in this order. A namespace that is going away ends it silently. */
export function writeSlices(changes: SliceChanges, options: WriteOptions): Promise<void> {
  return options.tracker.writing(options.key, () => write(changes, options));
}

async function write({ create, update, delete: doomed }: SliceChanges, options: WriteOptions): Promise<void> {
  const { resource, tracker, key, kind, mayCreate } = options;
  for (const slice of mayCreate ? create : []) {
    try {
      tracker.expect(await resource.create(slice), key);
    } catch (error) {
      if (isNamespaceTerminating(error)) return;
      throw failure(`failed to create EndpointSlice for ${kind} ${key}`, error);
    }
  }
  for (const slice of update)
    try {
      tracker.expect(await resource.update(slice), key);
    } catch (error) {
      throw failure(`failed to update ${slice.metadata.name} EndpointSlice for ${kind} ${key}`, error);
    }
  for (const slice of doomed) await remove(slice, options);
}

async function remove(slice: EndpointSlice, { resource, tracker, key, kind }: WriteOptions): Promise<void> {
  const { name = '', namespace } = slice.metadata;
  try {
    tracker.expectDeletion(slice, key);
    await resource.delete(name, { namespace });
  } catch (error) {
    if (hasReason(error, 'NotFound')) return;
    tracker.expect(slice, key);
    throw failure(`failed to delete ${name} EndpointSlice for ${kind} ${key}`, error);
  }
}

function failure(what: string, error: unknown): Error {
  const why = isStatusError(error) ? error.message : String(error);
  return new Error(`${what}: ${why}`, { cause: error });
}
