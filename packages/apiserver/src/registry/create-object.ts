/** The life of a create, in the order of the real API server. */
import { invalid, type KubeObject, StatusError } from '@towtank/apimachinery';
import { zeroField } from '../schema/zero-value.ts';
import { StorageError } from '../storage/storage.ts';
import { StoredObject } from '../storage/stored-object.ts';
import { generateName, nameTaken } from './generate-name.ts';
import { fillObjectMeta } from './object-meta.ts';
import { validateObjectMeta } from './object-meta-rules.ts';
import { hasStatus, interpretStorageError, keyOf, type ResourceStore } from './resource-store.ts';
import { admissionAttributes, admit, validateAdmission, type WriteContext } from './write-context.ts';

/**
 * Stores a new object, which the function may change until then. Answers the stored revision; a dry run answers what
 * would have been stored, without a resourceVersion. Throws StatusError.
 */
export async function createObject(
  store: ResourceStore,
  object: KubeObject,
  context: WriteContext,
): Promise<StoredObject> {
  await admit(context.admission, admissionAttributes(context, 'CREATE', object, undefined));
  await store.strategy.admit?.(object, undefined, context);
  if (!object.metadata.name) await generateName(store, object, context);
  const reservation = await store.strategy.begin?.(object, undefined, context);
  try {
    prepare(store, object, context);
    validate(store, object, context);
    for (const warning of store.strategy.warnings?.(object, undefined) ?? []) context.warn(warning);
    await validateAdmission(context.admission, admissionAttributes(context, 'CREATE', object, undefined));
    const stored = await insert(store, object, context);
    if (context.dryRun) await reservation?.rollback();
    else await reservation?.commit();
    return stored;
  } catch (reason) {
    await reservation?.rollback();
    throw reason;
  }
}

function prepare(store: ResourceStore, object: KubeObject, context: WriteContext): void {
  fillObjectMeta(object, context);
  if (hasStatus(store) && store.strategy.keepsStatusOnCreate !== true) resetStatus(store, object);
  if (countsGeneration(store)) object.metadata.generation = 1;
  else if (object.metadata.generation === 0) delete object.metadata.generation;
  store.strategy.prepareForCreate?.(object, context);
}

/** A new object has the status of which nothing has been said, whatever its creator sends. */
function resetStatus({ schema }: ResourceStore, object: KubeObject): void {
  const status = zeroField(schema, 'status');
  if (status === undefined) delete object.status;
  else object.status = status;
}

/** Whether the kind counts the changes of its desired half in `metadata.generation`. */
export const countsGeneration = ({ strategy, resource }: ResourceStore): boolean =>
  strategy.countsGeneration ??
  COUNTS_GENERATION.has(resource.group === '' ? resource.resource : `${resource.resource}.${resource.group}`);

/** The kinds whose real strategies set a generation; Services, Nodes and Namespaces do not. */
const COUNTS_GENERATION = new Set([
  'pods',
  'replicationcontrollers',
  'daemonsets.apps',
  'deployments.apps',
  'replicasets.apps',
  'statefulsets.apps',
  'cronjobs.batch',
  'jobs.batch',
  'ingresses.networking.k8s.io',
  'ingressclasses.networking.k8s.io',
  'networkpolicies.networking.k8s.io',
  'poddisruptionbudgets.policy',
  'endpointslices.discovery.k8s.io',
  'mutatingadmissionpolicies.admissionregistration.k8s.io',
  'mutatingadmissionpolicybindings.admissionregistration.k8s.io',
  'mutatingwebhookconfigurations.admissionregistration.k8s.io',
  'validatingadmissionpolicies.admissionregistration.k8s.io',
  'validatingadmissionpolicybindings.admissionregistration.k8s.io',
  'validatingwebhookconfigurations.admissionregistration.k8s.io',
  'customresourcedefinitions.apiextensions.k8s.io',
  'priorityclasses.scheduling.k8s.io',
  'flowschemas.flowcontrol.apiserver.k8s.io',
  'prioritylevelconfigurations.flowcontrol.apiserver.k8s.io',
  'resourceslices.resource.k8s.io',
]);

function validate(store: ResourceStore, object: KubeObject, context: WriteContext): void {
  const { strategy, resource } = store;
  const own = strategy.validate?.(object, context) ?? [];
  const errors =
    strategy.checksMetadataLast === true && own.length > 0
      ? own
      : [...validateObjectMeta(object, strategy, resource.namespaced), ...own];
  if (errors.length > 0) throw invalid(resource, object.metadata.name ?? '', errors);
}

async function insert(store: ResourceStore, object: KubeObject, context: WriteContext): Promise<StoredObject> {
  const { dryRun, namespace } = context;
  const name = object.metadata.name ?? '';
  const key = keyOf(store, namespace, name);
  refuseRevision(object);
  if (dryRun && (await store.storage.get(store.prefix, key)) === undefined) return new StoredObject(key, object, 0);
  try {
    return await store.storage.create(store.prefix, key, object);
  } catch (reason) {
    if (reason instanceof StorageError && reason.code === 'KeyExists')
      throw await nameTaken(store, object, context, reason);
    throw interpretStorageError(reason, store, name);
  }
}

/** Storage gives the first revision; the real server blames itself when a creator names one. */
function refuseRevision({ metadata }: KubeObject): void {
  if (Number(metadata.resourceVersion) > 0)
    throw new StatusError(500, '', 'resourceVersion should not be set on objects to be created');
  delete metadata.resourceVersion;
}
