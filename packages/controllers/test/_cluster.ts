/** An API server in this process with controllers by name, for tests about Services and lifecycles. */
import { Activity, FakeClock, formatTime, hasReason, type KubeObject, seededRandom } from '@towtank/apimachinery';
import { buildApiServer } from '@towtank/apiserver';
import { InformerFactory, KubeClient, type ResourceClient } from '@towtank/client';
import type { Endpoints } from '../src/endpoints/endpoints.ts';
import type { EndpointSlice } from '../src/endpointslice/endpoint-slice.ts';
import { startControllers } from '../src/start-controllers.ts';

/** What a test's Pod looks like. */
export interface PodOptions {
  readonly labels?: Record<string, string>;
  readonly ip?: string;
  readonly ips?: readonly string[];
  readonly ready?: boolean;
  readonly node?: string;
  readonly phase?: string;
  readonly ports?: readonly { name?: string; containerPort: number; protocol?: string }[];
  readonly spec?: Record<string, unknown>;
  readonly metadata?: Record<string, unknown>;
}

/** Options of {@link TestCluster.start}. */
export interface ClusterOptions {
  readonly dualStack?: boolean;
  readonly caPem?: string;
  readonly loadBalancerCidr?: string;
  /** Whether the server signs tokens for Secrets. */
  readonly signsTokens?: boolean;
}

const NAMESPACED = { namespace: 'shop' };
const CLUSTER_SCOPED = new Set([
  'namespaces',
  'nodes',
  'clusterroles',
  'persistentvolumes',
  'customresourcedefinitions',
]);

/** A resource by its short path: `pods`, `discovery.k8s.io/v1/endpointslices`. */
function gvrOf(path: string): { group: string; version: string; resource: string } {
  const [resource = '', version = 'v1', group = ''] = path.split('/').reverse();
  return { group, version, resource };
}

/** Controllers on a fresh server, with a namespace `shop` and two nodes in different zones. Time stands still. */
export class TestCluster implements AsyncDisposable {
  readonly client: KubeClient;
  readonly clock: FakeClock;
  readonly #activity: Activity;
  readonly #parts: readonly (() => PromiseLike<void> | void)[];

  private constructor(
    client: KubeClient,
    clock: FakeClock,
    activity: Activity,
    parts: (() => PromiseLike<void> | void)[],
  ) {
    this.client = client;
    this.clock = clock;
    this.#activity = activity;
    this.#parts = parts;
  }

  /** Starts the controllers of these names. */
  static async start(controllers: readonly string[], options: ClusterOptions = {}): Promise<TestCluster> {
    const clock = new FakeClock(Date.UTC(2026, 0, 1));
    const activity = new Activity();
    const random = seededRandom('test');
    const serviceCidrs = options.dualStack ? ['10.96.0.0/16', 'fd00:96::/112'] : ['10.96.0.0/16'];
    const apiServer = await buildApiServer({ clock, activity, random, serviceCidrs });
    const transport = apiServer.transport({ name: 'system:kube-controller-manager', groups: ['system:masters'] });
    const client = new KubeClient({ transport, fieldManager: 'kube-controller-manager' });
    const informers = new InformerFactory({ client, activity, clock });
    const shared = { client, informers, clock, random, activity };
    const enabled = (name: string): boolean => controllers.includes(name);
    const { caPem = '', loadBalancerCidr = '' } = options;
    const signing = options.signsTokens ? { issueSecretToken: apiServer.issueSecretToken.bind(apiServer) } : {};
    const running = await startControllers({ ...shared, ...signing, enabled, caPem, loadBalancerCidr });
    const cluster = new TestCluster(client, clock, activity, [
      () => running[Symbol.asyncDispose](),
      () => informers.close(),
      () => apiServer.close(),
    ]);
    await cluster.create('namespaces', { kind: 'Namespace', metadata: { name: 'shop' } });
    if (!controllers.includes('serviceaccount-controller'))
      await cluster.create('serviceaccounts', { kind: 'ServiceAccount', metadata: { name: 'default' } });
    await cluster.node('node-a', 'zone-a');
    await cluster.node('node-b', 'zone-b');
    await cluster.settled();
    return cluster;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const close of this.#parts) await close();
  }

  settled(): Promise<void> {
    return this.#activity.settled();
  }

  async advance(ms: number): Promise<void> {
    this.clock.advance(ms);
    await this.settled();
  }

  resource<T extends KubeObject>(path: string): ResourceClient<T> {
    return this.client.resource<T>(gvrOf(path));
  }

  create(path: string, object: KubeObject): Promise<KubeObject> {
    const { group, version, resource } = gvrOf(path);
    const apiVersion = group === '' ? version : `${group}/${version}`;
    return this.resource(path).create({ apiVersion, ...object }, CLUSTER_SCOPED.has(resource) ? {} : NAMESPACED);
  }

  /** Merge-patches an object and waits for the consequences. */
  async patch(path: string, name: string, body: unknown, subresource?: string): Promise<void> {
    const scope = CLUSTER_SCOPED.has(gvrOf(path).resource) ? {} : NAMESPACED;
    await this.resource(path).patch(name, body, { ...scope, ...(subresource ? { subresource } : {}) });
    await this.settled();
  }

