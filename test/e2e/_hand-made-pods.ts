/** Clusters whose pods are made by hand: a test sets every condition itself, and servers stand at the pods' addresses. */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { FakeClock, type KubeObject } from '@towtank/apimachinery';
import type { DatagramSocket, Source } from '@towtank/network';
import { type Cluster, type ClusterOptions, startCluster } from 'towtank';

const NAMESPACE = 'default';
const PODS = { group: '', version: 'v1', resource: 'pods' };
const NODES = { group: '', version: 'v1', resource: 'nodes' };
const SERVICES = { group: '', version: 'v1', resource: 'services' };

/** How to make a pod. */
export interface PodOptions {
  readonly node?: string;
  readonly labels?: Record<string, string>;
  readonly ready?: boolean;
  /** Ports of its container; a TCP and a UDP server that say the pod's name stand at each number. Default 8080. */
  readonly ports?: readonly { name?: string; containerPort: number; protocol?: string }[];
  /** More of its spec. */
  readonly spec?: object;
}

/** A cluster with nodes and pods of paper. */
export interface HandMadeCluster extends AsyncDisposable {
  readonly cluster: Cluster;
  readonly clock: FakeClock;
  /** Adds a pod with an address of its own; resolves when everybody knows of it. */
  readonly pod: (name: string, options?: PodOptions) => Promise<void>;
  readonly setReady: (name: string, ready: boolean) => Promise<void>;
  /** Ends a pod as an eviction does: it stays, failed and not ready. */
  readonly evict: (name: string) => Promise<void>;
  /** Deletes a pod that then lingers, as one in its grace period does. */
  readonly terminate: (name: string) => Promise<void>;
  readonly deletePod: (name: string) => Promise<void>;
  /** Creates or updates a Service; answers what is stored. */
  readonly service: (name: string, spec: object, labels?: Record<string, string>) => Promise<KubeObject>;
  readonly deleteService: (name: string) => Promise<void>;
  /** Who answers a connection, or the code of the error. */
  readonly ask: (host: string, port: number, from?: Source) => Promise<string>;
  /** Who answer so many connections, each name once, sorted. */
  readonly who: (times: number, host: string, port: number, from?: Source) => Promise<string[]>;
  /** Who answer so many datagrams, each from a socket of its own. */
  readonly whoUdp: (times: number, ip: string, port: number, from?: Source) => Promise<string[]>;
  /** As whom a pod or node connects. */
  readonly as: (name: string) => Source;
}

export const NODE_IPS: Readonly<Record<string, string>> = { 'node-1': '172.18.0.11', 'node-2': '172.18.0.12' };

/** Starts a cluster with two nodes, `node-1` in zone a and `node-2` in zone b. Dropped connections time out at once. */
export async function startHandMade(options: ClusterOptions = {}): Promise<HandMadeCluster> {
  const clock = new FakeClock();
  const cluster = await startCluster({ nodes: 0, port: false, clock, ...options });
  const hand = new HandMade(cluster, clock);
  for (const [name, ip] of Object.entries(NODE_IPS)) await hand.node(name, ip);
  return hand;
}

class HandMade implements HandMadeCluster {
  readonly cluster: Cluster;
  readonly clock: FakeClock;
  readonly #ips = new Map<string, { ip: string; node: string }>();
  readonly #servers = new Map<string, (() => void)[]>();

  constructor(cluster: Cluster, clock: FakeClock) {
    this.cluster = cluster;
    this.clock = clock;
  }

  async node(name: string, ip: string): Promise<void> {
    const nodes = this.cluster.client.resource(NODES);
    const zone = name.replace('node-', 'zone-');
    await nodes.create({ metadata: { name, labels: { 'topology.kubernetes.io/zone': zone } } });
    const status = {
      addresses: [{ type: 'InternalIP', address: ip }],
      conditions: [{ type: 'Ready', status: 'True' }],
    };
    await nodes.patch(name, { status }, { subresource: 'status', type: 'merge' });
    await this.cluster.settled();
  }

