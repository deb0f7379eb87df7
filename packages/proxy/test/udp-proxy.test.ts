import { once } from 'node:events';
import type { DatagramSocket } from '@towtank/network';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type FakeCluster, type FakePod, startFakeCluster } from './_fake-cluster.ts';

const test = suite('udp proxy');

const IP = '10.96.0.53';
const DNS = { type: 'ClusterIP', clusterIP: IP, ports: [{ port: 53, protocol: 'UDP' }] };
const PORTS = { ports: [{ name: '', protocol: 'UDP', port: 53 }] };

async function startDns(pods: number, spec: object = DNS): Promise<FakeCluster & { pods: FakePod[] }> {
  const cluster = await startFakeCluster({ udpIdleMs: 1000 });
  const started: FakePod[] = [];
  for (let index = 1; index <= pods; index += 1)
    started.push(await cluster.udpPod(`dns-${index}`, `10.244.0.${index}`));
  cluster.service('dns', spec);
  cluster.slice('dns', started, PORTS);
  return Object.assign(cluster, { pods: started });
}

/** The name of the pod that answers, or the code of the error. */
async function ask(socket: DatagramSocket, port = 53): Promise<string> {
  const reply = once(socket, 'message');
  try {
    await socket.send('?', { ip: IP, port });
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? '';
  }
  return String((await reply)[0]).split(':')[0] ?? '';
}

test('a client keeps its back end, and clients go round', async () => {
  await using cluster = await startDns(3);
  const seen: string[] = [];
  for (let client = 0; client < 3; client += 1) {
    using socket = cluster.network.datagram();
    const first = await ask(socket);
    assert.is(await ask(socket), first);
    seen.push(first);
  }
  assert.equal([...seen].sort(), ['dns-1', 'dns-2', 'dns-3']);
});

test('a reply comes from the address that was asked', async () => {
  await using cluster = await startDns(1);
  using socket = cluster.network.datagram();
  const reply = once(socket, 'message');
  await socket.send('?', { ip: IP, port: 53 });
  assert.equal((await reply)[1], { ip: IP, port: 53 });
});

test('silence beyond the idle timeout ends a flow; traffic in time never does', async () => {
  await using cluster = await startDns(2);
  using socket = cluster.network.datagram();
  const first = await ask(socket);
  for (let round = 0; round < 5; round += 1) {
    cluster.clock.advance(900);
    assert.is(await ask(socket), first);
  }
  cluster.clock.advance(1000);
  assert.is.not(await ask(socket), first);
  assert.is(cluster.proxy.connections.list({ outcome: 'closed' }).length, 1);
  assert.is(cluster.proxy.connections.list({ outcome: 'open' }).length, 1);
});

test('one client socket reaches the next back end once its own is gone', async () => {
  await using cluster = await startDns(1);
  using socket = cluster.network.datagram();
  assert.is(await ask(socket), 'dns-1');
  const next = await cluster.udpPod('dns-2', '10.244.0.2');
  cluster.slice('dns', [next], PORTS);
  assert.is(await ask(socket), 'dns-2');
});

test('a flow outlives a back end that terminates but serves, and ends when it no longer does', async () => {
  await using cluster = await startDns(2);
  using socket = cluster.network.datagram();
  const first = await ask(socket);
  const [mine, other] = first === 'dns-1' ? cluster.pods : [...cluster.pods].reverse();
  const terminating = { ready: false, serving: true, terminating: true };
  cluster.slice('dns', [[mine as FakePod, terminating], other as FakePod], PORTS);
  assert.is(await ask(socket), first);
  cluster.slice('dns', [[mine as FakePod, { ...terminating, serving: false }], other as FakePod], PORTS);
  assert.is(await ask(socket), other?.name);
});

test('the last endpoint takes its flows along: the client is refused, then served by its successor', async () => {
  await using cluster = await startDns(1);
  using socket = cluster.network.datagram();
  await ask(socket);
  cluster.slice('dns', [], PORTS);
  assert.is(await ask(socket), 'ECONNREFUSED');
  cluster.slice('dns', cluster.pods, PORTS);
  assert.is(await ask(socket), 'dns-1');
});

test('a changed Service port ends the flows of the old one, which refuses, and serves at the new one', async () => {
  await using cluster = await startDns(1);
  using socket = cluster.network.datagram();
  assert.is(await ask(socket), 'dns-1');
  cluster.service('dns', { ...DNS, ports: [{ port: 5353, protocol: 'UDP' }] });
  assert.is(await ask(socket), 'ECONNREFUSED');
  assert.is(await ask(socket, 5353), 'dns-1');
  assert.equal(
    cluster.proxy.connections.list().map(({ address, outcome }) => `${address.port} ${outcome}`),
    ['53 closed', '5353 open'],
  );
});

test('a changed target port moves live flows', async () => {
  await using cluster = await startDns(1);
  using socket = cluster.network.datagram();
  await ask(socket);
  const moved = await cluster.udpPod('moved', '10.244.0.1', { port: 5353 });
  cluster.slice('dns', [moved], { ports: [{ name: '', protocol: 'UDP', port: 5353 }] });
  assert.is(await ask(socket), 'moved');
});

test('affinity holds over the sockets of one client', async () => {
  await using cluster = await startDns(3, { ...DNS, sessionAffinity: 'ClientIP' });
  const from = { ip: '10.244.0.9' };
  const seen = new Set<string>();
  for (let round = 0; round < 5; round += 1) {
    using socket = cluster.network.datagram({ from });
    seen.add(await ask(socket));
  }
  assert.is(seen.size, 1);
});

test('a flow is an event with its bytes', async () => {
  await using cluster = await startDns(1);
  using socket = cluster.network.datagram();
  await ask(socket);
  await ask(socket);
  cluster.clock.advance(1000);
  const flow = await cluster.proxy.connections.waitFor({ protocol: 'udp', outcome: 'closed' });
  assert.is(flow.pod, 'shop/dns-1');
  assert.is(flow.bytesSent, 2);
  assert.is(flow.bytesReceived, 2 * 'dns-1:?'.length);
});

test('a deleted Service ends its flows and leaves no timer', async () => {
  await using cluster = await startDns(1);
  using socket = cluster.network.datagram();
  await ask(socket);
  assert.is(cluster.clock.timers, 1);
  cluster.deleteService('dns');
  cluster.proxy.refresh();
  assert.is(cluster.clock.timers, 0);
  assert.is(await ask(socket), 'EHOSTUNREACH');
});

test.run();
