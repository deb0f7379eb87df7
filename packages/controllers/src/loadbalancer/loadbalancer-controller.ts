/** Plays the cloud: gives Services of type LoadBalancer an address from a pool. */
import { objectKey } from '@towtank/apimachinery';
import type { Informer, ResourceClient } from '@towtank/client';
import { ControlLoop } from '../control-loop.ts';
import type { Controller, ControllerContext } from '../controller-context.ts';
import { SERVICES, type Service } from '../service/service.ts';
import { AddressPool } from './address-pool.ts';

/** A Service as its load balancer sees it. */
interface BalancedService extends Service {
  spec: Service['spec'] & { loadBalancerClass?: string; loadBalancerIP?: string };
  status?: { loadBalancer?: { ingress?: { ip?: string; ipMode?: string }[] } };
}

/** What the controller works with. */
export interface LoadBalancerOptions extends ControllerContext {
  /** The range of addresses, for example `203.0.113.0/24`. */
  readonly loadBalancerCidr: string;
}

const NODES = { group: '', version: 'v1', resource: 'nodes' };

/**
 * Starts the controller. Services that name a load balancer class are left to whoever serves that class. A cluster
 * without nodes has nothing to balance to: its Services wait for the first one.
 */
export const startLoadBalancerController = (options: LoadBalancerOptions): Controller =>
  new LoadBalancerController(options);

class LoadBalancerController implements Controller {
  readonly name = 'service-lb-controller';
  readonly #pool: AddressPool;
  readonly #services: Informer<BalancedService>;
  readonly #nodes: Informer;
  readonly #resource: ResourceClient<BalancedService>;
  readonly #loop: ControlLoop;
  /** Addresses given out, by Service: the cache may lag behind. */
  readonly #given = new Map<string, string>();

  constructor(options: LoadBalancerOptions) {
    const { client, informers, loadBalancerCidr } = options;
    this.#pool = new AddressPool(loadBalancerCidr);
    this.#services = informers.informer<BalancedService>(SERVICES);
    this.#nodes = informers.informer(NODES);
    this.#resource = client.resource<BalancedService>(SERVICES);
    const reconcile = (key: string): Promise<void> => this.#reconcile(key);
    this.#loop = new ControlLoop(options, { name: 'load balancers', component: 'service-controller', reconcile });
    this.#follow();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#loop.close();
  }

  #follow(): void {
    const queue = (service: BalancedService): void => {
      if (isBalanced(service) || this.#given.has(objectKey(service))) this.#loop.queue.add(objectKey(service));
    };
    // An address that comes free may be the one that others wait for.
    const release = (service: BalancedService): void => {
      if (this.#given.delete(objectKey(service))) this.#queueWaiting();
    };
    this.#loop.follow(this.#services, { added: queue, updated: (_, service) => queue(service), deleted: release });
    this.#loop.follow(this.#nodes, { added: () => this.#queueWaiting() });
  }

  #queueWaiting(): void {
    for (const service of this.#services.list())
      if (isBalanced(service) && addressesOf(service).length === 0) this.#loop.queue.add(objectKey(service));
  }

  async #reconcile(key: string): Promise<void> {
    const service = this.#services.get(key);
    if (service === undefined) return;
    if (!isBalanced(service)) {
      if (this.#given.delete(key)) this.#queueWaiting();
      return;
    }
    const [present] = addressesOf(service);
    if (present !== undefined) return void this.#given.set(key, present);
    if (service.metadata.deletionTimestamp !== undefined || this.#nodes.list().length === 0) return;
    await this.#give(key, service);
  }

  async #give(key: string, service: BalancedService): Promise<void> {
    const ip = this.#given.get(key) ?? this.#pool.pick(this.#taken(), service.spec.loadBalancerIP);
    if (ip === undefined) {
      const message = 'Error syncing load balancer: no address of the pool is free';
      return this.#loop.events.record(service, 'Warning', 'SyncLoadBalancerFailed', message);
    }
    this.#given.set(key, ip);
    const loadBalancer = { ingress: [{ ip, ipMode: 'VIP' }] };
    await this.#resource.updateStatus({ ...service, status: { ...service.status, loadBalancer } });
    this.#loop.events.record(service, 'Normal', 'EnsuredLoadBalancer', 'Ensured load balancer');
  }

  #taken(): Set<string> {
    return new Set([...this.#given.values(), ...this.#services.list().flatMap(addressesOf)]);
  }
}

const isBalanced = ({ spec }: BalancedService): boolean =>
  spec.type === 'LoadBalancer' && spec.loadBalancerClass === undefined;

const addressesOf = ({ status }: BalancedService): string[] =>
  (status?.loadBalancer?.ingress ?? []).flatMap(({ ip }) => (ip === undefined ? [] : [ip]));
