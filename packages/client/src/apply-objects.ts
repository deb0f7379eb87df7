/** Server-side apply of many objects. */
import { type KubeObject, parseGroupVersion, StatusError } from '@towtank/apimachinery';
import type { DiscoveryMapper } from './discovery-mapper.ts';
import type { KubeClient } from './kube-client.ts';

/** What an apply works with. */
export interface ApplyOptions {
  readonly client: KubeClient;
  readonly mapper: DiscoveryMapper;
  /** Owner of the applied fields. */
  readonly fieldManager: string;
  /** Takes fields that others own instead of failing with 409; true by default. */
  readonly force?: boolean;
  /** Namespace of namespaced objects that name none; `default` by default. */
  readonly namespace?: string;
}

/**
 * Applies objects one after another, in their order, and answers them as stored. Lists (`kind: List` and typed lists)
 * count as their items. Throws the first failure, with nothing undone; a kind that is not served fails as `kubectl` says it.
 */
export async function applyObjects(objects: readonly KubeObject[], options: ApplyOptions): Promise<KubeObject[]> {
  const applied: KubeObject[] = [];
  for (const object of objects.flatMap(itemsOf)) applied.push(await applyObject(object, options));
  return applied;
}

function itemsOf(object: KubeObject): KubeObject[] {
  const isList = (object.kind ?? '').endsWith('List') && Array.isArray(object.items);
  return isList ? (object.items as KubeObject[]).flatMap(itemsOf) : [object];
}

async function applyObject(object: KubeObject, options: ApplyOptions): Promise<KubeObject> {
  const { client, mapper, fieldManager, force = true, namespace = 'default' } = options;
  const { apiVersion = '', kind = '', metadata } = object;
  const gvk = { ...parseGroupVersion(apiVersion), kind };
  const row = await mapper.resourceOf(gvk);
  if (row === undefined)
    throw new StatusError(404, 'NotFound', `no matches for kind "${kind}" in version "${apiVersion}"`);
  const scope = row.namespaced ? { namespace: metadata.namespace ?? namespace } : {};
  const resource = client.resource(row);
  if (!metadata.name) return resource.create(object, { ...scope, fieldManager });
  return resource.patch(metadata.name, object, { ...scope, type: 'apply', fieldManager, force });
}
