/** The service proxy: makes Services reachable on a virtual network. */
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server } from 'node:net';
import {
  Activity,
  type Clock,
  type KubeObject,
  objectKey,
  type Random,
  realClock,
  seededRandom,
} from '@towtank/apimachinery';
import { InformerFactory, type InformerHandler, type KubeClient } from '@towtank/client';
import type { VirtualNetwork } from '@towtank/network';
import { ConnectionLog, HISTORY_LIMIT } from './connection-log.ts';
import { FrontendTable } from './frontend-table.ts';
import type { BalancerMode } from './load-balancer.ts';
import { NodeTable } from './node-table.ts';
import { type EndpointSlice, type Node, SERVICE_NAME_LABEL, type Service } from './proxied-kinds.ts';
import type { ProxiedServiceContext } from './proxied-service.ts';
import { proxyHealth } from './proxy-health.ts';
import type { NodeAddress } from './service-info.ts';
import { ServiceProxy, type ServiceSource } from './service-proxy.ts';

/** Options of {@link startProxy}. */
export interface ProxyOptions {
  /** Where Services, EndpointSlices and Nodes are followed; shared with others, so the proxy starts but never closes it. */
  readonly informers?: Pick<InformerFactory, 'informer' | 'start'>;
  /** The cluster, where there are no informers: the proxy then has informers of its own. One of the two is required. */
  readonly client?: KubeClient;
  /** Where Services are made reachable, and their endpoints dialled. */
  readonly network: VirtualNetwork;
  readonly clock?: Clock;
  readonly random?: Random;
  readonly activity?: Activity;
  /** `round-robin` in an order that is shuffled when the endpoints change, or `random`. Round robin by default. */
  readonly mode?: BalancerMode;
  /**
   * The node that callers and addresses without a node count as being on. Without it they count as standing before all
   * nodes, like a cloud load balancer, and local policies take every node's endpoints as local.
   */
  readonly nodeName?: string;
  /** Whether node ports are also opened on 127.0.0.1 of this machine. They always exist on the nodes' virtual addresses. */
  readonly nodePorts?: 'loopback' | 'virtual';
  /** Told when a real node port cannot be opened. Ignored by default. */
  readonly portFailed?: (error: Error) => void;
  /** How long a UDP flow may be silent before its next datagram is balanced anew; 30 s by default. */
  readonly udpIdleMs?: number;
  /**
   * What becomes of a connection that no endpoint takes: refused, as proxies in the kernel do, or accepted and ended, as
   * the classic userspace proxy did. Refused by default.
   */
  readonly onNoEndpoint?: 'refuse' | 'accept-then-close';
  /** The port of `/healthz` and `/livez` on every node, 10256 on a real one. Not served unless given. */
  readonly healthzPort?: number;
  /** How many connections are kept for inspection. */
  readonly connectionHistory?: number;
}

const UDP_IDLE_MS = 30_000;
const SERVICES = { group: '', version: 'v1', resource: 'services' };
const NODES = { group: '', version: 'v1', resource: 'nodes' };
const SLICES = { group: 'discovery.k8s.io', version: 'v1', resource: 'endpointslices' };
const BY_SERVICE = 'proxy/service';

/** Starts the proxy; resolves once it knows every Service and has opened what it opens. */
export async function startProxy(options: ProxyOptions): Promise<ServiceProxy> {
  const { network, clock = realClock, activity = new Activity() } = options;
  const { informers, closeInformers } = informersFor(options, { clock, activity });
  const nodes = new NodeTable();
  const connections = new ConnectionLog(options.connectionHistory ?? HISTORY_LIMIT);
  const deadEnd = options.onNoEndpoint === 'accept-then-close' ? await startDeadEnd() : undefined;
  const health = proxyHealth({ network, activity, clock, nodes, lastUpdated: () => proxy.lastUpdated });
  const context = (refresh: () => void): ProxiedServiceContext => ({
    network,
    clock,
    activity,
    random: (options.random ?? seededRandom('proxy')).fork('proxy'),
    mode: options.mode ?? 'round-robin',
    nodeName: options.nodeName,
    udpIdleMs: options.udpIdleMs ?? UDP_IDLE_MS,
    portFailed: options.portFailed ?? ((): void => {}),
    dead: deadEnd?.address,
    nodes,
    connections,
    frontends: new FrontendTable(network),
    nodeAddresses: nodeAddresses(nodes, options),
    refresh,
  });
  const { source, follow } = informerSource(informers);
  const proxy: ServiceProxy = new ServiceProxy({
    source,
    nodes,
    connections,
    context,
    now: () => clock.now(),
    release: async () => {
      unfollow();
      await Promise.all([health.close(), deadEnd?.close(), closeInformers()]);
    },
  });
  const unfollow = follow(proxy, () => health.set(options.healthzPort, nodes.addresses));
  await informers.start();
  proxy.refresh();
  return proxy;
}

