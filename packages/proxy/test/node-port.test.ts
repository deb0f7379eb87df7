import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type FakeCluster, type FakePod, startFakeCluster } from './_fake-cluster.ts';

const test = suite('node ports');

const IP = '10.96.0.10';
const TERMINATING = { ready: false, serving: true, terminating: true };

/** A port of 127.0.0.1 that nobody has. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** Who answers on a real port of this machine, or the code of the error. */
async function askReal(port: number): Promise<string> {
  const socket = connect({ host: '127.0.0.1', port, allowHalfOpen: true });
  socket.end();
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of socket) chunks.push(chunk as Buffer);
    return Buffer.concat(chunks).toString();
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? '';
  }
}

async function startNodePort(nodePort: number, failures: Error[] = []): Promise<FakeCluster & { pod1: FakePod }> {
  const cluster = await startFakeCluster({ nodePorts: 'loopback', portFailed: (error) => failures.push(error) });
  const pod1 = await cluster.pod('web-1', '10.244.0.1');
  cluster.service('web', { type: 'NodePort', clusterIP: IP, ports: [{ port: 80, nodePort }] });
  cluster.slice('web', [pod1]);
  await cluster.activity.settled();
  return Object.assign(cluster, { pod1 });
}

test('a node port is a real port of this machine, and serves half-closed connections', async () => {
  const port = await freePort();
  await using cluster = await startNodePort(port);
  assert.is(await askReal(port), 'web-1');
  const connection = await cluster.proxy.connections.waitFor({ frontend: 'nodePort', outcome: 'closed' });
  assert.is(connection.bytesReceived, 5);
});

for (const { name, end, outcome } of [
  { name: 'a client that ends a connection to a real node port closes it', end: 'client', outcome: 'closed' },
  { name: 'a pod that resets a connection from a real node port is told as such', end: 'pod', outcome: 'reset' },
] as const) {
  test(name, async () => {
    const port = await freePort();
    await using cluster = await startFakeCluster({ nodePorts: 'loopback' });
    const server = createServer((accepted) => {
      accepted.on('error', () => {}).write('welcome');
      accepted.once('data', () => end === 'pod' && accepted.resetAndDestroy());
    });
    const pod = { name: 'web-1', ip: '10.244.0.1', port: 8080, nodeName: 'node-1', served: 0, close: () => {} };
    await cluster.network.listen(pod, server);
    cluster.service('web', { type: 'NodePort', clusterIP: IP, ports: [{ port: 80, nodePort: port }] });
    cluster.slice('web', [pod]);
    await cluster.activity.settled();
    const socket = connect({ host: '127.0.0.1', port }).on('error', () => {});
    const { localPort } = await once(socket, 'data').then(() => socket);
    if (end === 'client') socket.end('hello');
    else socket.write('hello');
    const connection = await cluster.proxy.connections.waitFor(({ closedAt }) => closedAt !== undefined);
    assert.is(connection.outcome, outcome);
    assert.is(connection.client.port, localPort);
    assert.equal(connection.endpoint, { ip: '10.244.0.1', port: 8080 });
    assert.is(connection.bytesReceived, 'welcome'.length);
    assert.is(connection.bytesSent, 'hello'.length);
    server.close();
  });
}

test('a real node port refuses while the Service has no endpoint', async () => {
  const port = await freePort();
  await using cluster = await startNodePort(port);
  cluster.slice('web', []);
  await cluster.activity.settled();
  assert.is(await askReal(port), 'ECONNREFUSED');
  cluster.slice('web', [cluster.pod1]);
  await cluster.activity.settled();
  assert.is(await askReal(port), 'web-1');
});

test('a connection through a real node port survives the removal of its endpoint, and ends with the proxy', async () => {
  const port = await freePort();
  const cluster = await startNodePort(port);
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'data');
  cluster.slice('web', []);
  await cluster.activity.settled();
  socket.write('still there');
  assert.is(String((await once(socket, 'data'))[0]), 'still there');
  const closed = once(socket, 'close');
  await cluster[Symbol.asyncDispose]();
  await closed;
});

test('a node port that another process has is reported, and the rest works', async () => {
  const taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  const failures: Error[] = [];
  await using cluster = await startNodePort((taken.address() as AddressInfo).port, failures);
  assert.is((failures[0] as NodeJS.ErrnoException).code, 'EADDRINUSE');
  assert.is(await cluster.ask(IP, 80), 'web-1');
  taken.close();
});

