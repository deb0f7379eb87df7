/** The life of an update: optimistic, retried while the request names no revision of its own. */
import { conflict, invalid, type KubeObject, notFound } from '@towtank/apimachinery';
import { StorageError } from '../storage/storage.ts';
import { StoredObject } from '../storage/stored-object.ts';
import { countsGeneration, createObject } from './create-object.ts';
import { deepEqual } from './deep-equal.ts';
import { restoreObjectMeta } from './object-meta.ts';
import { validateObjectMetaUpdate } from './object-meta-rules.ts';
import { hasStatus, interpretStorageError, keyOf, modifiedConflict, type ResourceStore } from './resource-store.ts';
import { admissionAttributes, admit, validateAdmission, type WriteContext } from './write-context.ts';

/** What an update asks for. */
export interface UpdateRequest {
  /**
   * Makes the new object from the stored one (undefined when there is none and the kind may be created by update).
   * Called again when another write came in between. The result may be changed by the registry.
   */
  readonly transform: (old: KubeObject | undefined) => KubeObject | Promise<KubeObject>;
  /** Whether a missing object is created. */
  readonly createsMissing: boolean;
}

/** The stored revision after an update, and whether the update created it. */
export interface UpdateResult {
  readonly stored: StoredObject;
  readonly created: boolean;
}

/** Subresources whose writes leave the generation alone: a Pod that is bound is still of the generation asked for. */
const UNCOUNTED: ReadonlySet<string> = new Set(['status', 'binding']);

/** How often a write without a revision of its own is tried again before the caller hears of the conflict. */
const MAX_RETRIES = 20;

/** Changes an object. A change of nothing is not written and answers the stored revision. Throws StatusError. */
export async function updateObject(
  store: ResourceStore,
  request: UpdateRequest,
  context: WriteContext,
): Promise<UpdateResult> {
  const key = keyOf(store, context.namespace, context.name);
  for (let attempt = 0; ; attempt += 1) {
    const existing = await store.storage.get(store.prefix, key);
    if (existing === undefined) return await createMissing(store, request, context);
    const next = await request.transform(existing.object);
    checkIdentity(store, existing, next, context);
    const conditional = Boolean(next.metadata.resourceVersion);
    if (conditional && next.metadata.resourceVersion !== String(existing.revision))
      throw modifiedConflict(store, context.name);
    try {
      return { stored: await replace(store, existing, next, context), created: false };
    } catch (reason) {
      const lostRace = reason instanceof StorageError && reason.code !== 'KeyExists' && attempt < MAX_RETRIES;
      if (!lostRace || conditional) throw interpretStorageError(reason, store, context.name);
    }
  }
}

async function createMissing(
  store: ResourceStore,
  request: UpdateRequest,
  context: WriteContext,
): Promise<UpdateResult> {
  if (!request.createsMissing) throw notFound(store.resource, context.name);
  const object = await request.transform(undefined);
  if (object.metadata.uid) throw preconditionFailed(store, context, object.metadata.uid, '');
  return { stored: await createObject(store, object, context), created: true };
}

function checkIdentity(store: ResourceStore, existing: StoredObject, next: KubeObject, context: WriteContext): void {
  const { uid } = next.metadata;
  const stored = existing.object.metadata.uid ?? '';
  if (uid && uid !== stored) throw preconditionFailed(store, context, uid, stored);
}

function preconditionFailed(
  store: ResourceStore,
  { namespace, name }: WriteContext,
  asked: string,
  stored: string,
): Error {
  const key = `/registry/${store.prefix}/${keyOf(store, namespace, name)}`;
  return conflict(
    store.resource,
    name,
    `StorageError: invalid object, Code: 4, Key: ${key}, ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in precondition: ${asked}, UID in object meta: ${stored}`,
  );
}

