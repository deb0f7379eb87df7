/** An API server in this process with some controllers on it. */
import { Activity, FakeClock, type KubeObject, type Random, seededRandom } from '@towtank/apimachinery';
import { type ApiServer, buildApiServer } from '@towtank/apiserver';
import { InformerFactory, KubeClient, type ResourceClient } from '@towtank/client';
import type { Controller, ControllerContext } from '../src/controller-context.ts';

/** A resource by its short path: `pods`, `apps/v1/deployments`. */
export function gvrOf(path: string): { group: string; version: string; resource: string } {
  const [resource = '', version = 'v1', group = ''] = path.split('/').reverse();
  return { group, version, resource };
}

const KINDS: Readonly<Record<string, string>> = {
  namespaces: 'Namespace',
  serviceaccounts: 'ServiceAccount',
  nodes: 'Node',
  pods: 'Pod',
  services: 'Service',
  configmaps: 'ConfigMap',
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

const kindOf = (path: string): string => KINDS[gvrOf(path).resource] ?? '';

/** The world of a test: time stands still in it. */
export class World implements AsyncDisposable {
  readonly clock: FakeClock;
  readonly activity: Activity;
  readonly random: Random = seededRandom('test');
  readonly client: KubeClient;
  readonly informers: InformerFactory;
  readonly #controllers: Controller[] = [];

  readonly #server: ApiServer;

  private constructor(server: ApiServer, clock: FakeClock, activity: Activity) {
    this.clock = clock;
    this.activity = activity;
    this.#server = server;
    const transport = server.transport({ name: 'system:kube-controller-manager', groups: ['system:masters'] });
    this.client = new KubeClient({ transport, fieldManager: 'kube-controller-manager' });
    this.informers = new InformerFactory({ client: this.client, activity: this.activity, clock: this.clock });
  }

  /** Starts a namespace `work` and these controllers. */
  static async start(...starters: ((context: ControllerContext) => Controller)[]): Promise<World> {
    const clock = new FakeClock(Date.UTC(2026, 0, 1));
    const activity = new Activity();
    const server = await buildApiServer({
      clock,
      activity,
      random: seededRandom('server'),
      disabledAdmission: ['ServiceAccount'],
    });
    const world = new World(server, clock, activity);
    for (const start of starters) world.#controllers.push(start(world));
    await world.informers.start();
    await world.create('namespaces', { metadata: { name: 'work' } });
    await world.create('serviceaccounts', { metadata: { name: 'default' } });
    return world;
  }

  resource(path: string): ResourceClient {
    return this.client.resource(gvrOf(path));
  }

  create(path: string, object: KubeObject): Promise<KubeObject> {
    const { version, group } = gvrOf(path);
    const apiVersion = group === '' ? version : `${group}/${version}`;
    const scope = path === 'namespaces' || path === 'nodes' ? {} : { namespace: 'work' };
    return this.resource(path).create({ apiVersion, kind: kindOf(path), ...object }, scope);
  }

  get(path: string, name: string): Promise<KubeObject> {
    return this.resource(path).get(name, path === 'nodes' ? {} : { namespace: 'work' });
  }

  async list(path: string, labelSelector?: string): Promise<KubeObject[]> {
    const options = path === 'nodes' ? {} : { namespace: 'work' };
    const { items } = await this.resource(path).list({ ...options, ...(labelSelector ? { labelSelector } : {}) });
    return items;
  }

  /** Merge-patches an object and waits for the consequences. */
  async patch(path: string, name: string, body: unknown, subresource?: string): Promise<KubeObject> {
    const patched = await this.resource(path).patch(name, body, {
      ...(path === 'nodes' ? {} : { namespace: 'work' }),
      ...(subresource ? { subresource } : {}),
    });
    await this.settled();
    return patched;
  }

  async delete(path: string, name: string, options: object = {}): Promise<void> {
    await this.resource(path).delete(name, { namespace: 'work', ...options });
    await this.settled();
  }

  settled(): Promise<void> {
    return this.activity.settled();
  }

  async advance(ms: number): Promise<void> {
    this.clock.advance(ms);
    await this.settled();
  }

  /** Plays the kubelet for every Pod of the namespace that matches: running and, unless told otherwise, ready. */
  async run(labelSelector?: string, { ready = true }: { ready?: boolean } = {}): Promise<void> {
    await this.settled();
    for (const pod of await this.list('pods', labelSelector))
      if (!pod.metadata.deletionTimestamp && pod.status?.phase !== 'Succeeded' && pod.status?.phase !== 'Failed')
        await this.resource('pods').patch(pod.metadata.name ?? '', this.runningStatus(ready), {
          namespace: 'work',
          subresource: 'status',
        });
    await this.settled();
  }

  runningStatus(ready: boolean): object {
    const lastTransitionTime = new Date(this.clock.now()).toISOString().replace('.000', '');
    const status = ready ? 'True' : 'False';
    return {
      status: { phase: 'Running', podIP: '10.5.0.1', conditions: [{ type: 'Ready', status, lastTransitionTime }] },
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const controller of this.#controllers) await controller[Symbol.asyncDispose]();
    await this.informers.close();
    await this.#server.close();
  }
}

/** A template with one container. */
export const template = (app: string, image = 'example/app:1'): object => ({
  metadata: { labels: { app } },
  spec: { containers: [{ name: 'main', image }] },
});

/** The spec part that workloads share. */
export const workload = (app: string, replicas: number, more: object = {}): object => ({
  replicas,
  selector: { matchLabels: { app } },
  template: template(app),
  ...more,
});

/** Names of objects, in order. */
export const names = (objects: readonly KubeObject[]): string[] =>
  objects.map(({ metadata }) => metadata.name ?? '').sort();
