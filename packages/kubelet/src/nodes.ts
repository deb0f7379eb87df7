/** Simulated nodes: the kubelets of a cluster in one process. */
import { Activity, type Clock, delay, hasReason, type Random } from '@towtank/apimachinery';
import { type InformerFactory, KubeClient } from '@towtank/client';
import type { VirtualNetwork } from '@towtank/network';
import type { Exit } from './container/container-process.ts';
import type { ContainerRunner } from './container/container-runner.ts';
import type { Image, Images } from './container/image.ts';
import { ImageTable } from './container/image-table.ts';
import { addressAt, isIPv6Cidr, subnet } from './node/ip-pool.ts';
import { NodeAgent, type NodeAgentOptions } from './node/node-agent.ts';
import { capacityOf, NODES, type NodeSpec, type ResolvedNode } from './node/node-object.ts';
import { type LogRequest, type NodeConnector, nodeConnector } from './node-connector.ts';
import { ConfigSource } from './pod/config-source.ts';
import { PODS, type Pod, podKey } from './pod/pod.ts';
import type { PodWorker } from './pod/pod-worker.ts';
import type { ResolvConfMaker } from './pod/resolv-conf.ts';
import { type ServiceObject, serviceVariables } from './pod/service-variables.ts';

/** What nodes work with, and how many there are. */
export interface NodesOptions {
  readonly client: KubeClient;
  readonly informers: InformerFactory;
  readonly network: VirtualNetwork;
  readonly clock: Clock;
  readonly random: Random;
  readonly activity: Activity;
  /** What plays the containers. An image that none matches is simulated: running and ready at once. */
  readonly images?: Images;
  /** How many nodes, or which. 1 by default. */
  readonly nodes?: number | readonly NodeSpec[];
  /**
   * Range of Pod addresses; each node gets a /24 of it, or a /64 where it is one of IPv6. Two of different families,
   * with a comma between, give Pods an address of each. `10.244.0.0/16` by default.
   */
  readonly podCidr?: string;
  /** Range of node addresses. `172.18.0.0/16` by default; the first three addresses are left to others. */
  readonly nodeCidr?: string;
  /** The `/etc/resolv.conf` of a Pod. Without it the file is empty. */
  readonly resolvConf?: ResolvConfMaker;
}

/** A Pod by `namespace/name`, or the object itself. */
export type PodReference = string | { readonly metadata: Pod['metadata'] };

/** Running nodes, and the hands of a test on them. */
export interface Nodes extends AsyncDisposable {
  /** Names of the nodes, in the order in which they were added. */
  readonly names: readonly string[];
  /**
   * Container functions that are to end by themselves, while they run: those of Pods whose restart policy is not Always.
   * One that waits for a timer of the clock it was given, or for somebody to type, is not among them.
   */
  readonly jobs: Activity;
  /** Logs, commands and ports of containers. */
  readonly connector: NodeConnector;
  /** Reads a container's log. */
  logs(request: LogRequest): AsyncIterable<Uint8Array>;
  /** Adds or replaces an image. Running containers keep what they run. */
  setImage(pattern: string, image: Image): void;
  /** Makes a Pod ready or not, whatever its probes say; undefined hands it back to them. */
  setReady(pod: PodReference, ready: boolean | undefined): Promise<void>;
  /** Ends a container as if it had crashed; all of the Pod's unless one is named. */
  crash(pod: PodReference, options?: { readonly container?: string; readonly exitCode?: number }): Promise<void>;
  /** Adds a node. */
  add(spec?: NodeSpec): Promise<string>;
  /** Takes a node and its Node object away, as if the machine had been removed. Its Pods are cut off. */
  remove(node: string): Promise<void>;
  /** Cuts a node off: no heartbeat, no traffic. After 40 s it counts as unreachable. */
  fail(node: string): Promise<void>;
  /** Ends {@link Nodes.fail}; containers start again. */
  recover(node: string): Promise<void>;
  /** Cordons a node and evicts its Pods, as `kubectl drain --ignore-daemonsets` does. */
  drain(node: string): Promise<void>;
  /** Lets a node take Pods again. */
  uncordon(node: string): Promise<void>;
}

