/** An API server in this process with the workload controllers, and hands that play kubelet and scheduler. */
import { Activity, FakeClock, formatTime, type KubeObject, seededRandom } from '@towtank/apimachinery';
import { buildApiServer } from '@towtank/apiserver';
import { InformerFactory, KubeClient, type ResourceClient } from '@towtank/client';
import { startControllers } from '../src/start-controllers.ts';

/** What a played kubelet reports. */
export interface RunOptions {
  readonly ready?: boolean;
  readonly phase?: string;
  /** Exit code of the first container, where it has ended. */
  readonly exitCode?: number;
  readonly restarts?: number;
}

const SCOPE = { namespace: 'work' };
const KINDS: Readonly<Record<string, string>> = {
  namespaces: 'Namespace',
  serviceaccounts: 'ServiceAccount',
  nodes: 'Node',
  pods: 'Pod',
  services: 'Service',
  configmaps: 'ConfigMap',
  persistentvolumeclaims: 'PersistentVolumeClaim',
  replicationcontrollers: 'ReplicationController',
  resourcequotas: 'ResourceQuota',
  deployments: 'Deployment',
  replicasets: 'ReplicaSet',
  statefulsets: 'StatefulSet',
  daemonsets: 'DaemonSet',
  jobs: 'Job',
  cronjobs: 'CronJob',
  poddisruptionbudgets: 'PodDisruptionBudget',
};
const CLUSTER_SCOPED = new Set(['namespaces', 'nodes']);

/** A resource by its short path: `pods`, `apps/v1/deployments`. */
function gvrOf(path: string): { group: string; version: string; resource: string } {
  const [resource = '', version = 'v1', group = ''] = path.split('/').reverse();
  return { group, version, resource };
}

const scopeOf = (path: string): { namespace?: string } => (CLUSTER_SCOPED.has(gvrOf(path).resource) ? {} : SCOPE);

/** Controllers on a fresh server with a namespace `work`. Time stands still. */
export class World implements AsyncDisposable {
  readonly client: KubeClient;
  readonly clock: FakeClock;
  readonly #activity: Activity;
  readonly #parts: readonly (() => PromiseLike<void> | void)[];

  private constructor(
    { client, clock, activity }: { client: KubeClient; clock: FakeClock; activity: Activity },
    parts: readonly (() => PromiseLike<void> | void)[],
  ) {
    this.client = client;
    this.clock = clock;
    this.#activity = activity;
    this.#parts = parts;
  }

