/** Deletes what is in a namespace, and tells what is left. */
import { hasReason, type KubeObject } from '@towtank/apimachinery';
import type { DiscoveredResource, KubeClient } from '@towtank/client';
import { messageOf, unlessGone } from '../write-failure.ts';

/** What is left of one resource. */
export interface RemainingResource {
  readonly resource: DiscoveredResource;
  readonly items: readonly KubeObject[];
  /** Seconds after which it is worth another look; 0 where nothing is left to wait for. */
  readonly estimateSeconds: number;
  readonly failure?: string;
}

/** Assumed for finalizers that others have to remove. */
const FINALIZER_ESTIMATE_SECONDS = 15;

/** Deletes all objects of a resource in a namespace. Undefined when none are left. */
export async function deleteContents(
  client: KubeClient,
  resource: DiscoveredResource,
  namespace: string,
): Promise<RemainingResource | undefined> {
  try {
    return await deleteAll(client, resource, namespace);
  } catch (error) {
    // The resource has gone since it was discovered, or cannot be deleted that way: nothing to wait for.
    if (hasReason(error, 'NotFound') || hasReason(error, 'MethodNotAllowed')) return undefined;
    return { resource, items: [], estimateSeconds: 0, failure: messageOf(error) };
  }
}

async function deleteAll(
  client: KubeClient,
  resource: DiscoveredResource,
  namespace: string,
): Promise<RemainingResource | undefined> {
  const handle = client.resource(resource);
  const before = await handle.list({ namespace });
  if (before.items.length === 0) return undefined;
  if (resource.verbs.includes('deletecollection'))
    await handle.deleteCollection({ namespace, propagationPolicy: 'Background' });
  else for (const { metadata } of before.items) await deleteOne(client, resource, namespace, metadata.name ?? '');
  const { items } = await handle.list({ namespace });
  if (items.length === 0) return undefined;
  const graceSeconds = graceOf(resource, items);
  if (graceSeconds > 0) return { resource, items, estimateSeconds: graceSeconds };
  if (items.some(({ metadata }) => (metadata.finalizers ?? []).length > 0))
    return { resource, items, estimateSeconds: FINALIZER_ESTIMATE_SECONDS };
  const { group, version, resource: name } = resource;
  const gvr = `${group}/${version}, Resource=${name}`;
  const failure = `unexpected items still remain in namespace: ${namespace} for gvr: ${gvr}`;
  return { resource, items, estimateSeconds: 0, failure };
}

async function deleteOne(
  client: KubeClient,
  resource: DiscoveredResource,
  namespace: string,
  name: string,
): Promise<void> {
  await client.resource(resource).delete(name, { namespace, propagationPolicy: 'Background' }).catch(unlessGone);
}

/** How long the Pods among these may take to end. */
function graceOf({ group, resource }: DiscoveredResource, items: readonly KubeObject[]): number {
  if (group !== '' || resource !== 'pods') return 0;
  return Math.max(
    0,
    ...items
      .filter(({ status }) => status?.phase !== 'Succeeded' && status?.phase !== 'Failed')
      .map(({ spec }) => spec?.terminationGracePeriodSeconds ?? 0),
  );
}
