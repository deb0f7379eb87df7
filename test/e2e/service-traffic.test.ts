/** Where traffic to Services goes as Services and pods change. */
import type { KubeObject } from '@towtank/apimachinery';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { NODE_IPS, startHandMade } from './_hand-made-pods.ts';

const test = suite('service traffic');

const SELECTOR = { app: 'web' };
const WEB = { selector: SELECTOR, ports: [{ port: 80, targetPort: 8080 }] };
const NODE_1 = NODE_IPS['node-1'] ?? '';
const NODE_2 = NODE_IPS['node-2'] ?? '';
const OUTSIDE = { ip: '198.51.100.1' };

const ipOf = ({ spec }: KubeObject): string => spec.clusterIP;
const nodePortOf = ({ spec }: KubeObject): number => spec.ports[0].nodePort;

for (const protocol of ['TCP', 'UDP'] as const)
  test(`endpoints follow pods as they come and go, by ${protocol}`, async () => {
    await using hand = await startHandMade();
    const ip = ipOf(
      await hand.service('web', { selector: SELECTOR, ports: [{ port: 80, targetPort: 8080, protocol }] }),
    );
    const who = (times: number): Promise<string[]> => (protocol === 'TCP' ? hand.who : hand.whoUdp)(times, ip, 80);
    assert.equal(await who(1), ['ECONNREFUSED']);
    await hand.pod('web-1');
    assert.equal(await who(4), ['web-1']);
    await hand.pod('web-2');
    assert.equal(await who(4), ['web-1', 'web-2']);
    await hand.deletePod('web-1');
    assert.equal(await who(4), ['web-2']);
    await hand.deletePod('web-2');
    assert.equal(await who(1), ['ECONNREFUSED']);
    await hand.pod('web-3');
    assert.equal(await who(4), ['web-3']);
  });

test('each of several ports follows the pods that have it', async () => {
  await using hand = await startHandMade();
  const ports = [
    { name: 'one', port: 80, targetPort: 'one' },
    { name: 'two', port: 81, targetPort: 'two' },
  ];
  const ip = ipOf(await hand.service('web', { selector: SELECTOR, ports }));
  const who = async (): Promise<string[][]> => [await hand.who(2, ip, 80), await hand.who(2, ip, 81)];
  await hand.pod('web-1', { ports: [{ name: 'one', containerPort: 8080 }] });
  assert.equal(await who(), [['web-1'], ['ECONNREFUSED']]);
  await hand.pod('web-2', { ports: [{ name: 'two', containerPort: 8081 }] });
  assert.equal(await who(), [['web-1'], ['web-2']]);
  await hand.deletePod('web-1');
  assert.equal(await who(), [['ECONNREFUSED'], ['web-2']]);
  await hand.deletePod('web-2');
  assert.equal(await who(), [['ECONNREFUSED'], ['ECONNREFUSED']]);
});

test('ports come and go on a live Service', async () => {
  await using hand = await startHandMade();
  await hand.pod('web-1', { ports: [{ containerPort: 8080 }, { containerPort: 8081 }] });
  const one = { name: 'one', port: 80, targetPort: 8080 };
  const two = { name: 'two', port: 81, targetPort: 8081 };
  const ip = ipOf(await hand.service('web', { selector: SELECTOR, ports: [one] }));
  assert.is(await hand.ask(ip, 81), 'ECONNREFUSED');
  await hand.service('web', { selector: SELECTOR, ports: [one, two] });
  assert.equal([await hand.ask(ip, 80), await hand.ask(ip, 81)], ['web-1', 'web-1']);
  await hand.service('web', { selector: SELECTOR, ports: [two] });
  assert.equal([await hand.ask(ip, 80), await hand.ask(ip, 81)], ['ECONNREFUSED', 'web-1']);
});

test('Services are deleted and made again under the same name', async () => {
  await using hand = await startHandMade();
  await hand.pod('web-1');
  for (let round = 0; round < 3; round += 1) {
    const ip = ipOf(await hand.service('web', WEB));
    assert.is(await hand.ask(ip, 80), 'web-1');
    await hand.deleteService('web');
    assert.is(await hand.ask(ip, 80), 'EHOSTUNREACH');
  }
});

test('Services go down and up beside each other', async () => {
  await using hand = await startHandMade();
  const up = async (name: string): Promise<string> => {
    await hand.pod(`${name}-1`, { labels: { app: name } });
    return ipOf(await hand.service(name, { ...WEB, selector: { app: name } }));
  };
  const ips = { a: await up('a'), b: await up('b') };
  assert.equal([await hand.ask(ips.a, 80), await hand.ask(ips.b, 80)], ['a-1', 'b-1']);
  await hand.deleteService('a');
  assert.equal([await hand.ask(ips.a, 80), await hand.ask(ips.b, 80)], ['EHOSTUNREACH', 'b-1']);
  const c = await up('c');
  assert.equal([await hand.ask(ips.b, 80), await hand.ask(c, 80)], ['b-1', 'c-1']);
});