test('a UDP node port relays datagrams and their replies', async () => {
  const port = await freePort();
  await using cluster = await startFakeCluster({ nodePorts: 'loopback' });
  const pod = await cluster.udpPod('dns-1', '10.244.0.1');
  cluster.service('dns', { type: 'NodePort', clusterIP: IP, ports: [{ port: 53, protocol: 'UDP', nodePort: port }] });
  cluster.slice('dns', [pod], { ports: [{ name: '', protocol: 'UDP', port: 53 }] });
  await cluster.activity.settled();
  const socket = createSocket('udp4');
  socket.send('?', port, '127.0.0.1');
  assert.is(String((await once(socket, 'message'))[0]), 'dns-1:?');
  socket.close();
});

interface Health {
  readonly status: number;
  readonly weight: string | null;
  readonly body: unknown;
}

async function health(cluster: FakeCluster, url: string): Promise<Health> {
  const response = await cluster.network.fetch(url);
  return {
    status: response.status,
    weight: response.headers.get('x-load-balancing-endpoint-weight'),
    body: await response.json(),
  };
}

const LOCAL = {
  type: 'LoadBalancer',
  clusterIP: IP,
  externalTrafficPolicy: 'Local',
  healthCheckNodePort: 32000,
  ports: [{ port: 80, nodePort: 30080 }],
};

async function startLocal(): Promise<FakeCluster & { pods: [FakePod, FakePod] }> {
  const cluster = await startFakeCluster();
  cluster.node('node-1', '172.18.0.1');
  cluster.node('node-2', '172.18.0.2');
  const pods: [FakePod, FakePod] = [await cluster.pod('a', '10.244.0.1'), await cluster.pod('b', '10.244.0.2')];
  cluster.service('web', LOCAL);
  cluster.slice('web', pods);
  await cluster.activity.settled();
  return Object.assign(cluster, { pods });
}

test('the health check node port counts the ready endpoints of its node', async () => {
  await using cluster = await startLocal();
  const body = (localEndpoints: number): object => ({
    service: { namespace: 'shop', name: 'web' },
    localEndpoints,
    serviceProxyHealthy: true,
  });
  const url = 'http://172.18.0.1:32000/';
  assert.equal(await health(cluster, url), { status: 200, weight: '2', body: body(2) });
  assert.equal(await health(cluster, 'http://172.18.0.2:32000/any'), { status: 503, weight: '0', body: body(0) });
  cluster.slice('web', [cluster.pods[0], [cluster.pods[1], TERMINATING]]);
  assert.equal(await health(cluster, url), { status: 200, weight: '1', body: body(1) });
});

test('with terminating endpoints only, health fails while traffic still flows', async () => {
  await using cluster = await startLocal();
  cluster.slice('web', [[cluster.pods[0], TERMINATING]]);
  assert.is((await health(cluster, 'http://172.18.0.1:32000/')).status, 503);
  assert.is(await cluster.ask('172.18.0.1', 30080, { ip: '198.51.100.1' }), 'a');
});

test('the health check node port goes with the policy and may come back', async () => {
  await using cluster = await startLocal();
  cluster.service('web', { ...LOCAL, externalTrafficPolicy: 'Cluster', healthCheckNodePort: undefined });
  await cluster.activity.settled();
  assert.is(await cluster.ask('172.18.0.1', 32000), 'ECONNREFUSED');
  cluster.service('web', LOCAL);
  await cluster.activity.settled();
  assert.is((await health(cluster, 'http://172.18.0.1:32000/')).status, 200);
});

test('a node that is being deleted fails healthz, so that load balancers drain it, and passes livez', async () => {
  await using cluster = await startFakeCluster({ healthzPort: 10256 });
  cluster.node('node-1', '172.18.0.1');
  await cluster.activity.settled();
  assert.is((await health(cluster, 'http://172.18.0.1:10256/healthz')).status, 200);
  cluster.node('node-1', '172.18.0.1', undefined, {
    spec: { taints: [{ key: 'ToBeDeletedByClusterAutoscaler', effect: 'NoSchedule' }] },
  });
  const { status, body } = await health(cluster, 'http://172.18.0.1:10256/healthz');
  assert.is(status, 503);
  assert.is((body as { nodeEligible: boolean }).nodeEligible, false);
  assert.is((await health(cluster, 'http://172.18.0.1:10256/livez')).status, 200);
});

test.run();
