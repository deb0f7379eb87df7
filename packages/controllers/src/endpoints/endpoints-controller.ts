/** The Endpoints controller: keeps the Endpoints of every Service with a selector. */
import { isStatusError, type ObjectMeta, objectKey } from '@towtank/apimachinery';
import type { Informer, ResourceClient } from '@towtank/client';
import { ControlLoop } from '../control-loop.ts';
import type { Controller, ControllerContext } from '../controller-context.ts';
import type { Pod } from '../pod/pod.ts';
import { PODS } from '../pod/pod-control.ts';
import { semanticEqual } from '../pod/template-hash.ts';
import { servicesOf, servicesToUpdate } from '../service/pod-membership.ts';
import { SelectedPods } from '../service/selected-pods.ts';
import {
  HEADLESS_LABEL,
  hasClusterIP,
  LEADER_ANNOTATION,
  managedSelector,
  SERVICES,
  type Service,
  TRIGGER_TIME_ANNOTATION,
} from '../service/service.ts';
import { TriggerTimes } from '../service/trigger-times.ts';
import { isNamespaceTerminating, unlessGone } from '../write-failure.ts';
import { desiredSubsets } from './desired-subsets.ts';
import { ENDPOINTS, type EndpointSubset, type Endpoints } from './endpoints.ts';
import { countAddresses, ENDPOINTS_CAPACITY, truncateSubsets } from './truncate-subsets.ts';

const WORKERS = 5;
const MAX_RETRIES = 15;
const MANAGED_BY_LABEL = 'endpoints.kubernetes.io/managed-by';
const MANAGED_BY = 'endpoint-controller';
const OVER_CAPACITY_ANNOTATION = 'endpoints.kubernetes.io/over-capacity';

/** Starts the controller. Its informers must have synced. */
export const startEndpointsController = (context: ControllerContext): Controller => new EndpointsController(context);

class EndpointsController implements Controller {
  readonly name = 'endpoints-controller';
  readonly #services: Informer<Service>;
  readonly #pods: Informer<Pod>;
  readonly #endpoints: Informer<Endpoints>;
  readonly #resource: ResourceClient<Endpoints>;
  readonly #loop: ControlLoop;
  readonly #selected = new Map<string, SelectedPods>();
  readonly #triggerTimes = new TriggerTimes();