test('two Services with one selector reach the same pods', async () => {
  await using hand = await startHandMade();
  await hand.pod('web-1');
  await hand.pod('web-2');
  for (const name of ['one', 'two'])
    assert.equal(await hand.who(4, ipOf(await hand.service(name, WEB)), 80), ['web-1', 'web-2']);
});

test('a pod that changes its labels moves from one Service to the other', async () => {
  await using hand = await startHandMade();
  await hand.pod('roamer', { labels: { app: 'a' } });
  const a = ipOf(await hand.service('a', { ...WEB, selector: { app: 'a' } }));
  const b = ipOf(await hand.service('b', { ...WEB, selector: { app: 'b' } }));
  assert.equal([await hand.ask(a, 80), await hand.ask(b, 80)], ['roamer', 'ECONNREFUSED']);
  const pods = hand.cluster.client.resource({ group: '', version: 'v1', resource: 'pods' });
  await pods.patch('roamer', { metadata: { labels: { app: 'b' } } }, { namespace: 'default', type: 'merge' });
  await hand.cluster.settled();
  assert.equal([await hand.ask(a, 80), await hand.ask(b, 80)], ['ECONNREFUSED', 'roamer']);
});

test('a pod reaches itself through its Service', async () => {
  await using hand = await startHandMade();
  await hand.pod('web-1');
  const ip = ipOf(await hand.service('web', WEB));
  assert.is(await hand.ask(ip, 80, hand.as('web-1')), 'web-1');
});

test('a named target port leads to a different number in each pod', async () => {
  await using hand = await startHandMade();
  await hand.pod('web-1', { ports: [{ name: 'http', containerPort: 8080 }] });
  await hand.pod('web-2', { ports: [{ name: 'http', containerPort: 9090 }] });
  await hand.pod('web-3', { ports: [{ name: 'other', containerPort: 8080 }] });
  const ip = ipOf(await hand.service('web', { selector: SELECTOR, ports: [{ port: 80, targetPort: 'http' }] }));
  assert.equal(await hand.who(6, ip, 80), ['web-1', 'web-2']);
});

test('a port of a restartable init container is a target, one of a plain init container is not', async () => {
  await using hand = await startHandMade();
  const init = (name: string, port: number, restartPolicy?: string): object => ({
    name,
    image: 'example/init',
    ports: [{ name, containerPort: port }],
    ...(restartPolicy === undefined ? {} : { restartPolicy }),
  });
  const initContainers = [init('plain', 8081), init('sidecar', 8080, 'Always')];
  await hand.pod('web-1', { spec: { initContainers } });
  const target = async (targetPort: string): Promise<string> =>
    hand.ask(ipOf(await hand.service(targetPort, { selector: SELECTOR, ports: [{ port: 80, targetPort }] })), 80);
  assert.is(await target('sidecar'), 'web-1');
  assert.is(await target('plain'), 'ECONNREFUSED');
});

test('a ClusterIP Service becomes a NodePort Service, and gets a UDP twin of its port', async () => {
  await using hand = await startHandMade();
  await hand.pod('web-1');
  const ip = ipOf(await hand.service('web', WEB));
  const nodePort = nodePortOf(await hand.service('web', { ...WEB, type: 'NodePort', clusterIP: ip }));
  for (const node of [NODE_1, NODE_2]) assert.is(await hand.ask(node, nodePort), 'web-1');
  const ports = [
    { name: 'tcp', port: 80, targetPort: 8080, protocol: 'TCP', nodePort },
    { name: 'udp', port: 80, targetPort: 8080, protocol: 'UDP' },
  ];
  const twin = await hand.service('web', { selector: SELECTOR, type: 'NodePort', clusterIP: ip, ports });
  const udpNodePort: number = twin.spec.ports[1].nodePort;
  assert.is.not(udpNodePort, nodePort);
  for (const node of [NODE_1, NODE_2]) {
    assert.is(await hand.ask(node, nodePort), 'web-1');
    assert.equal(await hand.whoUdp(1, node, udpNodePort), ['web-1']);
  }
  assert.equal([await hand.ask(ip, 80), ...(await hand.whoUdp(1, ip, 80))], ['web-1', 'web-1']);
});

for (const type of ['ClusterIP', 'NodePort'] as const)
  test(`an ExternalName Service becomes a ${type} Service and turns back`, async () => {
    await using hand = await startHandMade();
    await hand.pod('web-1');
    const external = { type: 'ExternalName', externalName: 'example.com' };
    assert.is((await hand.service('web', external)).spec.clusterIP, undefined);
    const served = await hand.service('web', { ...WEB, type });
    assert.is(await hand.ask(ipOf(served), 80), 'web-1');
    if (type === 'NodePort') assert.is(await hand.ask(NODE_1, nodePortOf(served)), 'web-1');
    assert.is((await hand.service('web', external)).spec.clusterIP, undefined);
    assert.is(await hand.ask(ipOf(served), 80), 'EHOSTUNREACH');
  });