  async delete(path: string, name: string, options: object = {}): Promise<void> {
    const scope = CLUSTER_SCOPED.has(gvrOf(path).resource) ? {} : NAMESPACED;
    await this.resource(path).delete(name, { ...scope, ...options });
    await this.settled();
  }

  /** The object, or undefined when there is none. */
  async find<T extends KubeObject>(path: string, name: string, namespace = 'shop'): Promise<T | undefined> {
    const scope = CLUSTER_SCOPED.has(gvrOf(path).resource) ? {} : { namespace };
    try {
      return await this.resource<T>(path).get(name, scope);
    } catch (error) {
      if (hasReason(error, 'NotFound')) return undefined;
      throw error;
    }
  }

  async node(name: string, zone: string, cpu = '4'): Promise<void> {
    const metadata = { name, labels: { 'topology.kubernetes.io/zone': zone } };
    await this.create('nodes', { kind: 'Node', metadata });
    const status = { allocatable: { cpu }, conditions: [{ type: 'Ready', status: 'True' }] };
    await this.patch('nodes', name, { status }, 'status');
  }

  /** Creates a Pod that runs; `ip` is its address. */
  async pod(name: string, options: PodOptions = {}): Promise<void> {
    const { labels = { app: 'web' }, node = 'node-a', ports = [], spec = {}, metadata = {} } = options;
    const container = { name: 'main', image: 'example/app:1', ports };
    await this.create('pods', {
      kind: 'Pod',
      metadata: { name, labels, ...metadata },
      spec: { ...(node ? { nodeName: node } : {}), containers: [container], ...spec },
    });
    await this.podStatus(name, options);
  }

  /** Sets the status of a Pod as a kubelet would. */
  async podStatus(
    name: string,
    { ip = '10.5.0.1', ips = [ip], ready = true, phase = 'Running' }: PodOptions,
  ): Promise<void> {
    const lastTransitionTime = formatTime(this.clock.now());
    const conditions = [{ type: 'Ready', status: ready ? 'True' : 'False', lastTransitionTime }];
    const podIPs = ips.map((each) => ({ ip: each }));
    await this.patch('pods', name, { status: { phase, podIP: ips[0], podIPs, conditions } }, 'status');
  }

  /** Creates a Service with port 80 unless the spec says otherwise. */
  async service(name: string, spec: object = {}, metadata: object = {}): Promise<void> {
    const ports = [{ name: 'http', port: 80 }];
    await this.create('services', {
      kind: 'Service',
      metadata: { name, ...metadata },
      spec: { selector: { app: 'web' }, ports, ...spec },
    });
    await this.settled();
  }

  endpoints(name: string): Promise<Endpoints | undefined> {
    return this.find<Endpoints>('endpoints', name);
  }

  async slices(name: string): Promise<EndpointSlice[]> {
    const labelSelector = `kubernetes.io/service-name=${name}`;
    const { items } = await this.resource<EndpointSlice>('discovery.k8s.io/v1/endpointslices').list({
      ...NAMESPACED,
      labelSelector,
    });
    return items;
  }

  /** The Endpoints of a Service in short: one line for each subset, `.1 .2 !.3 http:80` with ! for not ready. */
  async subsets(name: string): Promise<string[] | undefined> {
    const endpoints = await this.endpoints(name);
    return endpoints === undefined ? undefined : (endpoints.subsets ?? []).map(lineOfSubset).sort();
  }

  /** The slices of a Service in short, like {@link subsets}; `~` marks terminating and `?` serving without ready. */
  async sliceLines(name: string): Promise<string[]> {
    return (await this.slices(name)).map(lineOfSlice).sort();
  }

  /** Reasons of the Events about an object. */
  async reasons(name: string): Promise<string[]> {
    const { items } = await this.resource('events').list(NAMESPACED);
    return items.filter(({ involvedObject }) => involvedObject.name === name).map(({ reason }) => reason as string);
  }
}

const lastPart = (ip: string): string => (ip.startsWith('10.5.0') ? ip.slice('10.5.0'.length) : ip);

function lineOfSubset(subset: NonNullable<Endpoints['subsets']>[number]): string {
  return [
    ...(subset.addresses ?? []).map(({ ip }) => lastPart(ip)),
    ...(subset.notReadyAddresses ?? []).map(({ ip }) => `!${lastPart(ip)}`),
    ...(subset.ports ?? []).map(({ name, port }) => `${name ?? ''}:${port}`),
  ].join(' ');
}

function lineOfSlice({ addressType, endpoints, ports }: EndpointSlice): string {
  const states = (endpoints ?? []).map(({ addresses, conditions }) => {
    const { ready, serving, terminating } = conditions;
    const marks = `${ready ? '' : serving ? '?' : '!'}${terminating ? '~' : ''}`;
    return marks + lastPart(addresses[0] ?? '');
  });
  return [
    ...(addressType === 'IPv4' ? [] : [addressType]),
    ...states.sort(),
    ...(ports ?? []).map(({ name, port }) => `${name}:${port}`),
  ].join(' ');
}
