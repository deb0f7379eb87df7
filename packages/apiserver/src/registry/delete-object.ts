/** The life of a deletion: grace, finalizers, and then the end. */
import { conflict, formatTime, type KubeObject } from '@towtank/apimachinery';
import { StorageError } from '../storage/storage.ts';
import { StoredObject } from '../storage/stored-object.ts';
import { getStored, interpretStorageError, type ResourceStore } from './resource-store.ts';
import { admissionAttributes, admit, validateAdmission, type WriteContext } from './write-context.ts';

/** What a deletion asks for, already checked. */
export interface DeleteOptions {
  readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string };
  readonly gracePeriodSeconds?: number;
  readonly propagationPolicy?: 'Background' | 'Foreground' | 'Orphan';
}

/** The object after the deletion, and whether it is gone or waits for grace or finalizers. */
export interface DeleteResult {
  readonly stored: StoredObject;
  readonly gone: boolean;
}

const GC_FINALIZERS = { Orphan: 'orphan', Foreground: 'foregroundDeletion' } as const;

/** Deletes an object or begins its deletion. Throws StatusError. */
export async function deleteObject(
  store: ResourceStore,
  options: DeleteOptions,
  context: WriteContext,
): Promise<DeleteResult> {
  for (;;) {
    const existing = await getStored(store, context.namespace, context.name);
    checkPreconditions(store, existing, options);
    store.strategy.checkDelete?.(existing.object, context);
    const attributes = admissionAttributes(context, 'DELETE', undefined, existing.object);
    await admit(context.admission, attributes);
    await validateAdmission(context.admission, attributes);
    try {
      return await step(store, existing, options, context);
    } catch (reason) {
      if (!(reason instanceof StorageError && reason.code === 'Conflict'))
        throw interpretStorageError(reason, store, context.name);
    }
  }
}

function checkPreconditions(
  { resource }: ResourceStore,
  { object, revision }: StoredObject,
  { preconditions }: DeleteOptions,
): void {
  const { name = '', uid = '' } = object.metadata;
  const subject = { group: resource.group, resource: resource.kind };
  if (preconditions?.uid !== undefined && preconditions.uid !== uid)
    throw conflict(
      subject,
      name,
      `the UID in the precondition (${preconditions.uid}) does not match the UID in record (${uid}). The object might have been deleted and then recreated`,
    );
  if (preconditions?.resourceVersion !== undefined && preconditions.resourceVersion !== String(revision))
    throw conflict(
      subject,
      name,
      `the ResourceVersion in the precondition (${preconditions.resourceVersion}) does not match the ResourceVersion in record (${revision}). The object might have been modified`,
    );
}

async function step(
  store: ResourceStore,
  existing: StoredObject,
  options: DeleteOptions,
  context: WriteContext,
): Promise<DeleteResult> {
  const marked = markDeleting(store, existing.object, options, context);
  const waits =
    (marked.metadata.finalizers ?? []).length > 0 ||
    (marked.metadata.deletionGracePeriodSeconds ?? 0) > 0 ||
    store.strategy.holdsDeletion?.(marked) === true;
  if (!waits) return { stored: await remove(store, existing, marked, context), gone: true };
  if (marked === existing.object) return { stored: existing, gone: false };
  if (context.dryRun) return { stored: new StoredObject(existing.key, marked, existing.revision), gone: false };
  return { stored: await store.storage.update(store.prefix, existing.key, existing, marked), gone: false };
}

async function remove(
  store: ResourceStore,
  existing: StoredObject,
  marked: KubeObject,
  { dryRun }: WriteContext,
): Promise<StoredObject> {
  if (dryRun) return existing;
  const stored = await store.storage.delete(
    store.prefix,
    existing.key,
    existing,
    lastState(store, existing.object, marked),
  );
  await store.strategy.afterDelete?.(existing.object);
  return stored;
}

/** An object that goes at once is shown as it was, unless its kind knows grace or its deletion had begun. */
const lastState = ({ strategy }: ResourceStore, object: KubeObject, marked: KubeObject): KubeObject =>
  object.metadata.deletionTimestamp === undefined && strategy.gracePeriodSeconds === undefined ? object : marked;

/** The object with its deletion begun; the same object when nothing changes. */
function markDeleting(
  store: ResourceStore,
  object: KubeObject,
  options: DeleteOptions,
  context: WriteContext,
): KubeObject {
  const { metadata } = object;
  const finalizers = finalizersFor(store, metadata.finalizers ?? [], options);
  const grace = graceFor(store, object, options);
  const begun = metadata.deletionTimestamp !== undefined;
  const sameFinalizers =
    finalizers.length === (metadata.finalizers ?? []).length &&
    finalizers.every((name) => metadata.finalizers?.includes(name));
  if (begun && sameFinalizers && grace === metadata.deletionGracePeriodSeconds) return object;
  const { finalizers: _, ...rest } = metadata;
  const marked: KubeObject = {
    ...structuredClone(object),
    metadata: {
      ...rest,
      ...(finalizers.length > 0 ? { finalizers } : {}),
      ...(begun || metadata.generation === undefined ? {} : { generation: metadata.generation + 1 }),
      deletionGracePeriodSeconds: grace,
      deletionTimestamp: deletionTime(object, grace, context),
    },
  };
  if (!begun) store.strategy.prepareForDelete?.(marked);
  return marked;
}

/** Grace counts from the first request; a shorter one moves the time forward. */
function deletionTime({ metadata }: KubeObject, grace: number, { clock }: WriteContext): string {
  if (metadata.deletionTimestamp === undefined) return formatTime(clock.now() + grace * 1000);
  const first = Date.parse(metadata.deletionTimestamp) - (metadata.deletionGracePeriodSeconds ?? 0) * 1000;
  return formatTime(first + grace * 1000);
}

function graceFor(store: ResourceStore, object: KubeObject, { gracePeriodSeconds }: DeleteOptions): number {
  const running = object.metadata.deletionGracePeriodSeconds;
  const asked = store.strategy.gracePeriodSeconds?.(object, gracePeriodSeconds) ?? 0;
  if (object.metadata.deletionTimestamp === undefined || running === undefined) return asked;
  return gracePeriodSeconds === undefined ? running : Math.min(running, asked);
}

/** The finalizers that the garbage collector acts on follow the asked propagation; without one they stay. */
function finalizersFor(
  { strategy }: ResourceStore,
  finalizers: readonly string[],
  { propagationPolicy }: DeleteOptions,
): string[] {
  const policy = propagationPolicy ?? (finalizers.some(isGcFinalizer) ? undefined : strategy.defaultPropagation);
  if (policy === undefined) return [...finalizers];
  const others = finalizers.filter((name) => !isGcFinalizer(name));
  return policy === 'Background' ? others : [...others, GC_FINALIZERS[policy]];
}

const isGcFinalizer = (name: string): boolean => name === 'orphan' || name === 'foregroundDeletion';