const DEFAULT_POD_CIDR = '10.244.0.0/16';
const DEFAULT_NODE_CIDR = '172.18.0.0/16';
/** Offset of the first node in the nodes' range: network, gateway and the API server come before. */
const FIRST_ADDRESS = 3;
const NODE_PREFIX = 24;
const NODE_PREFIX_V6 = 64;
/** Between attempts to evict a Pod that a disruption budget protects, as kubectl waits. */
const EVICTION_RETRY_MS = 5000;
const SERVICES = { group: '', version: 'v1', resource: 'services' };

/** Registers nodes and runs the Pods that are bound to them. Resolves when every node is registered. */
export async function startNodes(options: NodesOptions): Promise<Nodes> {
  const { nodes = 1 } = options;
  const fleet = new Fleet(options);
  const specs = typeof nodes === 'number' ? Array.from({ length: nodes }, (): NodeSpec => ({})) : nodes;
  try {
    for (const spec of specs) await fleet.add(spec);
    await fleet.start();
  } catch (error) {
    await fleet[Symbol.asyncDispose]();
    throw error;
  }
  return fleet;
}

class Fleet implements Nodes {
  readonly jobs: Activity = new Activity();
  readonly connector: NodeConnector;
  readonly #options: NodesOptions;
  readonly #client: KubeClient;
  readonly #images: ImageTable;
  readonly #config: ConfigSource;
  readonly #agents = new Map<string, NodeAgent>();
  readonly #closing = new AbortController();
  #count = 0;
  #unfollow: () => void = () => {};

