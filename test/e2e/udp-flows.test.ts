/** One client socket, and the back ends that it reaches one after the other. */
import type { KubeObject } from '@towtank/apimachinery';
import type { DatagramSocket } from '@towtank/network';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { askUdp, type HandMadeCluster, NODE_IPS, startHandMade } from './_hand-made-pods.ts';

const test = suite('udp flows');

const DNS = { selector: { app: 'dns' }, ports: [{ port: 53, targetPort: 8080, protocol: 'UDP' }] };
const LABELS = { labels: { app: 'dns' } };

interface Way {
  readonly name: string;
  readonly spec: object;
  /** Who sends: a pod or a node. */
  readonly client: string;
  readonly to: (service: KubeObject) => { ip: string; port: number };
}

const clusterIp = ({ spec }: KubeObject): { ip: string; port: number } => ({ ip: spec.clusterIP, port: 53 });
const nodePort = ({ spec }: KubeObject): { ip: string; port: number } => ({
  ip: NODE_IPS['node-1'] ?? '',
  port: spec.ports[0].nodePort,
});

const WAYS: Way[] = [
  { name: 'a pod at the cluster IP', spec: {}, client: 'client', to: clusterIp },
  { name: 'a process of a node at the cluster IP', spec: {}, client: 'node-1', to: clusterIp },
  { name: 'a pod at a node port', spec: { type: 'NodePort' }, client: 'client', to: nodePort },
  {
    name: 'a pod at the cluster IP under a local policy',
    spec: { internalTrafficPolicy: 'Local' },
    client: 'client',
    to: clusterIp,
  },
];

async function startClient(hand: HandMadeCluster, client: string): Promise<DatagramSocket> {
  await hand.pod('client', { labels: {} });
  return hand.cluster.network.datagram({ from: { ...hand.as(client), port: 12_345 } });
}

for (const { name, spec, client, to } of WAYS)
  test(`${name} sees back end 1, then back end 2 when the first is deleted`, async () => {
    await using hand = await startHandMade();
    using socket = await startClient(hand, client);
    const { ip, port } = to(await hand.service('dns', { ...DNS, ...spec }));
    await hand.pod('dns-1', LABELS);
    assert.is(await askUdp(socket, ip, port), 'dns-1');
    await hand.pod('dns-2', LABELS);
    assert.is(await askUdp(socket, ip, port), 'dns-1');
    await hand.deletePod('dns-1');
    assert.is(await askUdp(socket, ip, port), 'dns-2');
  });

test('a client that starts before there is any back end reaches the first one', async () => {
  await using hand = await startHandMade();
  using socket = await startClient(hand, 'client');
  const { ip, port } = clusterIp(await hand.service('dns', DNS));
  assert.is(await askUdp(socket, ip, port), 'ECONNREFUSED');
  await hand.pod('dns-1', LABELS);
  assert.is(await askUdp(socket, ip, port), 'dns-1');
});

test('a back end that is not ready loses its flows to one that is', async () => {
  await using hand = await startHandMade();
  using socket = await startClient(hand, 'client');
  const { ip, port } = clusterIp(await hand.service('dns', DNS));
  await hand.pod('dns-1', LABELS);
  await hand.pod('dns-2', { ...LABELS, ready: false });
  assert.is(await askUdp(socket, ip, port), 'dns-1');
  await hand.setReady('dns-2', true);
  await hand.setReady('dns-1', false);
  assert.is(await askUdp(socket, ip, port), 'dns-2');
});

test('flows follow a target port that changes', async () => {
  await using hand = await startHandMade();
  using socket = await startClient(hand, 'client');
  const service = await hand.service('dns', DNS);
  const { ip, port } = clusterIp(service);
  await hand.pod('dns-1', { ...LABELS, ports: [{ containerPort: 8080 }, { containerPort: 8081 }] });
  assert.is(await askUdp(socket, ip, port), 'dns-1');
  await hand.service('dns', { ...service.spec, ports: [{ ...DNS.ports[0], targetPort: 8081 }] });
  assert.is(await askUdp(socket, ip, port), 'dns-1');
  assert.equal(
    hand.cluster.connections.list({ protocol: 'udp' }).map(({ endpoint }) => endpoint?.port),
    [8080, 8081],
  );
});

test('a Service that is deleted and made again serves the same client socket', async () => {
  await using hand = await startHandMade();
  using socket = await startClient(hand, 'client');
  const { ip, port } = clusterIp(await hand.service('dns', DNS));
  await hand.pod('dns-1', LABELS);
  assert.is(await askUdp(socket, ip, port), 'dns-1');
  await hand.deleteService('dns');
  assert.is(await askUdp(socket, ip, port), 'EHOSTUNREACH');
  await hand.service('dns', { ...DNS, clusterIP: ip });
  assert.is(await askUdp(socket, ip, port), 'dns-1');
});

test('affinity keeps all sockets of a client at one back end', async () => {
  await using hand = await startHandMade();
  const { ip, port } = clusterIp(await hand.service('dns', { ...DNS, sessionAffinity: 'ClientIP' }));
  for (const name of ['dns-1', 'dns-2', 'dns-3']) await hand.pod(name, LABELS);
  await hand.pod('client', { labels: {} });
  const seen = new Set<string>();
  for (let count = 0; count < 10; count += 1) {
    using socket = hand.cluster.network.datagram({ from: hand.as('client') });
    seen.add(await askUdp(socket, ip, port));
  }
  assert.is(seen.size, 1);
});

test.run();