  /** Starts the controllers of these names. */
  static async start(...controllers: string[]): Promise<World> {
    const clock = new FakeClock(Date.UTC(2026, 0, 1));
    const activity = new Activity();
    const random = seededRandom('test');
    const apiServer = await buildApiServer({ clock, activity, random: random.fork('api') });
    const transport = apiServer.transport({ name: 'system:kube-controller-manager', groups: ['system:masters'] });
    const client = new KubeClient({ transport, fieldManager: 'kube-controller-manager' });
    const informers = new InformerFactory({ client, activity, clock });
    const running = await startControllers({
      ...{ client, informers, clock, random, activity },
      enabled: (name) => controllers.includes(name),
    });
    const world = new World({ client, clock, activity }, [
      () => running[Symbol.asyncDispose](),
      () => informers.close(),
      () => apiServer.close(),
    ]);
    await world.create('namespaces', { metadata: { name: 'work' } });
    await world.create('serviceaccounts', { metadata: { name: 'default' } });
    return world;
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

  resource(path: string): ResourceClient {
    return this.client.resource(gvrOf(path));
  }

  /** Creates an object and waits for the consequences. */
  async create(path: string, object: KubeObject): Promise<KubeObject> {
    const { group, version, resource } = gvrOf(path);
    const apiVersion = group === '' ? version : `${group}/${version}`;
    const created = await this.resource(path).create(
      { apiVersion, kind: KINDS[resource] ?? '', ...object },
      scopeOf(path),
    );
    await this.settled();
    return created;
  }

  get(path: string, name: string): Promise<KubeObject> {
    return this.resource(path).get(name, scopeOf(path));
  }

  /** Objects by name; Pods that are being deleted are left out. */
  async list(path: string, labelSelector?: string): Promise<KubeObject[]> {
    const options = { ...scopeOf(path), ...(labelSelector ? { labelSelector } : {}) };
    const { items } = await this.resource(path).list(options);
    return items
      .filter(({ metadata }) => metadata.deletionTimestamp === undefined)
      .sort((a, b) => ((a.metadata.name ?? '') < (b.metadata.name ?? '') ? -1 : 1));
  }

  async names(path: string, labelSelector?: string): Promise<string[]> {
    return (await this.list(path, labelSelector)).map(({ metadata }) => metadata.name ?? '');
  }

  /** Merge-patches an object and waits for the consequences. */
  async patch(path: string, name: string, body: unknown, subresource?: string): Promise<KubeObject> {
    const options = { ...scopeOf(path), ...(subresource ? { subresource } : {}) };
    const patched = await this.resource(path).patch(name, body, options);
    await this.settled();
    return patched;
  }

  async delete(path: string, name: string, options: object = {}): Promise<void> {
    await this.resource(path).delete(name, { ...scopeOf(path), ...options });
    await this.settled();
  }

  /** Plays the kubelet of one Pod. */
  async run(pod: string, { ready = true, phase = 'Running', exitCode, restarts = 0 }: RunOptions = {}): Promise<void> {
    const lastTransitionTime = formatTime(this.clock.now());
    const terminated = { exitCode: exitCode ?? 0, reason: 'Error', startedAt: null, finishedAt: lastTransitionTime };
    const container = {
      name: 'main',
      image: 'example/app:1',
      imageID: '',
      ready,
      restartCount: restarts,
      state: exitCode === undefined ? { running: { startedAt: lastTransitionTime } } : { terminated },
    };
    const isReady = ready && phase === 'Running';
    const status = {
      phase,
      podIP: '10.5.0.1',
      conditions: [{ type: 'Ready', status: isReady ? 'True' : 'False', lastTransitionTime }],
      containerStatuses: [container],
    };
    await this.patch('pods', pod, { status }, 'status');
  }

  /** Plays the kubelet of every Pod that matches and does not run as wished yet, until nothing changes. */
  async runAll(labelSelector?: string, options: RunOptions = {}): Promise<void> {
    for (let rounds = 0; rounds < 50; rounds += 1) {
      const waiting = (await this.list('pods', labelSelector)).filter(({ status }) => status?.phase === 'Pending');
      if (waiting.length === 0) return;
      for (const { metadata } of waiting) await this.run(metadata.name ?? '', options);
    }
    throw new Error('pods are being made without end');
  }

  /** Plays the end of a graceful deletion. */
  async finishDeletion(): Promise<void> {
    const { items } = await this.resource('pods').list(SCOPE);
    for (const { metadata } of items)
      if (metadata.deletionTimestamp !== undefined)
        await this.resource('pods')
          .delete(metadata.name ?? '', { ...SCOPE, gracePeriodSeconds: 0 })
          .catch(() => undefined);
    await this.settled();
  }

  /** Events about objects, as `reason: message`. */
  async events(kind: string): Promise<string[]> {
    const { items } = await this.resource('events').list(SCOPE);
    return items
      .filter((event) => event.involvedObject.kind === kind)
      .map((event) => `${event.reason}: ${event.message}`);
  }
}

/** A template with one container. */
export const template = (app: string, image = 'example/app:1', spec: object = {}): KubeObject =>
  ({ metadata: { labels: { app } }, spec: { containers: [{ name: 'main', image }], ...spec } }) as KubeObject;

/** The spec part that most workloads share. */
export const workload = (app: string, replicas: number, more: object = {}): object => ({
  replicas,
  selector: { matchLabels: { app } },
  template: template(app),
  ...more,
});