  readonly pod = async (name: string, options: PodOptions = {}): Promise<void> => {
    const { node = 'node-1', labels = { app: 'web' }, ready = true, spec = {} } = options;
    const ports = options.ports ?? [{ containerPort: 8080 }];
    const ip = `10.244.7.${this.#ips.size + 1}`;
    this.#ips.set(name, { ip, node });
    const container = { name: 'main', image: 'example/main', ports };
    await this.cluster.client
      .resource(PODS)
      .create(
        { metadata: { name, labels }, spec: { nodeName: node, containers: [container], ...spec } },
        { namespace: NAMESPACE },
      );
    const closers: (() => void)[] = [];
    for (const { containerPort } of ports) closers.push(...(await this.#serve(name, ip, containerPort)));
    this.#servers.set(name, closers);
    await this.#patch(name, {
      phase: 'Running',
      podIP: ip,
      podIPs: [{ ip }],
      conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }],
    });
  };

  readonly setReady = (name: string, ready: boolean): Promise<void> =>
    this.#patch(name, { conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }] });

  readonly evict = (name: string): Promise<void> =>
    this.#patch(name, { phase: 'Failed', reason: 'Evicted', conditions: [{ type: 'Ready', status: 'False' }] });

  readonly terminate = async (name: string): Promise<void> => {
    const pods = this.cluster.client.resource(PODS);
    const metadata = { finalizers: ['example.com/lingers'] };
    await pods.patch(name, { metadata }, { namespace: NAMESPACE, type: 'merge' });
    await pods.delete(name, { namespace: NAMESPACE, gracePeriodSeconds: 30 });
    await this.cluster.settled();
  };

  readonly deletePod = async (name: string): Promise<void> => {
    await this.cluster.client.resource(PODS).delete(name, { namespace: NAMESPACE, gracePeriodSeconds: 0 });
    await this.cluster.settled();
    for (const close of this.#servers.get(name) ?? []) close();
    this.#servers.delete(name);
  };

  readonly service = async (name: string, spec: object, labels: Record<string, string> = {}): Promise<KubeObject> => {
    const services = this.cluster.client.resource(SERVICES);
    const known = await services.get(name, { namespace: NAMESPACE }).catch(() => undefined);
    const stored =
      known === undefined
        ? await services.create({ metadata: { name, labels }, spec }, { namespace: NAMESPACE })
        : await services.update({ ...known, metadata: { ...known.metadata, labels }, spec: spec as KubeObject });
    await this.cluster.settled();
    return stored;
  };

  readonly deleteService = async (name: string): Promise<void> => {
    await this.cluster.client.resource(SERVICES).delete(name, { namespace: NAMESPACE });
    await this.cluster.settled();
  };

  readonly ask = async (host: string, port: number, from?: Source): Promise<string> => {
    const socket = this.cluster.network.connect({ host, port, from });
    const answer = read(socket.end());
    const dropped = this.cluster.connections.waitFor(
      ({ outcome, closedAt }) => outcome === 'dropped' && closedAt === this.clock.now(),
    );
    const silent = await Promise.race([answer.then(() => false), dropped.then(() => true)]);
    if (silent) this.clock.advance(200_000);
    return answer;
  };

  readonly who = async (times: number, host: string, port: number, from?: Source): Promise<string[]> => {
    const answers = new Set<string>();
    for (let count = 0; count < times; count += 1) answers.add(await this.ask(host, port, from));
    return [...answers].sort();
  };

  readonly whoUdp = async (times: number, ip: string, port: number, from?: Source): Promise<string[]> => {
    const answers = new Set<string>();
    for (let count = 0; count < times; count += 1) {
      using socket = this.cluster.network.datagram({ from });
      answers.add(await askUdp(socket, ip, port));
    }
    return [...answers].sort();
  };

  readonly as = (name: string): Source => {
    const nodeIp = NODE_IPS[name];
    if (nodeIp !== undefined) return { ip: nodeIp, nodeName: name };
    const { ip = '', node = '' } = this.#ips.get(name) ?? {};
    return { ip, nodeName: node, pod: `${NAMESPACE}/${name}` };
  };

  async [Symbol.asyncDispose](): Promise<void> {
    await this.cluster.close();
    for (const closers of this.#servers.values()) for (const close of closers) close();
  }

  async #patch(name: string, status: object): Promise<void> {
    const options = { namespace: NAMESPACE, subresource: 'status', type: 'merge' } as const;
    await this.cluster.client.resource(PODS).patch(name, { status }, options);
    await this.cluster.settled();
  }

  async #serve(name: string, ip: string, port: number): Promise<(() => void)[]> {
    const { network } = this.cluster;
    const tcp = createServer({ allowHalfOpen: true }, (socket) => socket.on('error', () => {}).end(name));
    const udp = createSocket('udp4');
    udp.on('message', (_data, remote) => udp.send(name, remote.port, remote.address));
    await network.listen({ ip, port }, tcp);
    await network.listen({ ip, port, protocol: 'udp' }, udp);
    return [() => tcp.close(), () => udp.close()];
  }
}

async function read(socket: Socket): Promise<string> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of socket) chunks.push(chunk as Buffer);
    return Buffer.concat(chunks).toString();
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? String(error);
  }
}

/** Who answers a datagram of this socket, or the code of the error. */
export async function askUdp(socket: DatagramSocket, ip: string, port: number): Promise<string> {
  const reply = once(socket, 'message');
  try {
    await socket.send('?', { ip, port });
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? String(error);
  }
  return String((await reply)[0]);
}