async function replace(
  store: ResourceStore,
  existing: StoredObject,
  next: KubeObject,
  context: WriteContext,
): Promise<StoredObject> {
  const old = existing.object;
  await admit(context.admission, admissionAttributes(context, 'UPDATE', next, old));
  await store.strategy.admit?.(next, old, context);
  const reservation = context.subresource === '' ? await store.strategy.begin?.(next, old, context) : undefined;
  try {
    prepare(store, next, old, context);
    validate(store, next, old, context);
    const warnings = context.subresource === 'status' ? undefined : store.strategy.warnings?.(next, old);
    for (const warning of warnings ?? []) context.warn(warning);
    await validateAdmission(context.admission, admissionAttributes(context, 'UPDATE', next, old));
    const stored = await write(store, existing, next, context);
    if (context.dryRun) await reservation?.rollback();
    else await reservation?.commit();
    return stored;
  } catch (reason) {
    await reservation?.rollback();
    throw reason;
  }
}

function prepare(store: ResourceStore, next: KubeObject, old: KubeObject, context: WriteContext): void {
  restoreObjectMeta(next.metadata, old.metadata);
  if (store.resource.namespaced) next.metadata.namespace = context.namespace;
  if (context.subresource === 'status') keepAllBut(next, old, 'status');
  else if (hasStatus(store) && context.subresource === '') restoreField(next, old, 'status');
  store.strategy.prepareForUpdate?.(next, old, context);
  if (countsGeneration(store) && !UNCOUNTED.has(context.subresource) && desiredChanged(next, old))
    next.metadata.generation = (old.metadata.generation ?? 0) + 1;
}

/** A status write changes the status and the metadata that is not desired state; everything else stays as it was. */
function keepAllBut(next: KubeObject, old: KubeObject, field: string): void {
  for (const name of new Set([...Object.keys(next), ...Object.keys(old)]))
    if (name !== field && name !== 'metadata') restoreField(next, old, name);
}

function restoreField(next: KubeObject, old: KubeObject, field: string): void {
  if (old[field] === undefined) delete next[field];
  else next[field] = structuredClone(old[field]);
}

function desiredChanged(next: KubeObject, old: KubeObject): boolean {
  const fields = new Set([...Object.keys(next), ...Object.keys(old)]);
  for (const field of fields) if (!NOT_DESIRED.has(field) && !deepEqual(next[field], old[field])) return true;
  return false;
}

const NOT_DESIRED = new Set(['metadata', 'status', 'kind', 'apiVersion']);

function validate(store: ResourceStore, next: KubeObject, old: KubeObject, context: WriteContext): void {
  const { strategy } = store;
  const rules =
    context.subresource === 'status'
      ? strategy.validateStatusUpdate?.(next, old, context)
      : (strategy.validateUpdate?.(next, old, context) ?? strategy.validate?.(next, context));
  const errors = [...validateObjectMetaUpdate(next, old, strategy), ...(rules ?? [])];
  if (errors.length > 0) throw invalid(store.resource, context.name, errors);
}

async function write(
  store: ResourceStore,
  existing: StoredObject,
  next: KubeObject,
  context: WriteContext,
): Promise<StoredObject> {
  const { storage, prefix, strategy } = store;
  next.metadata.resourceVersion = String(existing.revision);
  if (isFinished(next) && strategy.holdsDeletion?.(next) !== true) {
    if (context.dryRun) return new StoredObject(existing.key, next, existing.revision);
    const gone = await storage.delete(prefix, existing.key, existing, next);
    await strategy.afterDelete?.(next);
    return gone;
  }
  if (unchanged(next, existing.object)) return existing;
  if (context.dryRun) return new StoredObject(existing.key, next, existing.revision);
  return await storage.update(prefix, existing.key, existing, next);
}

/** An object that was being deleted, and whose last finalizer has now been removed. */
const isFinished = ({ metadata }: KubeObject): boolean =>
  metadata.deletionTimestamp !== undefined &&
  (metadata.finalizers ?? []).length === 0 &&
  !metadata.deletionGracePeriodSeconds;

/** Times in managedFields do not make a change. */
function unchanged(next: KubeObject, old: KubeObject): boolean {
  const withoutTimes = ({ metadata, ...rest }: KubeObject): unknown => ({
    ...rest,
    metadata: { ...metadata, managedFields: metadata.managedFields?.map(({ time, ...entry }) => entry) },
  });
  return deepEqual(withoutTimes(next), withoutTimes(old));
}
