/** A resource with all that is needed to read and write it. */
import { alreadyExists, conflict, expired, notFound, StatusError } from '@towtank/apimachinery';
import type { Resource } from '../resources/resource.ts';
import type { Schema } from '../schema/schema-table.ts';
import { type Storage, StorageError } from '../storage/storage.ts';
import type { StoredObject } from '../storage/stored-object.ts';
import type { Strategy } from './strategy.ts';

/** One stored resource. Several served versions may share it. */
export interface ResourceStore {
  /** Where its objects live in storage: `pods`, `apps/deployments`. */
  readonly prefix: string;
  /** The version that is stored. */
  readonly resource: Resource;
  readonly schema: Schema;
  readonly strategy: Strategy;
  readonly storage: Storage;
  /** Tells of the end of a resource that can come to one. */
  readonly removal?: { follow(callback: () => void): () => void };
}

/** The storage key of an object: `namespace/name`, or `name`. */
export const keyOf = ({ resource }: ResourceStore, namespace: string, name: string): string =>
  resource.namespaced ? `${namespace}/${name}` : name;

/** Whether the resource has a status subresource, which makes the main resource ignore `status`. */
export const hasStatus = ({ resource }: ResourceStore): boolean =>
  resource.subresources.some(({ subresource }) => subresource === 'status');

/** `apps/v1` and `Deployment` as fields of an object. */
export const typeMetaOf = ({ group, version, kind }: Resource): { kind: string; apiVersion: string } => ({
  kind,
  apiVersion: group === '' ? version : `${group}/${version}`,
});

/** What etcd's compaction error becomes. */
export const tooOldRevision = (asked: number, oldest: number): StatusError =>
  expired(`too old resource version: ${asked} (${oldest})`);

/** 409 of a write that was based on an older revision. */
export const modifiedConflict = (store: ResourceStore, name: string): StatusError =>
  conflict(
    store.resource,
    name,
    'the object has been modified; please apply your changes to the latest version and try again',
  );

/** Turns a store's refusal into the API's error; other errors pass through. */
export function interpretStorageError(reason: unknown, store: ResourceStore, name: string): unknown {
  if (!(reason instanceof StorageError)) return reason;
  switch (reason.code) {
    case 'KeyNotFound':
      return notFound(store.resource, name);
    case 'KeyExists':
      return alreadyExists(store.resource, name);
    case 'Conflict':
      return modifiedConflict(store, name);
    case 'Expired':
      return expired('The resourceVersion for the provided list is too old.');
    case 'FutureRevision':
      return tooLargeRevision(reason.revision);
  }
}

/** 504 for a revision that does not exist yet. */
export const tooLargeRevision = (current: number, asked?: number): StatusError =>
  new StatusError(504, 'Timeout', `Too large resource version: ${asked ?? current + 1}, current: ${current}`, {
    details: {
      causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
      retryAfterSeconds: 1,
    },
  });

/** Reads an object or throws 404. */
export async function getStored(store: ResourceStore, namespace: string, name: string): Promise<StoredObject> {
  const stored = await store.storage.get(store.prefix, keyOf(store, namespace, name));
  if (stored === undefined) throw notFound(store.resource, name);
  return stored;
}