test('a node port that is taken is refused, and is free at once when its Service is deleted', async () => {
  await using hand = await startHandMade();
  await hand.pod('web-1');
  const spec = { selector: SELECTOR, type: 'NodePort', ports: [{ port: 80, targetPort: 8080, nodePort: 30_500 }] };
  await hand.service('web', spec);
  const error = await hand.service('other', spec).catch((reason) => reason);
  assert.match(error.message, /provided port is already allocated/);
  await hand.deleteService('web');
  await hand.service('other', spec);
  assert.is(await hand.ask(NODE_1, 30_500), 'web-1');
});

test('affinity gives fifteen equal answers in a row, and switches on and off', async () => {
  await using hand = await startHandMade();
  for (const name of ['web-1', 'web-2', 'web-3']) await hand.pod(name);
  await hand.pod('client', { labels: {} });
  const from = hand.as('client');
  const ip = ipOf(await hand.service('web', WEB));
  assert.is((await hand.who(15, ip, 80, from)).length, 3);
  await hand.service('web', { ...WEB, clusterIP: ip, sessionAffinity: 'ClientIP' });
  assert.is((await hand.who(15, ip, 80, from)).length, 1);
  await hand.service('web', { ...WEB, clusterIP: ip });
  assert.is((await hand.who(15, ip, 80, from)).length, 3);
});

test('affinity lasts for its timeout after the last connection', async () => {
  await using hand = await startHandMade();
  for (const name of ['web-1', 'web-2', 'web-3']) await hand.pod(name);
  const sessionAffinityConfig = { clientIP: { timeoutSeconds: 125 } };
  const ip = ipOf(await hand.service('web', { ...WEB, sessionAffinity: 'ClientIP', sessionAffinityConfig }));
  const first = await hand.ask(ip, 80);
  for (let round = 0; round < 3; round += 1) {
    hand.clock.advance(120_000);
    assert.is(await hand.ask(ip, 80), first);
  }
  hand.clock.advance(130_000);
  assert.is.not(await hand.ask(ip, 80), first);
});

test('the label service-proxy-name takes a Service from the proxy and gives it back', async () => {
  await using hand = await startHandMade();
  await hand.pod('web-1');
  const labels = { 'service.kubernetes.io/service-proxy-name': 'other' };
  const ip = ipOf(await hand.service('web', WEB));
  assert.is(await hand.ask(ip, 80), 'web-1');
  await hand.service('web', { ...WEB, clusterIP: ip }, labels);
  assert.is(await hand.ask(ip, 80), 'EHOSTUNREACH');
  await hand.service('web', { ...WEB, clusterIP: ip });
  assert.is(await hand.ask(ip, 80), 'web-1');
});

test('a pod that was evicted gets nothing, even where addresses are published before they are ready', async () => {
  await using hand = await startHandMade();
  const ip = ipOf(await hand.service('web', { ...WEB, publishNotReadyAddresses: true }));
  await hand.pod('web-1');
  assert.is(await hand.ask(ip, 80), 'web-1');
  await hand.evict('web-1');
  assert.is(await hand.ask(ip, 80), 'ECONNREFUSED');
});

for (const publishNotReadyAddresses of [true, false]) {
  const outcome = publishNotReadyAddresses ? 'serve' : 'do not serve';
  test(`with publishNotReadyAddresses ${publishNotReadyAddresses} pods that are not ready ${outcome}`, async () => {
    await using hand = await startHandMade();
    await hand.pod('web-1', { ready: false });
    const ip = ipOf(await hand.service('web', { ...WEB, publishNotReadyAddresses }));
    const expected = publishNotReadyAddresses ? 'web-1' : 'ECONNREFUSED';
    assert.is(await hand.ask(ip, 80), expected);
    await hand.terminate('web-1');
    assert.is(await hand.ask(ip, 80), expected);
  });
}

