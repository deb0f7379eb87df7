/** A cluster in this process: the composition root. */
import { Activity, type Clock, type Random, realClock, seededRandom, type UserInfo } from '@towtank/apimachinery';
import {
  ADMIN_USER,
  type ApiServer,
  buildApiServer,
  DEFAULT_ADVERTISED_ADDRESS,
  processCertificateAuthority,
} from '@towtank/apiserver';
import { InformerFactory, KubeClient } from '@towtank/client';
import { startControllers } from '@towtank/controllers';
import { formatResolvConf, type ResolvConfContext, resolvConfFor, startDns } from '@towtank/dns';
import { type Nodes, type NodesOptions, type Pod, type ResolvConfFile, startNodes } from '@towtank/kubelet';
import { startSocks5, VirtualNetwork } from '@towtank/network';
import { startProxy } from '@towtank/proxy';
import { ClosingStack } from './closing-stack.ts';
import { Cluster } from './cluster.ts';
import { type ClusterDefaults, type ClusterOptions, withDefaults } from './cluster-options.ts';
import { clusterResolver } from './cluster-resolver.ts';
import { NodeReach } from './node-reach.ts';
import { openListeners } from './open-listeners.ts';
import { DNS_ENDPOINT, dnsServiceIp, publishDnsService } from './publish-dns-service.ts';
import { openStandIns, planStandIns } from './stand-ins.ts';

/** Who controllers, DNS, proxy and nodes act as. */
const SYSTEM: UserInfo = { name: 'system:kube-controller-manager', groups: ['system:masters', 'system:authenticated'] };
/** The network of the nodes: virtual like all others. */
const NODE_CIDR = '172.18.0.0/16';
const PODS = { group: '', version: 'v1', resource: 'pods' };

type Settings = ClusterOptions & ClusterDefaults;

/** What the parts of a cluster share. */
interface World {
  readonly client: KubeClient;
  readonly informers: InformerFactory;
  readonly clock: Clock;
  readonly random: Random;
  readonly activity: Activity;
}

/**
 * Starts a cluster: API server, controllers, nodes, DNS and service proxy. Resolves when all of them have synced.
 * Closing it (`await using`) frees every port and timer.
 *
 * @example
 * await using cluster = await startCluster({ images: { 'shop/web': () => (req, res) => res.end('hello') } });
 */
export async function startCluster(options: ClusterOptions = {}): Promise<Cluster> {
  const stack = new ClosingStack();
  try {
    return await assemble(withDefaults(options), stack);
  } catch (reason) {
    await stack.close();
    throw reason;
  }
}

async function assemble(options: Settings, stack: ClosingStack): Promise<Cluster> {
  const { clock = realClock, serviceCidrs, podCidr, loadBalancerCidr, seed } = options;
  const random = seededRandom(seed);
  const activity = new Activity();
  const token = options.adminToken ?? random.fork('admin-token').uuid();
  const { tokens, authorization } = options;
  const reach = new NodeReach();
  const apiServer = await buildApiServer({
    nodes: reach,
    clock,
    random: random.fork('api'),
    activity,
    serviceCidrs,
    tokens: { ...tokens, [token]: ADMIN_USER },
    authorization,
    maxRequestsInFlight: options.maxRequestsInFlight,
    maxMutatingRequestsInFlight: options.maxMutatingRequestsInFlight,
  });
  stack.defer(() => apiServer.close());
  const client = new KubeClient({ transport: apiServer.transport(SYSTEM), fieldManager: 'kube-controller-manager' });
  const world: World = { client, informers: new InformerFactory({ client, activity, clock }), clock, random, activity };
  stack.defer(() => world.informers.close());
  const podCidrs = podCidr.split(',');
  const ranges = [...serviceCidrs, ...podCidrs, loadBalancerCidr];
  const network = new VirtualNetwork({
    clock,
    activity,
    ranges: [...ranges, NODE_CIDR],
    allow: options.allow ?? [],
  });
  stack.defer(() => network[Symbol.dispose]());
  const standIns = options.bindVirtualIps ? planStandIns(ranges) : undefined;
  const dns = stack.use(
    await startDns({
      localAddresses: [DNS_ENDPOINT],
      ...options.dns,
      ...world,
      random: random.fork('dns'),
      port: options.dnsPort ?? 0,
      reverseZones: [...serviceCidrs, ...podCidrs],
      ...(standIns && { plugins: [standIns.dnsPlugin, ...(options.dns?.plugins ?? [])] }),
    }),
  );
  const proxy = stack.use(await startProxy({ ...world, ...options.proxy, network }));
  if (standIns !== undefined) stack.use(openStandIns(network, standIns, options.virtualIpFailed ?? (() => {})));
  const nameserver = dnsServiceIp(serviceCidrs[0] ?? '');
  const resolvConf = (pod: Pod): ResolvConfFile => resolvConfFile(pod, { nameserver, zone: dns.zone });
  const nodes = await startMachinery(options, { ...world, apiServer, network, resolvConf }, stack);
  reach.open(nodes.connector, network);
  const resolver = clusterResolver({ dns, pods: world.informers.informer(PODS), nameserver });
  network.setResolver(resolver);
  const listeners = await openListeners(apiServer, options, ADMIN_USER, token, stack);
  const { secure } = listeners;
  if (secure !== undefined) network.bind(DEFAULT_ADVERTISED_ADDRESS, { host: secure.host, port: secure.port });
  const socks =
    options.socksPort === undefined ? undefined : stack.use(await startSocks5({ network, port: options.socksPort }));
  await world.informers.start();
  if (options.nodes !== 0) await publishDnsService(client, network, dns, nameserver);
  await activity.settled();
  const admin = new KubeClient({ transport: apiServer.transport(ADMIN_USER) });
  return new Cluster({
    ...world,
    admin,
    apiServer,
    token,
    stack,
    listeners,
    socks,
    network,
    dns,
    proxy,
    nodes,
    resolver,
    standIns,
  });
}

/** Controllers and nodes. Without nodes nothing is scheduled and no load balancer gets an address, as on a bare control plane. */
async function startMachinery(
  options: Settings,
  { apiServer, ...world }: World & Pick<NodesOptions, 'network' | 'resolvConf'> & { readonly apiServer: ApiServer },
  stack: ClosingStack,
): Promise<Nodes> {
  const { nodes, images = {}, podCidr, loadBalancerCidr } = options;
  const bare = nodes === 0;
  const machinery = bare ? { schedule: false } : { loadBalancerCidr };
  const { caPem } = processCertificateAuthority();
  const issueSecretToken = apiServer.issueSecretToken.bind(apiServer);
  stack.use(await startControllers({ ...world, caPem, issueSecretToken, ...machinery }));
  return stack.use(await startNodes({ ...world, images, nodes, podCidr }));
}

function resolvConfFile(pod: Pod, context: ResolvConfContext): ResolvConfFile {
  const { warnings, ...resolvConf } = resolvConfFor(pod, context);
  return { text: formatResolvConf(resolvConf), warnings };
}
