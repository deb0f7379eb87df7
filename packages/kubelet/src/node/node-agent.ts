/** The kubelet of one node: registers it, keeps its heartbeat, and runs its Pods. */
import { formatMicroTime, hasReason, type Timer } from '@towtank/apimachinery';
import { EventRecorder, type KubeClient } from '@towtank/client';
import type { Binding, Source } from '@towtank/network';
import type { PodWorld } from '../container/pod-world.ts';
import { PODS, type Pod, podKey } from '../pod/pod.ts';
import { PodWorker } from '../pod/pod-worker.ts';
import type { ResolvConfMaker } from '../pod/resolv-conf.ts';
import { IpPool } from './ip-pool.ts';
import {
  healthyConditions,
  NODES,
  nodeObject,
  nodeStatus,
  type ResolvedNode,
  unknownConditions,
} from './node-object.ts';

/** What an agent works with. */
export interface NodeAgentOptions
  extends Pick<PodWorld, 'images' | 'network' | 'clock' | 'activity' | 'jobs' | 'random' | 'config'> {
  readonly node: ResolvedNode;
  /** Writes in the kubelet's name. */
  readonly client: KubeClient;
  readonly resolvConf: ResolvConfMaker | undefined;
  /** Variables of the Services that a Pod may know. */
  readonly serviceVariables: (pod: Pod) => Record<string, string>;
}

const LEASES = { group: 'coordination.k8s.io', version: 'v1', resource: 'leases' };
const LEASE_NAMESPACE = 'kube-node-lease';
const LEASE_SECONDS = 40;
const RENEW_MS = 10_000;
/** How often the status itself is renewed when nothing changes in it. */
const STATUS_MS = 5 * 60_000;
const NO_ADDRESS_RETRY_MS = 10_000;

/** A simulated node. */
export class NodeAgent {
  readonly node: ResolvedNode;
  readonly #options: NodeAgentOptions;
  readonly #events: EventRecorder;
  /** One for each family. */
  readonly #pools: readonly IpPool[];
  readonly #workers = new Map<string, PodWorker>();
  /** Waiting for an address, by Pod. */
  readonly #waiting = new Map<string, Timer>();
  #host: Binding | undefined;
  #heartbeat: Timer | undefined;
  #grace: Timer | undefined;
  #readySinceMs = 0;
  #statusMs = 0;
  #failed = false;
  #closed = false;

  constructor(options: NodeAgentOptions) {
    const { node, client, clock, activity } = options;
    this.#options = options;
    this.node = node;
    this.#pools = node.podCIDRs.map((cidr) => new IpPool(cidr));
    this.#events = new EventRecorder({ client, clock, activity, component: 'kubelet', host: node.name });
  }

  /** Every Pod that the node runs. */
  get workers(): ReadonlyMap<string, PodWorker> {
    return this.#workers;
  }

  /** Registers the node and begins its heartbeat. A Node object that is there already is taken over. */
  async register(): Promise<void> {
    const { client, clock, network, random } = this.#options;
    const { name, address } = this.node;
    this.#host = network.attach(address);
    const nodes = client.resource(NODES);
    const object = await nodes.create(nodeObject(this.node)).catch((error: unknown) => {
      if (!hasReason(error, 'AlreadyExists')) throw error;
      return nodes.get(name);
    });
    const ids = random.fork(`node/${name}`);
    this.#readySinceMs = clock.now();
    this.#statusMs = clock.now();
    const status = nodeStatus(this.node, clock.now(), [ids.uuid(), ids.uuid(), ids.uuid()]);
    await nodes.patch(name, { status }, { type: 'strategic', subresource: 'status' });
    await this.#createLease(object.metadata.uid ?? '');
    this.#beat();
  }