interface ProxyInformers {
  readonly informers: Pick<InformerFactory, 'informer' | 'start'>;
  readonly closeInformers: () => Promise<void>;
}

function informersFor(
  { informers, client }: ProxyOptions,
  { clock, activity }: { clock: Clock; activity: Activity },
): ProxyInformers {
  if (informers !== undefined) return { informers, closeInformers: async () => {} };
  if (client === undefined) throw new TypeError('the proxy needs informers or a client');
  const own = new InformerFactory({ client, clock, activity });
  return { informers: own, closeInformers: () => own.close() };
}

/** On a real node, 127.0.0.1 is one of its addresses. */
function nodeAddresses(nodes: NodeTable, { nodePorts, nodeName }: ProxyOptions): () => readonly NodeAddress[] {
  if (nodePorts !== 'loopback') return () => nodes.addresses;
  return () => [...nodes.addresses, { ip: '127.0.0.1', nodeName }];
}

interface InformerSource {
  readonly source: ServiceSource;
  /** Tells the proxy of every change until the result is called. */
  readonly follow: (proxy: ServiceProxy, nodesChanged: () => void) => () => void;
}

function informerSource(informers: ProxyInformers['informers']): InformerSource {
  const services = informers.informer<Service>(SERVICES);
  const slices = informers.informer<EndpointSlice>(SLICES);
  const nodes = informers.informer<Node>(NODES);
  slices.addIndex(BY_SERVICE, (slice) => [serviceKey(slice)]);
  const follow = (proxy: ServiceProxy, nodesChanged: () => void): (() => void) => {
    const nodeChanged = (node: Node, isDeleted = false): void => {
      proxy.nodeChanged(node, isDeleted);
      nodesChanged();
    };
    const removers = [
      nodes.addHandler({
        added: (node) => nodeChanged(node),
        updated: (_old, node) => nodeChanged(node),
        deleted: (node) => nodeChanged(node, true),
      }),
      services.addHandler(forEach((service) => proxy.changed(objectKey(service)))),
      slices.addHandler(forEach((slice) => proxy.changed(serviceKey(slice)))),
    ];
    return () => {
      for (const remove of removers) remove();
    };
  };
  return { source: { service: (key) => services.get(key), slices: (key) => slices.byIndex(BY_SERVICE, key) }, follow };
}

const serviceKey = ({ metadata }: EndpointSlice): string =>
  `${metadata.namespace}/${metadata.labels?.[SERVICE_NAME_LABEL] ?? ''}`;

/** A handler that treats every state of an object alike, the one before an update included. */
const forEach = <T extends KubeObject>(tell: (object: T) => void): InformerHandler<T> => ({
  added: tell,
  updated: (old, object) => {
    tell(old);
    tell(object);
  },
  deleted: tell,
});

interface DeadEnd {
  readonly address: { readonly host: string; readonly port: number };
  close(): Promise<void>;
}

/** A port that accepts connections and ends them at once. */
async function startDeadEnd(): Promise<DeadEnd> {
  const server: Server = createServer((socket) => void socket.on('error', () => {}).end());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const close = async (): Promise<void> => void server.close();
  return { address: { host: '127.0.0.1', port: (server.address() as AddressInfo).port }, close };
}
