/** `pods/eviction`: a deletion that disruption budgets may refuse. */
import { type KubeObject, type LabelSelector, StatusError, selects } from '@towtank/apimachinery';
import { type ApiCall, isDryRun, writeContext } from '../endpoints/api-call.ts';
import { readAs } from '../endpoints/read-body.ts';
import { valueResponse } from '../endpoints/respond.ts';
import { dressedFor } from '../negotiation/dress.ts';
import { deleteObject } from '../registry/delete-object.ts';
import { getStored, type ResourceStore } from '../registry/resource-store.ts';
import { updateObject } from '../registry/update-object.ts';
import type { Handler } from '../server/resource-router.ts';

/** POST of an Eviction. Throws 429 when a budget does not allow it, 500 when several cover the pod. */
export const evictionHandler: Handler = async (call) => {
  const eviction = await readAs(call, 'policy/v1', 'Eviction');
  const { namespace, name, query } = call.attributes;
  const dryRun = isDryRun([...(eviction.deleteOptions?.dryRun ?? []), ...query.getAll('dryRun')], 'CreateOptions');
  const { object: pod } = await getStored(call.store, namespace, name);
  if (!mayGoFreely(pod)) await spendBudget(call, pod, dryRun);
  await deleteObject(call.store, eviction.deleteOptions ?? {}, writeContext(call, dryRun, eviction.deleteOptions));
  const status = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 };
  return dressedFor(call.request, valueResponse(201, status, call.warnings));
};

/** Finished, waiting and vanishing pods count for no budget. */
const mayGoFreely = ({ status, metadata }: KubeObject): boolean =>
  ['Succeeded', 'Failed', 'Pending'].includes(status?.phase) || metadata.deletionTimestamp !== undefined;

async function spendBudget(call: ApiCall, pod: KubeObject, dryRun: boolean): Promise<void> {
  const store = call.environment.catalog.storeOf('policy', 'poddisruptionbudgets');
  if (store === undefined) return;
  const { items } = await store.storage.list(store.prefix, { namespace: call.attributes.namespace });
  const covering = items.filter(({ object }) =>
    selects(object.spec?.selector as LabelSelector | undefined, pod.metadata.labels),
  );
  if (covering.length > 1)
    throw new StatusError(
      500,
      'InternalError',
      'This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.',
    );
  const [budget] = covering;
  if (budget === undefined) return;
  if (isHealthy(pod)) await spend(call, store, budget.object.metadata.name ?? '', dryRun);
  else if (budget.object.spec?.unhealthyPodEvictionPolicy !== 'AlwaysAllow') {
    const { currentHealthy = 0, desiredHealthy = 0 } = budget.object.status ?? {};
    if (desiredHealthy === 0 || currentHealthy < desiredHealthy)
      await spend(call, store, budget.object.metadata.name ?? '', dryRun);
  }
}

const isHealthy = ({ status }: KubeObject): boolean =>
  (status?.conditions ?? []).some(
    ({ type, status: is }: { type: string; status: string }) => type === 'Ready' && is === 'True',
  );

async function spend(call: ApiCall, store: ResourceStore, name: string, dryRun: boolean): Promise<void> {
  const transform = (old: KubeObject | undefined): KubeObject => {
    const budget = structuredClone(old as KubeObject);
    const {
      disruptionsAllowed = 0,
      desiredHealthy = 0,
      currentHealthy = 0,
      observedGeneration = 0,
    } = budget.status ?? {};
    if (observedGeneration < (budget.metadata.generation ?? 0))
      throw tooMany(`The disruption budget ${name} is still being processed by the server.`, 10);
    if (disruptionsAllowed <= 0)
      throw tooMany(
        `The disruption budget ${name} needs ${desiredHealthy} healthy pods and has ${currentHealthy} currently`,
        0,
      );
    const time = new Date(call.environment.clock.now()).toISOString().replace(/\.\d+Z$/, 'Z');
    budget.status = {
      ...budget.status,
      disruptionsAllowed: disruptionsAllowed - 1,
      disruptedPods: { ...budget.status?.disruptedPods, [call.attributes.name]: time },
    };
    return budget;
  };
  // the budget is the server's own business, which nobody else is asked about
  const own = { resource: store.resource, served: undefined, name, subresource: 'status', admission: [] };
  const context = { ...writeContext(call, dryRun), ...own };
  await updateObject(store, { transform, createsMissing: false }, context);
}

function tooMany(why: string, retryAfterSeconds: number): StatusError {
  const message = "Cannot evict pod as it would violate the pod's disruption budget.";
  return new StatusError(429, 'TooManyRequests', message, {
    details: {
      causes: [{ reason: 'DisruptionBudget', message: why }],
      ...(retryAfterSeconds > 0 ? { retryAfterSeconds } : {}),
    },
  });
}
