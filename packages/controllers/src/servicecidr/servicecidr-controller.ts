/** Keeps the ranges that Services have addresses from: says when they are ready, and lets none go that is still needed. */
import { type Clock, formatTime, type KubeObject } from '@towtank/apimachinery';
import type { Informer, ResourceClient } from '@towtank/client';
import { ControlLoop } from '../control-loop.ts';
import type { Controller, ControllerContext } from '../controller-context.ts';
import { unlessGone } from '../write-failure.ts';
import { canHold, IP_ADDRESSES, isOfService, mayGo, overlap, SERVICE_CIDRS, type ServiceCidr } from './service-cidr.ts';

const FINALIZER = 'networking.k8s.io/service-cidr-finalizer';
/** How long a range that nobody needs is held, so that every API server has heard of its deletion. */
const GRACE_MS = 10_000;
const MAX_RETRIES = 15;

const READY = { status: 'True', reason: '', message: 'Kubernetes Service CIDR is ready' };
const TERMINATING = {
  status: 'False',
  reason: 'Terminating',
  message: 'There are still IPAddresses referencing the ServiceCIDR, please remove them or create a new ServiceCIDR',
};

/** Starts the controller. Its informers must have synced. */
export const startServiceCidrController = (context: ControllerContext): Controller =>
  new ServiceCidrController(context);

class ServiceCidrController implements Controller {
  readonly name = 'service-cidr-controller';
  readonly #cidrs: Informer<ServiceCidr>;
  readonly #addresses: Informer;
  readonly #resource: ResourceClient<ServiceCidr>;
  readonly #clock: Clock;
  readonly #loop: ControlLoop;

  constructor(context: ControllerContext) {
    const { client, informers, clock } = context;
    this.#cidrs = informers.informer<ServiceCidr>(SERVICE_CIDRS);
    this.#addresses = informers.informer(IP_ADDRESSES);
    this.#resource = client.resource<ServiceCidr>(SERVICE_CIDRS);
    this.#clock = clock;
    const reconcile = (name: string): Promise<void> => this.#reconcile(name);
    const options = { name: this.name, component: this.name, reconcile, maxRetries: MAX_RETRIES };
    this.#loop = new ControlLoop(context, options);
    this.#loop.follow(this.#cidrs, {
      added: (cidr) => this.#queueOverlapping(cidr),
      updated: (_, { metadata }) => this.#loop.queue.add(metadata.name ?? ''),
    });
    this.#loop.follow(this.#addresses, {
      added: (address) => this.#queueHolders(address),
      deleted: (address) => this.#queueHolders(address),
    });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#loop.close();
  }

  /** A new range may hold the addresses that keep another one from going. */
  #queueOverlapping(cidr: ServiceCidr): void {
    this.#loop.queue.add(cidr.metadata.name ?? '');
    for (const other of this.#terminating()) if (overlap(cidr, other)) this.#loop.queue.add(other.metadata.name ?? '');
  }

  #queueHolders(address: KubeObject): void {
    const { name = '' } = address.metadata;
    for (const cidr of this.#terminating())
      if (isOfService(address) && canHold(cidr, name)) this.#loop.queue.add(cidr.metadata.name ?? '');
  }

  #terminating(): ServiceCidr[] {
    return this.#cidrs.list().filter(({ metadata }) => metadata.deletionTimestamp !== undefined);
  }

  async #reconcile(name: string): Promise<void> {
    const cidr = this.#cidrs.get(name);
    if (cidr === undefined) return;
    try {
      await (cidr.metadata.deletionTimestamp === undefined ? this.#protect(cidr) : this.#release(cidr));
    } catch (error) {
      unlessGone(error);
    }
  }

  async #protect(cidr: ServiceCidr): Promise<void> {
    const { name = '', finalizers = [] } = cidr.metadata;
    if (!finalizers.includes(FINALIZER))
      await this.#resource.patch(name, { metadata: { finalizers: [FINALIZER] } }, { type: 'strategic' });
    await this.#say(cidr, READY);
  }

  async #release(cidr: ServiceCidr): Promise<void> {
    const { name = '', finalizers = [], deletionTimestamp = '' } = cidr.metadata;
    if (!mayGo(cidr, this.#cidrs.list(), this.#addresses.list())) return await this.#say(cidr, TERMINATING);
    const waitMs = Date.parse(deletionTimestamp) + GRACE_MS - this.#clock.now();
    if (waitMs > 0) return this.#loop.queue.addAfter(name, waitMs);
    if (!finalizers.includes(FINALIZER)) return;
    const body = { metadata: { '$deleteFromPrimitiveList/finalizers': [FINALIZER] } };
    await this.#resource.patch(name, body, { type: 'strategic' });
  }

  async #say({ metadata, status }: ServiceCidr, said: typeof READY): Promise<void> {
    const now = status?.conditions?.find(({ type }) => type === 'Ready');
    if (now?.status === said.status && now.reason === said.reason && now.message === said.message) return;
    const condition = { type: 'Ready', ...said, lastTransitionTime: formatTime(this.#clock.now()) };
    const body = {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'ServiceCIDR',
      metadata: { name: metadata.name },
      status: { conditions: [condition] },
    };
    await this.#resource.patch(metadata.name ?? '', body, {
      type: 'apply',
      subresource: 'status',
      fieldManager: this.name,
      force: true,
    });
  }
}
