/** Names that the server makes from `metadata.generateName`, and what it says when a name is taken. */
import { alreadyExists, type KubeObject, StatusError } from '@towtank/apimachinery';
import { keyOf, type ResourceStore } from './resource-store.ts';
import type { WriteContext } from './write-context.ts';

/** How long a generated name's base may be: what is left of 63 bytes beside the five random ones. */
const MAX_BASE = 58;
/** How many names the real API server tries. */
const MAX_ATTEMPTS = 8;

/** Gives a nameless object a name that is free; the last of eight where none is. */
export async function generateName(
  store: ResourceStore,
  { metadata }: KubeObject,
  { namespace, random }: WriteContext,
): Promise<void> {
  const base = metadata.generateName;
  if (metadata.name || !base) return;
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
    metadata.name = base.slice(0, MAX_BASE) + random.suffix(5);
    if ((await store.storage.get(store.prefix, keyOf(store, namespace, metadata.name))) === undefined) return;
  }
}

/** 409 for a new object whose name is taken. Where the server chose the name, its creator may try again. */
export async function nameTaken(
  store: ResourceStore,
  { metadata }: KubeObject,
  { namespace }: WriteContext,
  cause: unknown,
): Promise<StatusError> {
  const { name = '', generateName: base } = metadata;
  const holder = await store.storage.get(store.prefix, keyOf(store, namespace, name));
  const { code, reason, message, details } = alreadyExists(store.resource, name);
  const dying = holder?.object.metadata.deletionTimestamp === undefined ? '' : 'object is being deleted: ';
  const chosen = base ? ', the server was not able to generate a unique name for the object' : '';
  return new StatusError(code, reason, `${dying}${message}${chosen}`, {
    details: { ...details, ...(base ? { retryAfterSeconds: 1 } : {}) },
    cause,
  });
}
