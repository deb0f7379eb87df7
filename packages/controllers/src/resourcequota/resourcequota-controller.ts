/** The ResourceQuota controller: keeps count of what every namespace uses. */
import { canonicalQuantity, type GroupVersionResource, hasReason, type KubeObject } from '@towtank/apimachinery';
import { type Informer, type ResourceClient, WorkQueue } from '@towtank/client';
import type { Controller, ControllerContext } from '../controller-context.ts';
import { semanticEqual } from '../pod/template-hash.ts';
import { type CountedResource, type QuotaSpec, resourceOf, usageOf } from './quota-usage.ts';

interface ResourceQuota extends KubeObject {
  spec?: QuotaSpec;
  status?: { hard?: Record<string, string>; used?: Record<string, string> };
}

const QUOTAS = { group: '', version: 'v1', resource: 'resourcequotas' } satisfies GroupVersionResource;

/** Keeps the status of every ResourceQuota true to its namespace. */
export const startResourceQuotaController = (context: ControllerContext): Controller =>
  new ResourceQuotaController(context);

class ResourceQuotaController implements Controller {
  readonly name = 'resourcequota-controller';
  readonly #context: ControllerContext;
  readonly #quotas: Informer<ResourceQuota>;
  readonly #resource: ResourceClient<ResourceQuota>;
  readonly #queue: WorkQueue;
  /** Ends of the handlers, by followed resource. A resource is followed once a quota counts it. */
  readonly #followed = new Map<string, () => void>();
  readonly #unfollowQuotas: () => void;

  constructor(context: ControllerContext) {
    const { client, informers, clock, activity } = context;
    this.#context = context;
    this.#quotas = informers.informer<ResourceQuota>(QUOTAS);
    this.#resource = client.resource<ResourceQuota>(QUOTAS);
    const reconcile = (key: string): Promise<void> => this.#reconcile(key);
    this.#queue = new WorkQueue({ name: 'resourcequotas', reconcile, clock, activity });
    const add = (quota: ResourceQuota): void => this.#queue.add(keyOf(quota));
    this.#unfollowQuotas = this.#quotas.addHandler({ added: add, updated: (_, quota) => add(quota) });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#unfollowQuotas();
    for (const remove of this.#followed.values()) remove();
    await this.#queue.close();
  }

  async #reconcile(key: string): Promise<void> {
    const quota = this.#quotas.get(key);
    if (quota === undefined) return;
    const hard = quota.spec?.hard ?? {};
    const used: Record<string, string> = {};
    for (const line of Object.keys(hard)) {
      const resource = resourceOf(line);
      if (resource === undefined) continue;
      used[line] = canonicalQuantity(usageOf(line, quota.spec ?? {}, await this.#objects(resource, quota)));
    }
    const status = { hard, used };
    if (semanticEqual(quota.status, status)) return;
    try {
      await this.#resource.updateStatus({ ...quota, status });
    } catch (error) {
      if (!hasReason(error, 'NotFound')) throw error;
    }
  }

  /** Reads the objects themselves: a cache that has only begun to fill would count too few. */
  async #objects(resource: CountedResource, { metadata }: ResourceQuota): Promise<KubeObject[]> {
    try {
      const handle = this.#context.client.resource({ ...resource, version: 'v1' });
      const { items } = await handle.list({ namespace: metadata.namespace });
      this.#follow(resource);
      return items;
    } catch (error) {
      if (hasReason(error, 'NotFound')) return [];
      throw error;
    }
  }

  #follow(resource: CountedResource): void {
    const name = `${resource.resource}.${resource.group}`;
    if (this.#followed.has(name)) return;
    const informer = this.#context.informers.informer({ ...resource, version: 'v1' });
    const changed = ({ metadata }: KubeObject): void => {
      for (const quota of this.#quotas.inNamespace(metadata.namespace ?? '')) this.#queue.add(keyOf(quota));
    };
    const handler = {
      added: changed,
      updated: (_: KubeObject, object: KubeObject) => changed(object),
      deleted: changed,
    };
    this.#followed.set(name, informer.addHandler(handler));
  }
}

const keyOf = ({ metadata }: ResourceQuota): string => `${metadata.namespace}/${metadata.name}`;