  constructor(options: NodesOptions) {
    const { client, informers, network } = options;
    this.#options = options;
    this.#client = new KubeClient({ transport: client.transport, fieldManager: 'kubelet' });
    this.#images = new ImageTable(options.images);
    this.#config = new ConfigSource(this.#client, informers);
    this.connector = nodeConnector({ find: (key) => this.#find(key), network });
  }

  get names(): readonly string[] {
    return [...this.#agents.keys()];
  }

  /** Begins to follow Pods. */
  async start(): Promise<void> {
    const { informers } = this.#options;
    informers.informer<ServiceObject>(SERVICES);
    const pods = informers.informer<Pod>(PODS);
    const agentOf = ({ spec }: Pod): NodeAgent | undefined => this.#agents.get(spec.nodeName ?? '');
    this.#unfollow = pods.addHandler({
      added: (pod) => agentOf(pod)?.set(pod),
      updated: (_, pod) => agentOf(pod)?.set(pod),
      deleted: (pod) => agentOf(pod)?.delete(pod),
    });
    await informers.start();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort();
    this.#unfollow();
    this.#config.close();
    await Promise.all([...this.#agents.values()].map((agent) => agent.close()));
  }

  logs(request: LogRequest): AsyncIterable<Uint8Array> {
    return this.connector.logs(request);
  }

  setImage(pattern: string, image: Image): void {
    this.#images.set(pattern, image);
  }

  async setReady(pod: PodReference, ready: boolean | undefined): Promise<void> {
    await this.#worker(pod).setReady(ready);
  }

  async crash(
    pod: PodReference,
    { container, exitCode = 1 }: { container?: string; exitCode?: number } = {},
  ): Promise<void> {
    const worker = this.#worker(pod);
    const exit: Exit = { code: exitCode, reason: exitCode === 0 ? 'Completed' : 'Error' };
    const isMeant = (runner: ContainerRunner): boolean =>
      container === undefined ? runner.list === 'containers' : runner.container.name === container;
    for (const runner of worker.runners.filter(isMeant)) runner.kill(exit);
    await worker.flush();
  }

  async add(spec: NodeSpec = {}): Promise<string> {
    const { network, clock, activity, random, resolvConf } = this.#options;
    const node = this.#resolve(spec);
    const options: NodeAgentOptions = {
      node,
      client: this.#client,
      images: this.#images,
      config: this.#config,
      network,
      clock,
      activity,
      jobs: this.jobs,
      random,
      resolvConf,
      serviceVariables: (pod) => this.#serviceVariables(pod),
    };
    const agent = new NodeAgent(options);
    await activity.track('node registration', agent.register());
    this.#agents.set(node.name, agent);
    // Pods may have been bound to the name before the node was there.
    const pods = this.#options.informers.informer<Pod>(PODS);
    for (const pod of pods.list()) if (pod.spec.nodeName === node.name) agent.set(pod);
    return node.name;
  }

  async remove(node: string): Promise<void> {
    const agent = this.#agent(node);
    this.#agents.delete(node);
    await agent.close();
    await this.#client.resource(NODES).delete(node);
  }

  async fail(node: string): Promise<void> {
    this.#agent(node).fail();
  }

  async recover(node: string): Promise<void> {
    await this.#agent(node).recover();
  }

  async drain(node: string): Promise<void> {
    await this.#setUnschedulable(node, true);
    const workers = [...this.#agent(node).workers.values()];
    await Promise.all(workers.filter(({ pod }) => !isDaemon(pod)).map(({ pod }) => this.#evict(pod)));
  }

  async uncordon(node: string): Promise<void> {
    await this.#setUnschedulable(node, false);
  }

  #resolve(spec: NodeSpec): ResolvedNode {
    const { podCidr = DEFAULT_POD_CIDR, nodeCidr = DEFAULT_NODE_CIDR } = this.#options;
    const index = this.#count;
    this.#count += 1;
    const name = spec.name ?? `node-${index + 1}`;
    if (this.#agents.has(name)) throw new Error(`there is a node named "${name}" already`);
    return {
      name,
      podCIDRs: spec.podCIDR?.split(',') ?? podCidr.split(',').map((cidr) => nodeCidrOf(cidr, index)),
      address: spec.address ?? addressAt(nodeCidr, FIRST_ADDRESS + index),
      capacity: capacityOf(spec),
      spec,
    };
  }

  async #setUnschedulable(node: string, unschedulable: boolean): Promise<void> {
    this.#agent(node);
    await this.#client.resource(NODES).patch(node, { spec: { unschedulable: unschedulable || null } });
  }

  async #evict({ metadata }: Pod): Promise<void> {
    const { name = '', namespace = '' } = metadata;
    const eviction = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name, namespace } };
    while (!this.#closing.signal.aborted) {
      try {
        await this.#client.resource(PODS).subresource('eviction').create(name, eviction, { namespace });
        return;
      } catch (error) {
        if (hasReason(error, 'NotFound')) return;
        if (!hasReason(error, 'TooManyRequests')) throw error;
      }
      await delay(this.#options.clock, EVICTION_RETRY_MS, this.#closing.signal);
    }
  }

  #serviceVariables({ metadata, spec }: Pod): Record<string, string> {
    const services = this.#options.informers.informer<ServiceObject>(SERVICES);
    const master = services.get('default/kubernetes');
    const own = spec.enableServiceLinks === false ? [] : services.inNamespace(metadata.namespace ?? '');
    const visible = [...(master === undefined ? [] : [master]), ...own.filter((service) => service !== master)];
    return serviceVariables(visible);
  }

  #find(key: string): PodWorker | undefined {
    for (const { workers } of this.#agents.values()) {
      const worker = workers.get(key);
      if (worker !== undefined) return worker;
    }
    return undefined;
  }

  #worker(pod: PodReference): PodWorker {
    const key = typeof pod === 'string' ? pod : podKey(pod);
    const worker = this.#find(key);
    if (worker === undefined) throw new Error(`no simulated node runs a pod "${key}"`);
    return worker;
  }

  #agent(node: string): NodeAgent {
    const agent = this.#agents.get(node);
    if (agent === undefined) throw new Error(`there is no simulated node "${node}"`);
    return agent;
  }
}

/** A node's part of the range; all of it where that is smaller than a part. */
function nodeCidrOf(cidr: string, index: number): string {
  const prefix = isIPv6Cidr(cidr) ? NODE_PREFIX_V6 : NODE_PREFIX;
  return subnet(cidr, Math.max(prefix, Number(cidr.split('/')[1])), index);
}

const isDaemon = ({ metadata }: Pod): boolean =>
  metadata.ownerReferences?.some(({ kind, controller }) => controller === true && kind === 'DaemonSet') ?? false;
