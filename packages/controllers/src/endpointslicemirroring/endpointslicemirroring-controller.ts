/** The mirroring controller: turns hand-written Endpoints of Services without selector into slices. */
import { objectKey } from '@towtank/apimachinery';
import type { Informer, ResourceClient } from '@towtank/client';
import { ControlLoop } from '../control-loop.ts';
import type { Controller, ControllerContext } from '../controller-context.ts';
import { ENDPOINTS, type Endpoints } from '../endpoints/endpoints.ts';
import { ENDPOINT_SLICES, type EndpointSlice, isManagedBy, serviceKeyOf } from '../endpointslice/endpoint-slice.ts';
import { indexByService, slicesOf } from '../endpointslice/slice-index.ts';
import { SliceTracker } from '../endpointslice/slice-tracker.ts';
import { recycleSlices, writeSlices } from '../endpointslice/write-slices.ts';
import { LEADER_ANNOTATION, SERVICES, type Service } from '../service/service.ts';
import { unlessGone } from '../write-failure.ts';
import { MAX_ENDPOINTS_PER_SUBSET, MIRRORING_MANAGER, planMirroredSlices } from './mirrored-slices.ts';

const WORKERS = 5;
const MAX_RETRIES = 15;
const BACKOFF = { baseMs: 1000, maxMs: 100_000 };
const SKIP_LABEL = 'endpointslice.kubernetes.io/skip-mirror';

/** Starts the controller. Its informers must have synced. */
export const startEndpointSliceMirroringController = (context: ControllerContext): Controller =>
  new MirroringController(context);

class MirroringController implements Controller {
  readonly name = 'endpointslice-mirroring-controller';
  readonly #services: Informer<Service>;
  readonly #endpoints: Informer<Endpoints>;
  readonly #slices: Informer<EndpointSlice>;
  readonly #resource: ResourceClient<EndpointSlice>;
  readonly #loop: ControlLoop;
  readonly #tracker = new SliceTracker((key) => this.#loop.queue.add(key));

  constructor(context: ControllerContext) {
    const { client, informers } = context;
    this.#services = informers.informer<Service>(SERVICES);
    this.#endpoints = informers.informer<Endpoints>(ENDPOINTS);
    this.#slices = informers.informer<EndpointSlice>(ENDPOINT_SLICES);
    this.#resource = client.resource<EndpointSlice>(ENDPOINT_SLICES);
    this.#loop = new ControlLoop(context, {
      name: 'mirrored endpointslices',
      component: 'endpoint-slice-mirroring-controller',
      reconcile: (key) => this.#reconcile(key),
      workers: WORKERS,
      maxRetries: MAX_RETRIES,
      backoff: BACKOFF,
    });
    indexByService(this.#slices);
    this.#followServices();
    this.#followEndpoints();
    this.#followSlices();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#loop.close();
  }

  #followServices(): void {
    const queue = (service: Service): void => {
      if (!hasSelector(service)) this.#loop.queue.add(objectKey(service));
    };
    this.#loop.follow(this.#services, {
      added: queue,
      updated: (old, service) => {
        if (hasSelector(old) !== hasSelector(service)) this.#loop.queue.add(objectKey(service));
      },
      deleted: queue,
    });
  }

  #followEndpoints(): void {
    const queue = (endpoints: Endpoints): void => {
      if (mayMirror(endpoints)) this.#loop.queue.add(objectKey(endpoints));
    };
    this.#loop.follow(this.#endpoints, {
      added: queue,
      updated: (old, endpoints) => {
        if (mayMirror(old) || mayMirror(endpoints)) this.#loop.queue.add(objectKey(endpoints));
      },
      deleted: queue,
    });
  }

  #followSlices(): void {
    const isOurs = (slice: EndpointSlice): boolean => isManagedBy(slice, MIRRORING_MANAGER);
    const queue = (slice: EndpointSlice): void => {
      const key = serviceKeyOf(slice);
      if (key !== undefined) this.#loop.queue.add(key);
    };
    this.#loop.follow(this.#slices, {
      added: (slice) => {
        if (isOurs(slice)) this.#tracker.observe(slice);
      },
      updated: (old, slice) => {
        if (serviceKeyOf(old) !== serviceKeyOf(slice) || isOurs(old) !== isOurs(slice)) {
          queue(old);
          queue(slice);
        } else if (isOurs(slice)) this.#tracker.observe(slice);
      },
      deleted: (slice) => {
        if (isOurs(slice)) this.#tracker.observeDeletion(slice);
      },
    });
  }

  async #reconcile(key: string): Promise<void> {
    const endpoints = this.#endpoints.get(key);
    const service = this.#services.get(key);
    const existing = slicesOf(this.#slices, key, MIRRORING_MANAGER);
    if (endpoints === undefined || !mayMirror(endpoints) || service === undefined || hasSelector(service))
      return this.#clear(key, existing);
    if (this.#tracker.isBehind(key, existing)) throw new Error('EndpointSlice informer cache is out of date');
    const { changes, invalidAddresses, skippedAddresses } = planMirroredSlices(endpoints, existing);
    if (invalidAddresses > 0) {
      const message = `Skipped ${invalidAddresses} invalid IP addresses when mirroring to EndpointSlices`;
      this.#loop.events.record(endpoints, 'Warning', 'InvalidIPAddress', message);
    }
    if (skippedAddresses > invalidAddresses) {
      const limit = `A max of ${MAX_ENDPOINTS_PER_SUBSET} addresses can be mirrored to EndpointSlices per Endpoints subset`;
      const message = `${limit}. ${skippedAddresses} addresses were skipped`;
      this.#loop.events.record(endpoints, 'Warning', 'TooManyAddressesToMirror', message);
    }
    await writeSlices(
      recycleSlices(changes, () => true),
      {
        resource: this.#resource,
        tracker: this.#tracker,
        key,
        kind: 'Endpoints',
        mayCreate: endpoints.metadata.deletionTimestamp === undefined,
      },
    );
  }

  async #clear(key: string, slices: readonly EndpointSlice[]): Promise<void> {
    this.#tracker.forget(key);
    for (const { metadata } of slices)
      await this.#resource.delete(metadata.name ?? '', { namespace: metadata.namespace }).catch(unlessGone);
  }
}

const hasSelector = ({ spec }: Service): boolean =>
  spec.selector !== undefined && Object.keys(spec.selector).length > 0;

const mayMirror = ({ metadata }: Endpoints): boolean =>
  metadata.labels?.[SKIP_LABEL] !== 'true' && metadata.annotations?.[LEADER_ANNOTATION] === undefined;
