/**
 * The proxy at full size: ten thousand connections, a GiB, a thousand pods.
 * @deadline 180 s
 */
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { seededRandom } from '@towtank/apimachinery';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type FakePod, startFakeCluster } from './_fake-cluster.ts';

const test = suite('proxy under load');

const IP = '10.96.0.10';
const WEB = { type: 'ClusterIP', clusterIP: IP, ports: [{ port: 80 }] };
const WORKERS = 64;

/** Runs a task so many times, some at once. */
async function inParallel(times: number, task: (index: number) => Promise<void>): Promise<void> {
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < times) await task(next++);
  };
  await Promise.all(Array.from({ length: WORKERS }, work));
}

test('of ten thousand connections three endpoints get exactly a third each, while pods come and go', async () => {
  await using cluster = await startFakeCluster();
  let started = 0;
  const start = (): Promise<FakePod> => cluster.pod(`web-${++started}`, `10.244.0.${started}`);
  const pods = [await start(), await start(), await start()];
  const starting = await start();
  cluster.service('web', WEB);
  for (let round = 0; round < 34; round += 1) {
    const gone = pods.shift();
    pods.push(await start());
    cluster.slice('web', pods);
    gone?.close();
    const before = pods.map(({ served }) => served);
    await inParallel(300, async (index) => {
      // A pod that is not ready yet changes nothing.
      if (index % 50 === 0) cluster.slice('web', index % 100 === 0 ? [...pods, [starting, { ready: false }]] : pods);
      assert.ok((await cluster.ask(IP, 80)).startsWith('web-'));
    });
    assert.equal(
      pods.map(({ served }, at) => served - (before[at] ?? 0)),
      [100, 100, 100],
    );
  }
});

test('no connection is lost while pods come and go, however they go', async () => {
  await using cluster = await startFakeCluster();
  const random = seededRandom('churn');
  const pods: FakePod[] = [];
  let started = 0;
  const start = async (): Promise<void> => {
    started += 1;
    pods.push(await cluster.pod(`web-${started}`, `10.244.${started >> 8}.${started & 255}`));
  };
  for (let count = 0; count < 5; count += 1) await start();
  cluster.service('web', WEB);
  cluster.slice('web', pods);
  const answers = new Map<string, number>();
  await inParallel(10_000, async (index) => {
    if (index % 50 === 0) {
      const [gone] = pods.splice(random.int(pods.length), 1);
      // Half of them stop listening before anybody knows.
      if (random.int(2) === 0) gone?.close();
      await start();
      cluster.slice('web', pods);
      gone?.close();
    }
    const answer = await cluster.ask(IP, 80);
    answers.set(answer, (answers.get(answer) ?? 0) + 1);
  });
  const lost = [...answers].filter(([answer]) => !answer.startsWith('web-'));
  assert.equal(lost, []);
  assert.ok(answers.size > 100, 'many pods have served');
});

for (const [mebibytes, where] of [
  [64, 'of this process'],
  [1024, 'of another'],
] as const)
  test(`${mebibytes} MiB go through a port to a server ${where} byte for byte, in both directions at once`, async () => {
    await using cluster = await startFakeCluster();
    const pod = { name: 'echo', ip: '10.244.0.1', port: 8080, nodeName: 'node-1', served: 0, close: () => {} };
    const server = createServer({ allowHalfOpen: true }, (socket) => socket.pipe(socket));
    if (where === 'of this process') await cluster.network.listen(pod, server);
    else cluster.network.bind(pod, { host: '127.0.0.1', port: await realPort(server) });
    cluster.service('web', WEB);
    cluster.slice('web', [pod]);
    await using forwarder = await cluster.network.forward({ ip: IP, port: 80 });
    const chunk = randomBytes(1 << 20);
    const total = mebibytes * chunk.length;
    const { host, port } = forwarder.address;
    const client = await cluster.network.dial({ host, port, allowHalfOpen: true });
    const sent = createHash('sha1');
    const received = createHash('sha1');
    client.on('data', (data) => received.update(data));
    for (let bytes = 0; bytes < total; bytes += chunk.length) {
      chunk.writeUInt32BE(bytes >>> 10);
      sent.update(chunk);
      await write(client, Buffer.from(chunk));
    }
    client.end();
    await once(client, 'close');
    assert.is(received.digest('hex'), sent.digest('hex'));
    const connection = await cluster.proxy.connections.waitFor({ outcome: 'closed' });
    assert.is(connection.bytesSent, total);
    assert.is(connection.bytesReceived, total);
    server.close();
  });

/** Where a server listens by itself, unknown to the network. */
async function realPort(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

test('a reader that stops holds back the sender through a forwarded port', async () => {
  await using cluster = await startFakeCluster();
  let accepted: Socket | undefined;
  const server = createServer((socket) => {
    accepted = socket.pause();
  });
  await cluster.network.listen({ ip: '10.244.0.1', port: 8080 }, server);
  await using forwarder = await cluster.network.forward({ ip: '10.244.0.1', port: 8080 });
  const client = await cluster.network.dial({ host: '127.0.0.1', port: forwarder.address.port });
  const chunk = Buffer.alloc(1 << 20);
  let written = 0;
  while (client.write(chunk) || (await drainsSoon(client))) written += chunk.length;
  assert.ok(written < 64 << 20, `${written >> 20} MiB are taken before the sender has to wait`);
  client.destroy();
  accepted?.destroy();
  server.close();
});

async function write(socket: Socket, bytes: Buffer): Promise<void> {
  if (!socket.write(bytes)) await once(socket, 'drain');
}

/** Whether the socket drains within some turns of the event loop. */
async function drainsSoon(socket: Socket): Promise<boolean> {
  let drained = false;
  socket.once('drain', () => {
    drained = true;
  });
  for (let turn = 0; turn < 200 && !drained; turn += 1) await new Promise(setImmediate);
  return drained;
}

test('a change of endpoints of a Service with 1,000 pods takes less than 5 ms', async () => {
  await using cluster = await startFakeCluster();
  const pods = Array.from({ length: 1000 }, (_, index) => ({
    name: `web-${index}`,
    ip: `10.244.${index >> 8}.${index & 255}`,
    port: 8080,
    nodeName: 'node-1',
    served: 0,
    close: () => {},
  }));
  cluster.service('web', WEB);
  const slice = (at: number, size: number): void =>
    cluster.slice('web', pods.slice(at * 100, at * 100 + size), { name: `web-${at}` });
  for (let at = 0; at < 10; at += 1) slice(at, 100);
  cluster.proxy.refresh();
  const times: number[] = [];
  for (let round = 0; round < 21; round += 1) {
    const size = 99 + (round % 2);
    const start = performance.now();
    slice(3, size);
    assert.is(cluster.proxy.backends('shop/web').length, 900 + size);
    times.push(performance.now() - start);
  }
  const median = times.sort((a, b) => a - b)[10] ?? 0;
  assert.ok(median < 5, `${median} ms at the median`);
});

test.run();
