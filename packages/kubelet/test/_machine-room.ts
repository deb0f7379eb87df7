/** Simulated nodes on an API server of their own, where time is moved by hand. */
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { Activity, FakeClock, type KubeObject, seededRandom } from '@towtank/apimachinery';
import { buildApiServer } from '@towtank/apiserver';
import { InformerFactory, KubeClient, type ResourceClient } from '@towtank/client';
import { VirtualNetwork } from '@towtank/network';
import { type Nodes, type NodesOptions, type Pod, startNodes } from '../src/index.ts';

const WORK = { namespace: 'work' };

/** Nodes, the API behind them and the network between them. */
export class MachineRoom implements AsyncDisposable {
  readonly client: KubeClient;
  readonly clock: FakeClock;
  readonly network: VirtualNetwork;
  readonly nodes: Nodes;
  readonly #activity: Activity;
  readonly #parts: readonly (() => PromiseLike<void> | void)[];

  private constructor(
    parts: { client: KubeClient; clock: FakeClock; network: VirtualNetwork; nodes: Nodes; activity: Activity },
    closing: readonly (() => PromiseLike<void> | void)[],
  ) {
    this.client = parts.client;
    this.clock = parts.clock;
    this.network = parts.network;
    this.nodes = parts.nodes;
    this.#activity = parts.activity;
    this.#parts = closing;
  }

  /** One node with these images, unless told otherwise. */
  static async start(images: NodesOptions['images'] = {}, more: Partial<NodesOptions> = {}): Promise<MachineRoom> {
    const clock = new FakeClock(Date.UTC(2026, 0, 1));
    const activity = new Activity();
    const random = seededRandom('kubelet');
    const apiServer = await buildApiServer({ clock, activity, random, disabledAdmission: ['ServiceAccount'] });
    const transport = apiServer.transport({ name: 'system:node', groups: ['system:masters'] });
    const client = new KubeClient({ transport, fieldManager: 'test' });
    await client
      .resource({ group: '', version: 'v1', resource: 'namespaces' })
      .create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'work' } });
    const informers = new InformerFactory({ client, activity, clock });
    const network = new VirtualNetwork({ clock, activity });
    const nodes = await startNodes({ client, informers, network, clock, random, activity, images, ...more });
    await activity.settled();
    return new MachineRoom({ client, clock, network, nodes, activity }, [
      () => nodes[Symbol.asyncDispose](),
      () => informers.close(),
      () => apiServer.close(),
    ]);
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

  resource<T extends KubeObject = KubeObject>(resource: string, group = ''): ResourceClient<T> {
    return this.client.resource<T>({ group, version: 'v1', resource });
  }

  /** Creates a Pod on the first node and waits for what becomes of it. */
  async run(name: string, spec: object = {}, metadata: object = {}): Promise<Pod> {
    const [nodeName] = this.nodes.names;
    const containers = [{ name: 'main', image: 'example/app:1' }];
    const body = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name, ...metadata },
      spec: { nodeName, containers, ...spec },
    };
    await this.resource('pods').create(body as KubeObject, WORK);
    await this.settled();
    return this.pod(name);
  }

  pod(name: string): Promise<Pod> {
    return this.resource<Pod>('pods').get(name, WORK);
  }

  /** Names of the Pods that are there. */
  async pods(): Promise<string[]> {
    return (await this.resource('pods').list(WORK)).items.map(({ metadata }) => metadata.name ?? '');
  }

  async delete(name: string, options: object = {}): Promise<void> {
    await this.resource('pods').delete(name, { ...WORK, ...options });
    await this.settled();
  }

  async log(pod: string, options: object = {}): Promise<string> {
    let text = '';
    for await (const chunk of this.nodes.logs({ namespace: 'work', pod, ...options }))
      text += Buffer.from(chunk).toString('utf8');
    return text;
  }

  /** Body of an HTTP answer from a virtual address. */
  async fetch(ip: string, port: number, path = '/'): Promise<string> {
    const outgoing = request({
      path,
      headers: { host: ip },
      createConnection: () => this.network.connect({ host: ip, port }),
    });
    outgoing.end();
    const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
    let text = '';
    for await (const chunk of response) text += chunk;
    return text;
  }

  /** Whether something listens. */
  async listens(ip: string, port: number): Promise<boolean> {
    try {
      (await this.network.dial({ host: ip, port })).destroy();
      return true;
    } catch {
      return false;
    }
  }

  /** Events about Pods, as `reason: message`. */
  async events(): Promise<string[]> {
    const { items } = await this.resource('events').list(WORK);
    return items.map((event) => `${event.reason}: ${event.message}`);
  }
}

/** A container with ports. */
export const serving = (image: string, ...ports: object[]): object => ({
  containers: [{ name: 'main', image, ports }],
});

/** Conditions as `Type=Status`. */
export const conditions = ({ status }: Pod): string[] =>
  (status?.conditions ?? []).map(({ type, status: value }) => `${type}=${value}`);

/** The state of a container in one word and its detail. */
export function stateOf({ status }: Pod, name = 'main'): string {
  const all = [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])];
  const state = all.find((container) => container.name === name)?.state;
  if (state?.running) return 'running';
  if (state?.terminated) return `terminated ${state.terminated.exitCode} ${state.terminated.reason}`;
  return `waiting ${state?.waiting?.reason}`;
}
