/** The ResourceQuota controller: keeps count of what every namespace uses. */
import {
  canonicalQuantity,
  type GroupVersionResource,
  hasReason,
  type KubeObject,
  objectKey,
} from '@towtank/apimachinery';
import type { Informer, ResourceClient } from '@towtank/client';
import { ControlLoop } from '../control-loop.ts';
import type { Controller, ControllerContext } from '../controller-context.ts';
import { semanticEqual } from '../pod/template-hash.ts';
import { unlessGone } from '../write-failure.ts';
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
  readonly #loop: ControlLoop;
  /** Resources that are followed: each once a quota counts it. */
  readonly #followed = new Set<string>();

  constructor(context: ControllerContext) {
    const { client, informers } = context;
    this.#context = context;
    this.#quotas = informers.informer<ResourceQuota>(QUOTAS);
    this.#resource = client.resource<ResourceQuota>(QUOTAS);
    const reconcile = (key: string): Promise<void> => this.#reconcile(key);
    this.#loop = new ControlLoop(context, { name: 'resourcequotas', component: this.name, reconcile });
    this.#loop.followKeys(this.#quotas);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#loop.close();
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
    await this.#resource.updateStatus({ ...quota, status }).catch(unlessGone);
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
    this.#followed.add(name);
    const informer = this.#context.informers.informer({ ...resource, version: 'v1' });
    const changed = ({ metadata }: KubeObject): void => {
      for (const quota of this.#quotas.inNamespace(metadata.namespace ?? '')) this.#loop.queue.add(objectKey(quota));
    };
    this.#loop.follow(informer, { added: changed, updated: (_, object) => changed(object), deleted: changed });
  }
}
