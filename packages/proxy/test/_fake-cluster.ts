/** A cluster of nothing but informers, a network and the proxy: objects are put in by hand. */
import { createSocket } from 'node:dgram';
import { createServer, type Server, type Socket } from 'node:net';
import { Activity, FakeClock, type GroupVersionResource, type KubeObject, seededRandom } from '@towtank/apimachinery';
import { Informer, type InformerFactory } from '@towtank/client';
import { type Source, VirtualNetwork } from '@towtank/network';
import { type ProxyOptions, type ServiceProxy, startProxy } from '../src/index.ts';

const failed = (error: unknown): void => {
  throw error;
};

/** Informers that are fed by hand, in place of a factory that lists and watches. */
export class FakeInformers {
  readonly #informers = new Map<string, Informer>();

  informer<T extends KubeObject>(gvr: GroupVersionResource): Informer<T> {
    let informer = this.#informers.get(gvr.resource);
    if (informer === undefined) {
      informer = new Informer({ gvr, handlerFailed: failed, watchFailed: failed });
      this.#informers.set(gvr.resource, informer);
    }
    return informer as unknown as Informer<T>;
  }

  async start(): Promise<void> {}
}

/** A pod: an address, and the number of connections or datagrams that it got. */
export interface FakePod {
  readonly name: string;
  readonly ip: string;
  readonly port: number;
  readonly nodeName: string;
  served: number;
  close(): void;
}

/** State of an endpoint beyond its pod. */
export interface EndpointState {
  readonly ready?: boolean;
  readonly serving?: boolean;
  readonly terminating?: boolean;
  readonly zones?: readonly string[];
  readonly nodes?: readonly string[];
}

export interface FakeCluster extends AsyncDisposable {
  readonly network: VirtualNetwork;
  readonly clock: FakeClock;
  readonly proxy: ServiceProxy;
  readonly activity: Activity;
  readonly node: (name: string, ip: string, zone?: string, extra?: object) => void;
  readonly service: (name: string, spec: object, extra?: object) => void;
  readonly deleteService: (name: string) => void;
  /** Sets one slice of a Service: the named ports and the pods behind them. */
  readonly slice: (
    service: string,
    pods: readonly (FakePod | [FakePod, EndpointState])[],
    options?: SliceOptions,
  ) => void;
  readonly pod: (name: string, ip: string, options?: { port?: number; nodeName?: string }) => Promise<FakePod>;
  readonly udpPod: (name: string, ip: string, options?: { port?: number; nodeName?: string }) => Promise<FakePod>;
  /** Who answers a connection: the name of the pod, or the code of the error. */
  readonly ask: (host: string, port: number, from?: Source) => Promise<string>;
  readonly askTimes: (times: number, host: string, port: number, from?: Source) => Promise<string[]>;
}

export interface SliceOptions {
  readonly name?: string;
  readonly ports?: readonly object[];
  readonly addressType?: string;
  readonly labels?: Record<string, string>;
}

let versions = 0;
const metadata = (name: string, namespace?: string): KubeObject['metadata'] => ({
  name,
  uid: name,
  resourceVersion: String(++versions),
  ...(namespace === undefined ? {} : { namespace }),
});

export async function startFakeCluster(options: Partial<ProxyOptions> = {}): Promise<FakeCluster> {
  const clock = new FakeClock();
  const activity = new Activity();
  // Silence is over at once, so that a dropped connection is an answer: ETIMEDOUT.
  const network = new VirtualNetwork({ activity, dropTimeoutMs: 0 });
  const informers = new FakeInformers();
  const proxy = await startProxy({
    informers: informers as unknown as InformerFactory,
    network,
    clock,
    activity,
    random: seededRandom('test'),
    ...options,
  });
  const feed = (resource: string, object: KubeObject): void =>
    informers.informer({ group: '', version: 'v1', resource }).consumer.set(object);
  const servers: (() => void)[] = [];
  const ask: FakeCluster['ask'] = (host, port, from) => read(network.connect({ host, port, from }).end());
  return {
    network,
    clock,
    proxy,
    activity,
    node: (name, ip, zone, extra = {}) =>
      feed('nodes', {
        metadata: { ...metadata(name), labels: zone === undefined ? {} : { 'topology.kubernetes.io/zone': zone } },
        status: { addresses: [{ type: 'InternalIP', address: ip }] },
        ...extra,
      }),
    service: (name, spec, extra = {}) =>
      feed('services', {
        metadata: { ...metadata(name, 'shop'), ...(extra as KubeObject).metadata },
        spec,
        ...omitMetadata(extra),
      }),
    deleteService: (name) => {
      informers
        .informer({ group: '', version: 'v1', resource: 'services' })
        .consumer.remove({ metadata: metadata(name, 'shop') });
    },
    slice: (service, pods, slice) => feed('endpointslices', sliceOf(service, pods, slice)),
    pod: async (name, ip, { port = 8080, nodeName = 'node-1' } = {}) => {
      const pod: FakePod = { name, ip, port, nodeName, served: 0, close: () => {} };
      const server = tcpServer(pod);
      const binding = await network.listen({ ip, port }, server);
      let open = true;
      pod.close = () => {
        if (open) void network.retire(server, [binding]);
        open = false;
      };
      servers.push(() => server.close());
      return pod;
    },
    udpPod: async (name, ip, { port = 53, nodeName = 'node-1' } = {}) => {
      const pod: FakePod = { name, ip, port, nodeName, served: 0, close: () => {} };
      const server = createSocket('udp4');
      server.on('message', (data, remote) => {
        pod.served += 1;
        server.send(`${name}:${data}`, remote.port, remote.address);
      });
      await network.listen({ ip, port }, server);
      let open = true;
      pod.close = () => {
        if (open) server.close();
        open = false;
      };
      servers.push(pod.close);
      return pod;
    },
    ask,
    askTimes: async (times, host, port, from) => {
      const answers: string[] = [];
      for (let count = 0; count < times; count += 1) answers.push(await ask(host, port, from));
      return answers;
    },
    [Symbol.asyncDispose]: async () => {
      await proxy.close();
      for (const close of servers) close();
    },
  };
}

function omitMetadata(extra: object): object {
  const { metadata: _metadata, ...rest } = extra as KubeObject;
  return rest;
}

function sliceOf(
  service: string,
  pods: readonly (FakePod | [FakePod, EndpointState])[],
  {
    name = `${service}-1`,
    ports = [{ name: '', protocol: 'TCP', port: 8080 }],
    addressType = 'IPv4',
    labels,
  }: SliceOptions = {},
): KubeObject {
  return {
    metadata: { ...metadata(name, 'shop'), labels: { 'kubernetes.io/service-name': service, ...labels } },
    addressType,
    ports,
    endpoints: pods.map((entry) => {
      const [pod, { zones, nodes, ...conditions }] = Array.isArray(entry) ? entry : [entry, {} as EndpointState];
      return {
        addresses: [pod.ip],
        nodeName: pod.nodeName,
        targetRef: { kind: 'Pod', namespace: 'shop', name: pod.name },
        conditions,
        hints: {
          ...(zones === undefined ? {} : { forZones: zones.map((zone) => ({ name: zone })) }),
          ...(nodes === undefined ? {} : { forNodes: nodes.map((node) => ({ name: node })) }),
        },
      };
    }),
  };
}

/** Says its name, then whatever it hears. */
function tcpServer(pod: FakePod): Server {
  return createServer({ allowHalfOpen: true }, (socket) => {
    pod.served += 1;
    socket.on('error', () => {});
    socket.write(pod.name);
    socket.pipe(socket);
  });
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