  constructor(context: ControllerContext) {
    const { client, informers } = context;
    this.#services = informers.informer<Service>(SERVICES);
    this.#pods = informers.informer<Pod>(PODS);
    this.#endpoints = informers.informer<Endpoints>(ENDPOINTS);
    this.#resource = client.resource<Endpoints>(ENDPOINTS);
    this.#loop = new ControlLoop(context, {
      name: 'endpoints',
      component: 'endpoint-controller',
      reconcile: (key) => this.#reconcile(key),
      workers: WORKERS,
      maxRetries: MAX_RETRIES,
    });
    this.#follow();
    this.#queueLeftovers();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#loop.close();
  }

  #follow(): void {
    const queueAll = (keys: readonly string[]): void => {
      for (const key of keys) this.#loop.queue.add(key);
    };
    const queueServices = (pod: Pod): void => queueAll(servicesOf(this.#services, pod));
    this.#loop.followKeys(this.#services);
    this.#loop.follow(this.#pods, {
      added: queueServices,
      updated: (old, pod) => queueAll(servicesToUpdate(this.#services, old, pod)),
      deleted: queueServices,
    });
    this.#loop.follow(this.#endpoints, { deleted: (endpoints) => this.#loop.queue.add(objectKey(endpoints)) });
  }

  /** Endpoints whose Service went away unseen are found once, at the start. */
  #queueLeftovers(): void {
    for (const endpoints of this.#endpoints.list())
      if (endpoints.metadata.annotations?.[LEADER_ANNOTATION] === undefined) this.#loop.queue.add(objectKey(endpoints));
  }

  async #reconcile(key: string): Promise<void> {
    const service = this.#services.get(key);
    if (service === undefined) return this.#remove(key);
    const selector = managedSelector(service);
    if (selector === undefined) return;
    const selected = this.#selected.get(key) ?? new SelectedPods();
    this.#selected.set(key, selected);
    const change = selected.look(this.#pods, service.metadata.namespace ?? '', selector);
    const triggerTime = this.#triggerTimes.next(service, change);
    const subsets = desiredSubsets(service, selected.pods);
    const current = this.#endpoints.get(key);
    if (current !== undefined && isCurrent(current, service, subsets)) return;
    await this.#write(desiredEndpoints(current, service, subsets, triggerTime), current === undefined);
  }

  async #remove(key: string): Promise<void> {
    this.#triggerTimes.forget(key);
    this.#selected.delete(key);
    const slash = key.indexOf('/');
    await this.#resource.delete(key.slice(slash + 1), { namespace: key.slice(0, slash) }).catch(unlessGone);
  }

  async #write(endpoints: Endpoints, isNew: boolean): Promise<void> {
    try {
      await (isNew ? this.#resource.create(endpoints) : this.#resource.update(endpoints));
    } catch (error) {
      if (isNew && isNamespaceTerminating(error)) return;
      const { namespace, name } = endpoints.metadata;
      const why = isStatusError(error) ? error.message : String(error);
      if (isNew) {
        const message = `Failed to create endpoint for service ${namespace}/${name}: ${why}`;
        this.#loop.events.record(endpoints, 'Warning', 'FailedToCreateEndpoint', message);
      } else {
        const message = `Failed to update endpoint ${namespace}/${name}: ${why}`;
        this.#loop.events.record(endpoints, 'Warning', 'FailedToUpdateEndpoint', message);
      }
      throw error;
    }
  }
}

function isCurrent(current: Endpoints, service: Service, subsets: readonly EndpointSubset[]): boolean {
  const { labels, annotations } = current.metadata;
  return (
    semanticEqual(current.subsets, subsets) &&
    semanticEqual(withoutHeadless(labels), { ...service.metadata.labels, [MANAGED_BY_LABEL]: MANAGED_BY }) &&
    countAddresses(current.subsets ?? []) <= ENDPOINTS_CAPACITY &&
    annotations?.[OVER_CAPACITY_ANNOTATION] === undefined
  );
}

/** The headless label alone is no reason to write: the Service does not carry it. */
function withoutHeadless(labels: Record<string, string> = {}): Record<string, string> {
  const { [HEADLESS_LABEL]: _, ...others } = labels;
  return others;
}

function desiredEndpoints(
  current: Endpoints | undefined,
  service: Service,
  subsets: EndpointSubset[],
  triggerTime: string | undefined,
): Endpoints {
  const { name = '', namespace = '', labels } = service.metadata;
  const truncated = truncateSubsets(subsets);
  const annotations = { ...current?.metadata.annotations };
  delete annotations[TRIGGER_TIME_ANNOTATION];
  delete annotations[OVER_CAPACITY_ANNOTATION];
  if (triggerTime !== undefined) annotations[TRIGGER_TIME_ANNOTATION] = triggerTime;
  if (truncated !== undefined) annotations[OVER_CAPACITY_ANNOTATION] = 'truncated';
  return {
    apiVersion: 'v1',
    kind: 'Endpoints',
    metadata: {
      ...(current === undefined ? { name, namespace } : withoutAnnotations(current.metadata)),
      labels: {
        ...labels,
        [MANAGED_BY_LABEL]: MANAGED_BY,
        ...(hasClusterIP(service) ? {} : { [HEADLESS_LABEL]: '' }),
      },
      ...(Object.keys(annotations).length > 0 ? { annotations } : {}),
    },
    subsets: truncated ?? subsets,
  };
}

function withoutAnnotations({ annotations: _, ...metadata }: ObjectMeta): ObjectMeta {
  return metadata;
}
