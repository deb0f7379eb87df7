/** The EndpointSlice controller: keeps the slices of every Service with a selector. */
import { type IpFamily, type KubeObject, objectKey } from '@towtank/apimachinery';
import { type Informer, type ResourceClient, WorkQueue } from '@towtank/client';
import { ControlLoop } from '../control-loop.ts';
import type { Controller, ControllerContext } from '../controller-context.ts';
import { findCondition, type Pod } from '../pod/pod.ts';
import { PODS } from '../pod/pod-control.ts';
import { servicesOf, servicesToUpdate } from '../service/pod-membership.ts';
import { managedSelector, SERVICES, type Service, TRIGGER_TIME_ANNOTATION } from '../service/service.ts';
import { TriggerTimes } from '../service/trigger-times.ts';
import { messageOf } from '../write-failure.ts';
import type { NodeLookup } from './desired-endpoints.ts';
import { ENDPOINT_SLICES, type EndpointSlice, isManagedBy, type SliceChanges, serviceKeyOf } from './endpoint-slice.ts';
import { isOwnedBy, SLICE_MANAGER } from './new-slice.ts';
import { addressTypesOf, planSlices } from './plan-slices.ts';
import { ZONE_LABEL } from './pod-endpoint.ts';
import { PublishedEndpoints } from './published-endpoints.ts';
import { asksForHints, type PlannedSlices, withDistributionHints, withoutHints } from './slice-hints.ts';
import { indexByService, slicesOf } from './slice-index.ts';
import { SliceTracker } from './slice-tracker.ts';
import { TopologyCache, wantsTopologyHints } from './topology-cache.ts';
import { recycleSlices, writeSlices } from './write-slices.ts';

const WORKERS = 5;
const MAX_RETRIES = 15;
const BACKOFF = { baseMs: 1000, maxMs: 1_000_000 };
/** After somebody else has changed a slice, its Service is looked at no sooner than this. */
const FOREIGN_CHANGE_DELAY_MS = 1000;

const NODES = { group: '', version: 'v1', resource: 'nodes' };

/** Starts the controller. Its informers must have synced. */
export const startEndpointSliceController = (context: ControllerContext): Controller =>
  new EndpointSliceController(context);

class EndpointSliceController implements Controller {
  readonly name = 'endpointslice-controller';
  readonly #services: Informer<Service>;
  readonly #pods: Informer<Pod>;
  readonly #nodes: Informer;
  readonly #slices: Informer<EndpointSlice>;
  readonly #resource: ResourceClient<EndpointSlice>;
  readonly #loop: ControlLoop;
  readonly #topologyQueue: WorkQueue;
  readonly #tracker = new SliceTracker((key) => this.#loop.queue.addAfter(key, FOREIGN_CHANGE_DELAY_MS));
  readonly #published = new Map<string, PublishedEndpoints>();
  readonly #triggerTimes = new TriggerTimes();
  readonly #topology = new TopologyCache();
  readonly #node: NodeLookup = (name) => this.#nodes.get(name);

