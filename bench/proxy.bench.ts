/** Connections and bytes through a Service: from another process by one real port, and in this process. */
import { connect, type Socket } from 'node:net';
import { startCluster } from 'towtank';
import { barePipe, bareTcp } from './harness/bare.ts';
import { load } from './harness/load.ts';
import { compare, report } from './harness/measurement.ts';

const BULK_BYTES = 1 << 30;
const BLOCK = Buffer.alloc(1 << 18, 'x');
const timing = { concurrency: 32, connections: 4000 };

/** Sends the same block until the other end has had enough. */
function sendBulk(socket: Socket): void {
  const fill = (): void => {
    while (!socket.destroyed && socket.write(BLOCK));
  };
  socket.on('drain', fill).on('error', () => {});
  fill();
}

function echo(socket: Socket): void {
  socket.on('error', () => {}).on('data', (data) => socket.write(data));
}

const manifest = (name: string): object[] => [
  {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name },
    spec: {
      replicas: 3,
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name } },
        spec: { containers: [{ name, image: `bench/${name}`, ports: [{ containerPort: 9000 }] }] },
      },
    },
  },
  {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name },
    spec: { selector: { app: name }, ports: [{ port: 9000 }] },
  },
];

/** A Service whose one endpoint is not a pod of this process. */
const manifestElsewhere = (name: string, ip: string): object[] => [
  { apiVersion: 'v1', kind: 'Service', metadata: { name }, spec: { ports: [{ port: 9000 }] } },
  {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name, labels: { 'kubernetes.io/service-name': name } },
    addressType: 'IPv4',
    ports: [{ port: 9000 }],
    endpoints: [{ addresses: [ip] }],
  },
];

await using cluster = await startCluster({
  images: { 'bench/echo': () => ({ tcp: echo }), 'bench/bulk': () => ({ tcp: sendBulk }) },
});
await cluster.apply([...manifest('echo'), ...manifest('bulk')] as never);
await cluster.settled();

async function forward(name: string): Promise<{ readonly port: number } & AsyncDisposable> {
  const [ip] = (await cluster.resolve(`${name}.default.svc.cluster.local`)) as [string];
  const forwarder = await cluster.network.forward({ ip, port: 9000 });
  return { port: forwarder.address.port, [Symbol.asyncDispose]: () => forwarder.close() };
}

/** The Service's endpoint is a virtual address of a server that the network has not started: it has to relay. */
async function forwardElsewhere(name: string, port: number): Promise<{ readonly port: number } & AsyncDisposable> {
  const ip = `10.244.200.${port % 250}`;
  const binding = cluster.network.bind({ ip, port: 9000 }, { host: '127.0.0.1', port });
  await cluster.apply(manifestElsewhere(name, ip) as never);
  await cluster.settled();
  const service = await forward(name);
  return {
    port: service.port,
    [Symbol.asyncDispose]: async () => {
      await service[Symbol.asyncDispose]();
      binding.close();
    },
  };
}

{
  await using service = await forward('echo');
  await using direct = await bareTcp(echo);
  const rate = async ({ port }: { port: number }): Promise<number> =>
    (await load('connection-load', { port, ...timing })).rate;
  report(
    await compare({
      name: 'connections through a Service',
      unit: 'connections/s',
      limit: 'direct',
      goal: { atLeast: 0.5 },
      measure: () => rate(service),
      measureLimit: () => rate(direct),
    }),
  );
}

{
  await using direct = await bareTcp(echo);
  await using elsewhere = await forwardElsewhere('echo-elsewhere', direct.port);
  await using hop = await barePipe(direct.port);
  const rate = async ({ port }: { port: number }): Promise<number> =>
    (await load('connection-load', { port, ...timing })).rate;
  report(
    await compare({
      name: 'connections through a Service, relayed',
      unit: 'connections/s',
      limit: 'one bare hop',
      measure: () => rate(elsewhere),
      measureLimit: () => rate(hop),
    }),
  );
}

{
  await using service = await forward('bulk');
  await using direct = await bareTcp(sendBulk);
  await using elsewhere = await forwardElsewhere('bulk-elsewhere', direct.port);
  await using hop = await barePipe(direct.port);
  const rate = async ({ port }: { port: number }): Promise<number> =>
    (await load('bulk-load', { port, bytes: BULK_BYTES })).rate / 1e6;
  const shared = { name: 'bulk through a Service', unit: 'MB/s', measure: () => rate(service) };
  report(await compare({ ...shared, limit: 'direct', goal: { atLeast: 0.8 }, measureLimit: () => rate(direct) }));
  report(
    await compare({
      name: 'bulk through a Service, relayed',
      unit: 'MB/s',
      limit: 'one bare hop',
      goal: { atLeast: 0.8 },
      measure: () => rate(elsewhere),
      measureLimit: () => rate(hop),
    }),
  );
}

{
  await using direct = await bareTcp(sendBulk);
  report(
    await compare({
      name: 'bulk through a Service, in this process',
      unit: 'MB/s',
      limit: 'direct',
      goal: { atLeast: 0.6 },
      measure: async () => receiveBulk(await cluster.connect({ host: 'bulk.default.svc.cluster.local', port: 9000 })),
      measureLimit: async () => receiveBulk(connect({ host: '127.0.0.1', port: direct.port })),
    }),
  );
}

/** Takes all that comes until it is enough, and answers how many megabytes a second that were. */
function receiveBulk(socket: Socket): Promise<number> {
  const started = performance.now();
  let received = 0;
  return new Promise((resolve, reject) => {
    socket.on('error', reject).on('data', (data) => {
      received += data.length;
      if (received < BULK_BYTES || socket.destroyed) return;
      socket.destroy();
      resolve(received / 1000 / (performance.now() - started));
    });
  });
}