  /** A Pod bound to this node has come or changed. */
  set(pod: Pod): void {
    const key = podKey(pod);
    const worker = this.#workers.get(key);
    if (worker !== undefined) return worker.update(pod);
    if (this.#closed || pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed') return;
    this.#admit(key, pod);
  }

  /** A Pod is gone from the API. */
  delete(pod: Pod): void {
    const key = podKey(pod);
    this.#waiting.get(key)?.cancel();
    this.#waiting.delete(key);
    this.#workers.get(key)?.remove();
    this.#workers.delete(key);
  }

  /** The machine fails: its Pods are cut off, its heartbeat ends, and after the lease's time it counts as unreachable. */
  fail(): void {
    if (this.#failed) return;
    const { clock, activity } = this.#options;
    const lastMs = clock.now();
    this.#failed = true;
    this.#heartbeat?.cancel();
    this.#host?.close();
    for (const worker of this.#workers.values()) worker.suspend();
    this.#grace = clock.schedule(LEASE_SECONDS * 1000, () => {
      void activity.track('node status', this.#writeConditions(unknownConditions(lastMs, clock.now())));
    });
  }

  /** The machine is back. */
  async recover(): Promise<void> {
    if (!this.#failed) return;
    const { clock, network } = this.#options;
    this.#failed = false;
    this.#grace?.cancel();
    this.#host = network.attach(this.node.address);
    this.#readySinceMs = clock.now();
    await this.#writeConditions(healthyConditions(clock.now()));
    for (const worker of this.#workers.values()) worker.resume();
    await this.#renew();
    this.#beat();
  }

  /** Ends everything; writes nothing. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#heartbeat?.cancel();
    this.#grace?.cancel();
    this.#host?.close();
    for (const timer of this.#waiting.values()) timer.cancel();
    for (const worker of this.#workers.values()) worker.close();
    await this.#events.close();
  }

  #admit(key: string, pod: Pod): void {
    const { node, clock } = this.#options;
    let podIPs = [node.address];
    try {
      if (!pod.spec.hostNetwork) podIPs = this.#takeAddresses();
    } catch (error) {
      const message = `Failed to create pod sandbox: ${(error as Error).message}`;
      this.#events.record(pod, 'Warning', 'FailedCreatePodSandBox', message);
      const retry = (): void => void (this.#waiting.delete(key) && this.#admit(key, pod));
      this.#waiting.set(key, clock.schedule(NO_ADDRESS_RETRY_MS, retry));
      return;
    }
    const worker = new PodWorker({
      world: this.#worldFor(pod, podIPs),
      pods: this.#options.client.resource<Pod>(PODS),
      releaseAddress: () => this.#releaseAddresses(podIPs),
    });
    this.#workers.set(key, worker);
    worker.start();
    if (this.#failed) worker.suspend();
  }

  /** An address of each family, or none at all. */
  #takeAddresses(): string[] {
    const taken: string[] = [];
    try {
      for (const pool of this.#pools) taken.push(pool.take());
      return taken;
    } catch (error) {
      this.#releaseAddresses(taken);
      throw error;
    }
  }

  /** A pool knows its own; the node's address is in none. */
  #releaseAddresses(ips: readonly string[]): void {
    for (const pool of this.#pools) for (const ip of ips) pool.release(ip);
  }

  #worldFor(pod: Pod, podIPs: readonly string[]): PodWorld & { pod: Pod } {
    const { images, network, clock, activity, jobs, random, config, node, serviceVariables } = this.#options;
    const [podIP = ''] = podIPs;
    const source: Source = { ip: podIP, nodeName: node.name, pod: podKey(pod) };
    const world: PodWorld & { pod: Pod } = {
      pod,
      nodeName: node.name,
      where: { podIP, podIPs, hostIP: node.address, allocatable: node.capacity },
      images,
      network,
      source,
      clock,
      activity,
      jobs,
      random: random.fork(`pod/${pod.metadata.uid}`),
      config,
      serviceVariables: () => serviceVariables(world.pod),
      resolvConf: this.#resolvConf(pod),
      event: (type, reason, message, fieldPath) => this.#events.record(world.pod, type, reason, message, fieldPath),
    };
    return world;
  }

  #resolvConf(pod: Pod): string {
    const { text, warnings } = this.#options.resolvConf?.(pod) ?? { text: '', warnings: [] };
    for (const message of warnings) this.#events.record(pod, 'Warning', 'DNSConfigForming', message);
    return text;
  }

  async #createLease(uid: string): Promise<void> {
    const { client, clock } = this.#options;
    const { name } = this.node;
    const lease = {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: {
        name,
        namespace: LEASE_NAMESPACE,
        ownerReferences: [{ apiVersion: 'v1', kind: 'Node', name, uid }],
      },
      spec: { holderIdentity: name, leaseDurationSeconds: LEASE_SECONDS, renewTime: formatMicroTime(clock.now()) },
    };
    await client
      .resource(LEASES)
      .create(lease)
      .catch((error: unknown) => {
        if (!hasReason(error, 'AlreadyExists')) throw error;
      });
  }

  #beat(): void {
    const { clock, activity } = this.#options;
    if (this.#closed || this.#failed) return;
    this.#heartbeat = clock.schedule(RENEW_MS, () => {
      void activity.track('node heartbeat', this.#renew());
      this.#beat();
    });
  }

  /** Renews the lease, and now and then the status. A heartbeat that is lost is followed by the next. */
  async #renew(): Promise<void> {
    const { client, clock } = this.#options;
    const spec = { renewTime: formatMicroTime(clock.now()) };
    const options = { namespace: LEASE_NAMESPACE };
    await client
      .resource(LEASES)
      .patch(this.node.name, { spec }, options)
      .catch(() => {});
    if (clock.now() - this.#statusMs < STATUS_MS || this.#closed) return;
    await this.#writeConditions(healthyConditions(clock.now(), this.#readySinceMs));
  }

  async #writeConditions(conditions: readonly object[]): Promise<void> {
    const { client, clock } = this.#options;
    this.#statusMs = clock.now();
    const options = { type: 'strategic', subresource: 'status' } as const;
    await client
      .resource(NODES)
      .patch(this.node.name, { status: { conditions } }, options)
      .catch(() => {});
  }
}
