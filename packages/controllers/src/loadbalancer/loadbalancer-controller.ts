/** Plays the cloud: gives Services of type LoadBalancer an address from a pool. */
import { type KubeObject, objectKey } from '@towtank/apimachinery';
import { EventRecorder, type Informer, type ResourceClient, WorkQueue } from '@towtank/client';
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
  readonly #events: EventRecorder;
  readonly #queue: WorkQueue;
  readonly #handlers: (() => void)[];
  /** Addresses given out, by Service: the cache may lag behind. */
  readonly #given = new Map<string, string>();

  constructor({ client, informers, clock, activity, loadBalancerCidr }: LoadBalancerOptions) {
    this.#pool = new AddressPool(loadBalancerCidr);
    this.#services = informers.informer<BalancedService>(SERVICES);
    this.#nodes = informers.informer(NODES);
    this.#resource = client.resource<BalancedService>(SERVICES);
    this.#events = new EventRecorder({ client, clock, activity, component: 'service-controller' });
    this.#queue = new WorkQueue({ name: 'load balancers', reconcile: (key) => this.#reconcile(key), clock, activity });
    this.#handlers = this.#follow();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const remove of this.#handlers) remove();
    await this.#queue.close();
    await this.#events.close();
  }

  #follow(): (() => void)[] {
    const queue = (service: BalancedService): void => {
      if (isBalanced(service) || this.#given.has(objectKey(service))) this.#queue.add(objectKey(service));
    };
    // An address that comes free may be the one that others wait for.
    const release = (service: KubeObject): void => {
      if (this.#given.delete(objectKey(service))) this.#queueWaiting();
    };
    return [
      this.#services.addHandler({ added: queue, updated: (_, service) => queue(service), deleted: release }),
      this.#nodes.addHandler({ added: () => this.#queueWaiting() }),
    ];
  }

  #queueWaiting(): void {
    for (const service of this.#services.list())
      if (isBalanced(service) && addressesOf(service).length === 0) this.#queue.add(objectKey(service));
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
      return this.#events.record(service, 'Warning', 'SyncLoadBalancerFailed', message);
    }
    this.#given.set(key, ip);
    const loadBalancer = { ingress: [{ ip, ipMode: 'VIP' }] };
    await this.#resource.updateStatus({ ...service, status: { ...service.status, loadBalancer } });
    this.#events.record(service, 'Normal', 'EnsuredLoadBalancer', 'Ensured load balancer');
  }

  #taken(): Set<string> {
    return new Set([...this.#given.values(), ...this.#services.list().flatMap(addressesOf)]);
  }
}

const isBalanced = ({ spec }: BalancedService): boolean =>
  spec.type === 'LoadBalancer' && spec.loadBalancerClass === undefined;

const addressesOf = ({ status }: BalancedService): string[] =>
  (status?.loadBalancer?.ingress ?? []).flatMap(({ ip }) => (ip === undefined ? [] : [ip]));