  constructor(context: ControllerContext) {
    const { client, informers, clock, activity } = context;
    this.#services = informers.informer<Service>(SERVICES);
    this.#pods = informers.informer<Pod>(PODS);
    this.#nodes = informers.informer(NODES);
    this.#slices = informers.informer<EndpointSlice>(ENDPOINT_SLICES);
    this.#resource = client.resource<EndpointSlice>(ENDPOINT_SLICES);
    this.#loop = new ControlLoop(context, {
      name: 'endpointslices',
      component: 'endpoint-slice-controller',
      reconcile: (key) => this.#reconcile(key),
      workers: WORKERS,
      maxRetries: MAX_RETRIES,
      backoff: BACKOFF,
    });
    this.#topologyQueue = new WorkQueue({
      name: 'topology',
      reconcile: async () => this.#queueAll(this.#topology.setNodes(this.#nodes.list())),
      clock,
      activity,
    });
    indexByService(this.#slices);
    this.#topology.setNodes(this.#nodes.list());
    this.#loop.followKeys(this.#services);
    this.#followPods();
    this.#followSlices();
    this.#followNodes();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#topologyQueue.close();
    await this.#loop.close();
  }

  #queueAll(keys: readonly string[]): void {
    for (const key of keys) this.#loop.queue.add(key);
  }

  #followPods(): void {
    const queue = (pod: Pod): void => this.#queueAll(servicesOf(this.#services, pod));
    this.#loop.follow(this.#pods, {
      added: queue,
      updated: (old, pod) => this.#queueAll(servicesToUpdate(this.#services, old, pod)),
      deleted: queue,
    });
  }

  #followSlices(): void {
    const isOurs = (slice: EndpointSlice): boolean => isManagedBy(slice, SLICE_MANAGER);
    const foreign = (slice: EndpointSlice): void => {
      const key = serviceKeyOf(slice);
      if (key !== undefined) this.#loop.queue.addAfter(key, FOREIGN_CHANGE_DELAY_MS);
    };
    this.#loop.follow(this.#slices, {
      added: (slice) => {
        if (isOurs(slice)) this.#tracker.observe(slice);
      },
      updated: (old, slice) => {
        if (serviceKeyOf(old) !== serviceKeyOf(slice) || isOurs(old) !== isOurs(slice)) {
          foreign(old);
          foreign(slice);
        } else if (isOurs(slice)) this.#tracker.observe(slice);
      },
      deleted: (slice) => {
        if (isOurs(slice)) this.#tracker.observeDeletion(slice);
      },
    });
  }

  #followNodes(): void {
    const changed = (): void => this.#topologyQueue.add('nodes');
    this.#loop.follow(this.#nodes, {
      added: changed,
      updated: (old, node) => {
        if (isReady(old) !== isReady(node) || zoneOf(old) !== zoneOf(node)) changed();
      },
      deleted: changed,
    });
  }

  async #reconcile(key: string): Promise<void> {
    const service = this.#services.get(key);
    if (service === undefined) return this.#forget(key);
    const selector = managedSelector(service);
    if (selector === undefined) return;
    const existing = slicesOf(this.#slices, key, SLICE_MANAGER);
    if (this.#tracker.isBehind(key, existing)) throw new Error('EndpointSlice informer cache is out of date');
    const published = this.#published.get(key) ?? new PublishedEndpoints({ pods: this.#pods, node: this.#node });
    this.#published.set(key, published);
    const change = published.look(service, selector);
    const triggerTime = this.#triggerTimes.next(service, change);
    try {
      await this.#sync(service, published, existing, triggerTime);
    } catch (error) {
      const message = `Error updating Endpoint Slices for Service ${key}: ${messageOf(error)}`;
      this.#loop.events.record(service, 'Warning', 'FailedToUpdateEndpointSlices', message);
      throw error;
    }
  }

  #forget(key: string): void {
    this.#triggerTimes.forget(key);
    this.#topology.forget(key);
    this.#tracker.forget(key);
    this.#published.delete(key);
  }

  /** Syncs each address type, then removes slices of types that the Service no longer publishes. */
  async #sync(
    service: Service,
    published: PublishedEndpoints,
    existing: readonly EndpointSlice[],
    triggerTime: string | undefined,
  ): Promise<void> {
    const types = addressTypesOf(service);
    const skipped: string[] = [];
    for (const addressType of types) {
      const ofType = existing.filter((slice) => slice.addressType === addressType);
      const desired = published.of(service, addressType);
      skipped.push(...desired.skipped);
      const { changes } = this.#hint(
        service,
        addressType,
        planSlices({ service, desired, existing: ofType, addressType }),
      );
      await this.#write(
        service,
        recycleSlices(changes, (slice) => isOwnedBy(slice, service)),
        triggerTime,
      );
    }
    const stale = existing.filter(({ addressType }) => !types.some((type) => type === addressType));
    for (const { addressType } of stale) this.#topology.remove(objectKey(service), addressType);
    await this.#write(service, { create: [], update: [], delete: stale }, undefined);
    if (skipped.length > 0) throw new Error(skipped.length === 1 ? skipped[0] : `[${skipped.join(', ')}]`);
  }

  #hint(service: Service, addressType: IpFamily, planned: PlannedSlices): PlannedSlices {
    const key = objectKey(service);
    if (wantsTopologyHints(service.metadata.annotations)) {
      const hinted = this.#topology.addHints(key, addressType, planned);
      for (const { type, reason, message } of hinted.events) this.#loop.events.record(service, type, reason, message);
      return hinted.planned;
    }
    for (const { type, reason, message } of this.#topology.remove(key, addressType))
      this.#loop.events.record(service, type, reason, message);
    const { trafficDistribution } = service.spec;
    return asksForHints(trafficDistribution)
      ? withDistributionHints(planned, trafficDistribution)
      : withoutHints(planned);
  }

  #write(service: Service, changes: SliceChanges, triggerTime: string | undefined): Promise<void> {
    const stamp = (slice: EndpointSlice): EndpointSlice => withTriggerTime(slice, triggerTime);
    return writeSlices(
      { create: changes.create.map(stamp), update: changes.update.map(stamp), delete: changes.delete },
      {
        resource: this.#resource,
        tracker: this.#tracker,
        key: objectKey(service),
        kind: 'Service',
        mayCreate: service.metadata.deletionTimestamp === undefined,
      },
    );
  }
}

function withTriggerTime(slice: EndpointSlice, triggerTime: string | undefined): EndpointSlice {
  const { annotations: before, ...metadata } = slice.metadata;
  const { [TRIGGER_TIME_ANNOTATION]: _, ...others } = before ?? {};
  const annotations = triggerTime === undefined ? others : { ...others, [TRIGGER_TIME_ANNOTATION]: triggerTime };
  return { ...slice, metadata: Object.keys(annotations).length > 0 ? { ...metadata, annotations } : metadata };
}

const zoneOf = ({ metadata }: KubeObject): string | undefined => metadata.labels?.[ZONE_LABEL];

const isReady = (node: KubeObject): boolean =>
  findCondition<{ type: string; status: string }>(node.status?.conditions, 'Ready')?.status === 'True';