const FALLBACKS: { name: string; spec: object; host: 'clusterIP' | 'node-1' | 'node-2'; expected: string }[] = [
  { name: 'internal policy Cluster', spec: {}, host: 'clusterIP', expected: 'web-1' },
  { name: 'internal policy Local', spec: { internalTrafficPolicy: 'Local' }, host: 'clusterIP', expected: 'web-1' },
  { name: 'external policy Cluster', spec: { type: 'NodePort' }, host: 'node-2', expected: 'web-1' },
  {
    name: 'external policy Local',
    spec: { type: 'NodePort', externalTrafficPolicy: 'Local' },
    host: 'node-1',
    expected: 'web-1',
  },
  {
    name: 'external policy Local on the other node',
    spec: { type: 'NodePort', externalTrafficPolicy: 'Local' },
    host: 'node-2',
    expected: 'ETIMEDOUT',
  },
];
for (const { name, spec, host, expected } of FALLBACKS)
  test(`when all pods terminate, ${name} leads to ${expected}`, async () => {
    await using hand = await startHandMade();
    await hand.pod('web-1');
    await hand.pod('client', { labels: {} });
    await hand.terminate('web-1');
    const service = await hand.service('web', { ...WEB, ...spec });
    const port = host === 'clusterIP' ? 80 : nodePortOf(service);
    const ip = host === 'clusterIP' ? ipOf(service) : (NODE_IPS[host] ?? '');
    assert.is(await hand.ask(ip, port, host === 'clusterIP' ? hand.as('client') : OUTSIDE), expected);
  });

test('a local internal policy keeps callers to their node', async () => {
  await using hand = await startHandMade();
  await hand.pod('web-1', { node: 'node-1' });
  await hand.pod('one', { node: 'node-1', labels: {} });
  await hand.pod('two', { node: 'node-2', labels: {} });
  const ip = ipOf(await hand.service('web', { ...WEB, internalTrafficPolicy: 'Local' }));
  assert.is(await hand.ask(ip, 80, hand.as('one')), 'web-1');
  assert.is(await hand.ask(ip, 80, hand.as('two')), 'ETIMEDOUT');
  assert.is(await hand.ask(ip, 80, hand.as('node-1')), 'web-1');
});

test('a local external policy answers on nodes with a pod only, and frees its health check when it ends', async () => {
  await using hand = await startHandMade();
  await hand.pod('web-1', { node: 'node-1' });
  const spec = { ...WEB, type: 'LoadBalancer', externalTrafficPolicy: 'Local' };
  const service = await hand.service('web', spec);
  const { healthCheckNodePort } = service.spec;
  const nodePort = nodePortOf(service);
  const health = async (node: string): Promise<number> =>
    (await hand.cluster.fetch(`http://${node}:${healthCheckNodePort}/`)).status;
  assert.equal([await health(NODE_1), await health(NODE_2)], [200, 503]);
  assert.is(await hand.ask(NODE_1, nodePort, OUTSIDE), 'web-1');
  assert.is(await hand.ask(NODE_2, nodePort, OUTSIDE), 'ETIMEDOUT');
  await hand.terminate('web-1');
  assert.is(await health(NODE_1), 503);
  assert.is(await hand.ask(NODE_1, nodePort, OUTSIDE), 'web-1');
  const open = await hand.service('web', { ...service.spec, externalTrafficPolicy: 'Cluster', healthCheckNodePort: 0 });
  assert.is(nodePortOf(open), nodePort);
  assert.is(await hand.ask(NODE_1, healthCheckNodePort), 'ECONNREFUSED');
  assert.is(await hand.ask(NODE_2, nodePort, OUTSIDE), 'web-1');
  const again = await hand.service('web', { ...open.spec, externalTrafficPolicy: 'Local', healthCheckNodePort });
  assert.is(again.spec.healthCheckNodePort, healthCheckNodePort);
});

test('traffic distribution keeps callers in their zone or on their node while it can', async () => {
  await using hand = await startHandMade();
  await hand.pod('web-1', { node: 'node-1' });
  await hand.pod('web-2', { node: 'node-2' });
  await hand.pod('one', { node: 'node-1', labels: {} });
  await hand.pod('two', { node: 'node-2', labels: {} });
  for (const trafficDistribution of ['PreferSameZone', 'PreferSameNode']) {
    const ip = ipOf(await hand.service('web', { ...WEB, trafficDistribution }));
    assert.equal(await hand.who(4, ip, 80, hand.as('one')), ['web-1']);
    assert.equal(await hand.who(4, ip, 80, hand.as('two')), ['web-2']);
    await hand.setReady('web-1', false);
    assert.equal(await hand.who(4, ip, 80, hand.as('one')), ['web-2']);
    await hand.setReady('web-1', true);
  }
});

test('hand-written endpoints lead to whatever they name', async () => {
  await using hand = await startHandMade();
  await hand.pod('db-1', { labels: {} });
  const ip = ipOf(await hand.service('db', { ports: [{ port: 5432, targetPort: 8080 }] }));
  const endpoints = hand.cluster.client.resource({ group: '', version: 'v1', resource: 'endpoints' });
  const subsets = [{ addresses: [{ ip: hand.as('db-1').ip }], ports: [{ port: 8080 }] }];
  await endpoints.create({ metadata: { name: 'db' }, subsets } as KubeObject, { namespace: 'default' });
  await hand.cluster.settled();
  assert.is(await hand.ask(ip, 5432), 'db-1');
});

test.run();
