import { once } from 'node:events';
import { createServer } from 'node:net';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type FakeCluster, startFakeCluster } from './_fake-cluster.ts';

const test = suite('tcp proxy');

const IP = '10.96.0.10';
const WEB = { type: 'ClusterIP', clusterIP: IP, ports: [{ port: 80 }] };
const LB_IP = '203.0.113.7';
const LOAD_BALANCER = {
  type: 'LoadBalancer',
  clusterIP: IP,
  ports: [{ port: 80, nodePort: 30080 }],
};
const INGRESS = { status: { loadBalancer: { ingress: [{ ip: LB_IP }] } } };
const OUTSIDE = { ip: '198.51.100.1' };
const POD = { ip: '10.244.0.99', nodeName: 'node-1', pod: 'shop/client' };

const counts = (answers: readonly string[]): Record<string, number> => {
  const result: Record<string, number> = {};
  for (const answer of [...answers].sort()) result[answer] = (result[answer] ?? 0) + 1;
  return result;
};

async function startWeb(pods: number, spec: object = WEB, extra: object = {}): Promise<FakeCluster> {
  const cluster = await startFakeCluster();
  const started = [];
  for (let index = 1; index <= pods; index += 1)
    started.push(await cluster.pod(`web-${index}`, `10.244.0.${index}`, { nodeName: `node-${index}` }));
  cluster.node('node-1', '172.18.0.1', 'zone-a');
  cluster.node('node-2', '172.18.0.2', 'zone-b');
  cluster.service('web', spec, extra);
  cluster.slice('web', started);
  return cluster;
}

test('connections go round the ready endpoints', async () => {
  await using cluster = await startWeb(3);
  const answers = await cluster.askTimes(9, IP, 80);
  assert.equal(counts(answers), { 'web-1': 3, 'web-2': 3, 'web-3': 3 });
  assert.equal(answers.slice(0, 3), answers.slice(3, 6));
});

test('a Service without endpoints refuses, and serves as soon as it has one', async () => {
  await using cluster = await startWeb(0);
  assert.is(await cluster.ask(IP, 80), 'ECONNREFUSED');
  const pod = await cluster.pod('web-1', '10.244.0.1');
  cluster.slice('web', [pod]);
  assert.is(await cluster.ask(IP, 80), 'web-1');
  cluster.slice('web', [[pod, { ready: false }]]);
  assert.is(await cluster.ask(IP, 80), 'ECONNREFUSED');
});

test('a port that the Service does not declare refuses, and an unknown cluster IP is unreachable', async () => {
  await using cluster = await startWeb(1);
  assert.is(await cluster.ask(IP, 81), 'ECONNREFUSED');
  assert.is(await cluster.ask('10.96.0.11', 80), 'EHOSTUNREACH');
});

test('an endpoint that refuses is passed over within the same connection', async () => {
  await using cluster = await startWeb(2);
  const dead = { name: 'dead', ip: '10.244.0.66', port: 8080, nodeName: 'node-1', served: 0, close: () => {} };
  cluster.network.bind({ ip: dead.ip, port: 8080 }, { host: '127.0.0.1', port: 1 });
  cluster.slice('web', [dead], { name: 'web-2' });
  assert.equal(Object.keys(counts(await cluster.askTimes(9, IP, 80))), ['web-1', 'web-2']);
  assert.ok(cluster.proxy.connections.list().some(({ attempts }) => attempts === 2));
});

test('an endpoint that refuses loses the connection, and the client that sticks to it, to the next one', async () => {
  await using cluster = await startFakeCluster();
  const pods = [await cluster.pod('web-1', '10.244.0.1'), await cluster.pod('web-2', '10.244.0.2')];
  cluster.service('web', { ...WEB, sessionAffinity: 'ClientIP' });
  cluster.slice('web', pods);
  const first = await cluster.ask(IP, 80, POD);
  const [pinned, other] = first === 'web-1' ? pods : [...pods].reverse();
  pinned?.close();
  assert.equal(counts(await cluster.askTimes(3, IP, 80, POD)), { [other?.name ?? '']: 3 });
  assert.equal(
    cluster.proxy.connections.list().map(({ attempts }) => attempts),
    [1, 2, 1, 1],
  );
});

test('when every endpoint refuses there are four attempts, then the connection is refused', async () => {
  await using cluster = await startWeb(0);
  const dead = { name: 'dead', ip: '10.244.0.66', port: 8080, nodeName: 'node-1', served: 0, close: () => {} };
  cluster.slice('web', [dead]);
  assert.is(await cluster.ask(IP, 80), 'EHOSTUNREACH');
  cluster.network.attach(dead.ip);
  assert.is(await cluster.ask(IP, 80), 'ECONNREFUSED');
  assert.equal(
    cluster.proxy.connections.list().map(({ attempts, outcome }) => ({ attempts, outcome })),
    [
      { attempts: 4, outcome: 'failed' },
      { attempts: 4, outcome: 'failed' },
    ],
  );
});

test('in the classic manner a connection that no endpoint takes is accepted and ended', async () => {
  await using cluster = await startFakeCluster({ onNoEndpoint: 'accept-then-close' });
  cluster.service('web', WEB);
  assert.is(await cluster.ask(IP, 80), '');
  const dead = { name: 'dead', ip: '10.244.0.66', port: 8080, nodeName: 'node-1', served: 0, close: () => {} };
  cluster.slice('web', [dead]);
  assert.is(await cluster.ask(IP, 80), '');
  assert.equal(
    cluster.proxy.connections.list().map(({ attempts, outcome }) => ({ attempts, outcome })),
    [
      { attempts: 0, outcome: 'failed' },
      { attempts: 4, outcome: 'failed' },
    ],
  );
});

for (const externalTrafficPolicy of ['Cluster', 'Local'])
  test(`under external policy ${externalTrafficPolicy} the pod sees who connects, whichever address is used`, async () => {
    await using cluster = await startFakeCluster();
    const peers: unknown[] = [];
    const server = createServer((socket) => {
      peers.push(cluster.network.peerOf(socket)?.ip);
      socket.end();
    });
    const pod = { name: 'web-1', ip: '10.244.0.1', port: 8080, nodeName: 'node-2', served: 0, close: () => {} };
    await cluster.network.listen(pod, server);
    cluster.service('web', { ...LOAD_BALANCER, externalTrafficPolicy }, INGRESS);
    cluster.slice('web', [pod]);
    const ways = [
      [IP, POD],
      [LB_IP, POD],
      [LB_IP, OUTSIDE],
    ] as const;
    for (const [host, from] of ways) await cluster.ask(host, 80, from);
    assert.equal(peers, [POD.ip, POD.ip, OUTSIDE.ip]);
    server.close();
  });

test('more endpoints than four are all tried before a connection is given up', async () => {
  await using cluster = await startWeb(1);
  const dead = Array.from({ length: 9 }, (_, index) => ({
    name: `dead-${index}`,
    ip: `10.244.1.${index + 1}`,
    port: 8080,
    nodeName: 'node-1',
    served: 0,
    close: () => {},
  }));
  cluster.slice('web', dead, { name: 'web-2' });
  assert.equal(counts(await cluster.askTimes(20, IP, 80)), { 'web-1': 20 });
});

test('one connection stays on one pod, and outlives the endpoint and the Service', async () => {
  await using cluster = await startWeb(1);
  const socket = await cluster.network.dial({ host: IP, port: 80 });
  await once(socket, 'data');
  cluster.slice('web', []);
  cluster.deleteService('web');
  assert.is(await cluster.ask(IP, 80), 'EHOSTUNREACH');
  socket.write('still there');
  const [echo] = await once(socket, 'data');
  assert.is(String(echo), 'still there');
  socket.destroy();
});

test('a changed Service port moves the listener, and established connections survive', async () => {
  await using cluster = await startWeb(1);
  const socket = await cluster.network.dial({ host: IP, port: 80 });
  await once(socket, 'data');
  cluster.service('web', { ...WEB, ports: [{ port: 8000 }] });
  assert.is(await cluster.ask(IP, 80), 'ECONNREFUSED');
  assert.is(await cluster.ask(IP, 8000), 'web-1');
  socket.end('bye');
  const [echo] = await once(socket, 'data');
  assert.is(String(echo), 'bye');
});

test('half-closed connections carry what comes back', async () => {
  await using cluster = await startWeb(1);
  const socket = cluster.network.connect({ host: IP, port: 80 });
  socket.end('x'.repeat(100_000));
  let size = 0;
  for await (const chunk of socket) size += (chunk as Buffer).length;
  assert.is(size, 'web-1'.length + 100_000);
});

test('a connection is an event with its pod, client and bytes', async () => {
  await using cluster = await startWeb(1);
  const events = cluster.proxy.connections[Symbol.asyncIterator]();
  const opened = events.next();
  const socket = cluster.network.connect({ host: IP, port: 80, from: POD });
  socket.end('hello');
  socket.resume();
  assert.is((await opened).value?.type, 'opened');
  const connection = await cluster.proxy.connections.waitFor({ service: 'shop/web', outcome: 'closed' });
  assert.is(connection.pod, 'shop/web-1');
  assert.is(connection.nodeName, 'node-1');
  assert.equal(connection.endpoint, { ip: '10.244.0.1', port: 8080 });
  assert.equal(connection.address, { ip: IP, port: 80 });
  assert.equal(connection.client, POD);
  assert.is(connection.bytesSent, 5);
  assert.is(connection.bytesReceived, 'web-1hello'.length);
  assert.is((await events.next()).value?.type, 'closed');
});

for (const { name, end, outcome } of [
  { name: 'a client that destroys its socket with an error of its own closes', end: 'client', outcome: 'closed' },
  { name: 'a pod that resets a connection is told as such', end: 'pod', outcome: 'reset' },
] as const) {
  test(name, async () => {
    await using cluster = await startFakeCluster();
    const server = createServer((accepted) => {
      accepted.on('error', () => {});
      accepted.once('data', () => accepted.resetAndDestroy());
    });
    const pod = { name: 'web-1', ip: '10.244.0.1', port: 8080, nodeName: 'node-1', served: 0, close: () => {} };
    await cluster.network.listen(pod, server);
    cluster.service('web', WEB);
    cluster.slice('web', [pod]);
    const socket = await cluster.network.dial({ host: IP, port: 80 });
    socket.on('error', () => {});
    if (end === 'client') socket.destroy(new Error('done with it'));
    else socket.write('x');
    const connection = await cluster.proxy.connections.waitFor(({ closedAt }) => closedAt !== undefined);
    assert.is(connection.outcome, outcome);
    server.close();
  });
}

test('a client that gives up while it is dropped leaves a record', async () => {
  await using cluster = await startWeb(1, { ...WEB, internalTrafficPolicy: 'Local' });
  assert.is(await cluster.ask(IP, 80, { ...POD, nodeName: 'node-2' }), 'ETIMEDOUT');
  assert.is(cluster.proxy.connections.list({ outcome: 'dropped' }).length, 1);
});

test('a pod reaches itself through its own Service', async () => {
  await using cluster = await startWeb(1);
  assert.is(await cluster.ask(IP, 80, { ip: '10.244.0.1', nodeName: 'node-1', pod: 'shop/web-1' }), 'web-1');
});

test('the same address in two slices is one endpoint, and the one that is not terminating counts', async () => {
  await using cluster = await startWeb(2);
  const pods = [1, 2].map((index) => ({
    name: `web-${index}`,
    ip: `10.244.0.${index}`,
    port: 8080,
    nodeName: 'node-1',
    served: 0,
    close: () => {},
  }));
  cluster.slice('web', [[pods[0] as never, { ready: false, serving: true, terminating: true }], pods[1] as never], {
    name: 'another',
  });
  assert.equal(counts(await cluster.askTimes(10, IP, 80)), { 'web-1': 5, 'web-2': 5 });
});

test('two pods that resolve one named port differently are both reached', async () => {
  await using cluster = await startWeb(0);
  const one = await cluster.pod('one', '10.244.0.1', { port: 8080 });
  const two = await cluster.pod('two', '10.244.0.2', { port: 9090 });
  cluster.slice('web', [one], { name: 'a', ports: [{ name: '', protocol: 'TCP', port: 8080 }] });
  cluster.slice('web', [two], { name: 'b', ports: [{ name: '', protocol: 'TCP', port: 9090 }] });
  assert.equal(counts(await cluster.askTimes(4, IP, 80)), { one: 2, two: 2 });
});

test('TCP, UDP and SCTP on one number are separate, and SCTP is passed over', async () => {
  const protocols = ['SCTP', 'UDP', 'TCP'] as const;
  const ports = protocols.map((protocol) => ({ name: protocol.toLowerCase(), port: 80, protocol }));
  await using cluster = await startWeb(0, { ...WEB, ports });
  const pods = {
    tcp: await cluster.pod('tcp', '10.244.0.7', { port: 1 }),
    udp: await cluster.udpPod('udp', '10.244.0.8', { port: 1 }),
    sctp: await cluster.pod('sctp', '10.244.0.9', { port: 1 }),
  };
  for (const [name, pod] of Object.entries(pods))
    cluster.slice('web', [pod], { name, ports: [{ name, protocol: name.toUpperCase(), port: 1 }] });
  assert.equal(await cluster.askTimes(3, IP, 80), ['tcp', 'tcp', 'tcp']);
  for (let count = 0; count < 3; count += 1) {
    using socket = cluster.network.datagram();
    const reply = once(socket, 'message');
    await socket.send('?', { ip: IP, port: 80 });
    assert.is(String((await reply)[0]), 'udp:?');
  }
  assert.equal([pods.tcp.served, pods.udp.served, pods.sctp.served], [3, 3, 0]);
});

const IGNORED: {
  name: string;
  spec?: object;
  extra?: object;
  slice?: { labels?: Record<string, string>; addressType?: string };
}[] = [
  {
    name: 'a Service that names another proxy',
    extra: {
      metadata: {
        name: 'web',
        namespace: 'shop',
        uid: 'web',
        resourceVersion: '999999',
        labels: { 'service.kubernetes.io/service-proxy-name': 'other' },
      },
    },
  },
  { name: 'a headless Service', spec: { ...WEB, clusterIP: 'None' } },
  { name: 'an ExternalName Service', spec: { ...WEB, type: 'ExternalName' } },
];
for (const { name, spec = WEB, extra = {} } of IGNORED) {
  test(`${name} is left alone`, async () => {
    await using cluster = await startWeb(1, spec, extra);
    assert.is(await cluster.ask(IP, 80), 'EHOSTUNREACH');
  });
}

for (const [name, slice] of [
  ['a slice with the headless label', { labels: { 'service.kubernetes.io/headless': '' } }],
  ['a slice of names', { addressType: 'FQDN' }],
  ['a slice of the other family', { addressType: 'IPv6' }],
] as const) {
  test(`${name} gives no endpoints`, async () => {
    await using cluster = await startWeb(0);
    cluster.slice('web', [await cluster.pod('web-1', '10.244.0.1')], slice);
    assert.is(await cluster.ask(IP, 80), 'ECONNREFUSED');
  });
}

test('the label service-proxy-name switches a live Service off and on', async () => {
  await using cluster = await startWeb(1);
  const labels = { 'service.kubernetes.io/service-proxy-name': 'other' };
  cluster.service('web', WEB, { metadata: { labels } });
  assert.is(await cluster.ask(IP, 80), 'EHOSTUNREACH');
  cluster.service('web', WEB);
  assert.is(await cluster.ask(IP, 80), 'web-1');
});

test('each family of a dual-stack Service has its own endpoints', async () => {
  await using cluster = await startWeb(1, { ...WEB, clusterIPs: [IP, 'fd00::10'] });
  const six = await cluster.pod('six', 'fd01::1');
  cluster.slice('web', [six], { name: 'web-6', addressType: 'IPv6' });
  assert.is(await cluster.ask(IP, 80), 'web-1');
  assert.is(await cluster.ask('fd00:0::10', 80), 'six');
});

test('an address belongs to the first Service that asks, and passes on when it is released', async () => {
  await using cluster = await startWeb(1, { ...WEB, externalIPs: ['192.0.2.1'] });
  const other = await cluster.pod('other', '10.244.0.5');
  cluster.service('other', { ...WEB, clusterIP: '10.96.0.20', externalIPs: ['192.0.2.1'] });
  cluster.slice('other', [other]);
  assert.is(await cluster.ask('192.0.2.1', 80), 'web-1');
  cluster.deleteService('web');
  assert.is(await cluster.ask('192.0.2.1', 80), 'other');
});

test('node ports, external IPs and load balancer addresses lead to the Service', async () => {
  await using cluster = await startWeb(1, { ...LOAD_BALANCER, externalIPs: ['192.0.2.1'] }, INGRESS);
  for (const [host, port] of [
    [IP, 80],
    ['192.0.2.1', 80],
    [LB_IP, 80],
    ['172.18.0.1', 30080],
    ['172.18.0.2', 30080],
  ] as const)
    assert.is(await cluster.ask(host, port), 'web-1', `${host}:${port}`);
  assert.equal(
    cluster.proxy.connections.list().map(({ frontend }) => frontend),
    ['clusterIP', 'externalIP', 'loadBalancer', 'nodePort', 'nodePort'],
  );
});

test('an ingress in mode Proxy is left to the load balancer', async () => {
  const ingress = {
    status: { loadBalancer: { ingress: [{ ip: LB_IP, ipMode: 'Proxy' }, { hostname: 'lb.example' }] } },
  };
  await using cluster = await startWeb(1, LOAD_BALANCER, ingress);
  assert.is(await cluster.ask(LB_IP, 80), 'EHOSTUNREACH');
});

test('source ranges guard the load balancer address against everybody, pods included, and nothing else', async () => {
  await using cluster = await startWeb(
    1,
    { ...LOAD_BALANCER, externalIPs: ['192.0.2.1'], loadBalancerSourceRanges: [' 198.51.100.0/24 '] },
    INGRESS,
  );
  assert.is(await cluster.ask(LB_IP, 80, OUTSIDE), 'web-1');
  assert.is(await cluster.ask(LB_IP, 80, { ip: '192.0.2.200' }), 'ETIMEDOUT');
  assert.is(await cluster.ask(LB_IP, 80, POD), 'ETIMEDOUT');
  for (const from of [{ ip: '192.0.2.200' }, POD]) {
    assert.is(await cluster.ask('172.18.0.1', 30080, from), 'web-1');
    assert.is(await cluster.ask('192.0.2.1', 80, from), 'web-1');
    assert.is(await cluster.ask(IP, 80, from), 'web-1');
  }
});

for (const ranges of [['0.0.0.0/0'], ['fd00::/8'], []]) {
  test(`source ranges [${ranges}] leave IPv4 open`, async () => {
    await using cluster = await startWeb(1, { ...LOAD_BALANCER, loadBalancerSourceRanges: ranges }, INGRESS);
    assert.is(await cluster.ask(LB_IP, 80, OUTSIDE), 'web-1');
  });
}

test('source ranges may come from the annotation', async () => {
  const annotations = { 'service.beta.kubernetes.io/load-balancer-source-ranges': '10.0.0.0/8,192.168.0.0/16' };
  await using cluster = await startWeb(1, LOAD_BALANCER, { ...INGRESS, metadata: { annotations } });
  assert.is(await cluster.ask(LB_IP, 80, OUTSIDE), 'ETIMEDOUT');
  assert.is(await cluster.ask(LB_IP, 80, { ip: '192.168.1.1' }), 'web-1');
});

const LOCAL: { name: string; host: string; port: number; from?: typeof OUTSIDE | typeof POD; expected: string[] }[] = [
  { name: 'node 1 keeps to its own pod', host: '172.18.0.1', port: 30080, expected: ['web-1'] },
  { name: 'node 2 keeps to its own pod', host: '172.18.0.2', port: 30080, expected: ['web-2'] },
  { name: 'a node without a pod is silent', host: '172.18.0.3', port: 30080, expected: ['ETIMEDOUT'] },
  {
    name: 'the load balancer address reaches every node that has a pod',
    host: LB_IP,
    port: 80,
    expected: ['web-1', 'web-2'],
  },
  {
    name: 'a pod short-circuits at a node port',
    host: '172.18.0.3',
    port: 30080,
    from: POD,
    expected: ['web-1', 'web-2'],
  },
  {
    name: 'a pod short-circuits at the load balancer address',
    host: LB_IP,
    port: 80,
    from: POD,
    expected: ['web-1', 'web-2'],
  },
  { name: 'the cluster IP is not bound by it', host: IP, port: 80, from: POD, expected: ['web-1', 'web-2'] },
];
for (const { name, host, port, from = OUTSIDE, expected } of LOCAL) {
  test(`external policy Local: ${name}`, async () => {
    await using cluster = await startWeb(2, { ...LOAD_BALANCER, externalTrafficPolicy: 'Local' }, INGRESS);
    cluster.node('node-3', '172.18.0.3');
    assert.equal(Object.keys(counts(await cluster.askTimes(4, host, port, from))), expected);
  });
}

test('external policy Local: a proxy that stands on a node sends those from outside to its own pods, pods to any', async () => {
  await using cluster = await startFakeCluster({ nodeName: 'node-1' });
  const pods = [];
  for (const n of [1, 2]) pods.push(await cluster.pod(`web-${n}`, `10.244.0.${n}`, { nodeName: `node-${n}` }));
  cluster.service('web', { ...LOAD_BALANCER, externalTrafficPolicy: 'Local' }, INGRESS);
  cluster.slice('web', pods);
  assert.equal(counts(await cluster.askTimes(4, LB_IP, 80, OUTSIDE)), { 'web-1': 4 });
  assert.equal(counts(await cluster.askTimes(4, LB_IP, 80, POD)), { 'web-1': 2, 'web-2': 2 });
});

test('external policy Local means nothing to a Service that nobody reaches from outside', async () => {
  await using cluster = await startFakeCluster({ nodeName: 'node-1' });
  const remote = await cluster.pod('web-2', '10.244.0.2', { nodeName: 'node-2' });
  cluster.service('web', { ...WEB, externalTrafficPolicy: 'Local' });
  cluster.slice('web', [remote]);
  for (const from of [undefined, POD, OUTSIDE]) assert.is(await cluster.ask(IP, 80, from), 'web-2');
});

test('from one node, the node port of another counts as external', async () => {
  await using cluster = await startWeb(1, { ...LOAD_BALANCER, externalTrafficPolicy: 'Local' }, INGRESS);
  const process = { ip: '172.18.0.2', nodeName: 'node-2' };
  assert.is(await cluster.ask('172.18.0.2', 30080, process), 'web-1');
  assert.is(await cluster.ask('172.18.0.1', 30080, process), 'web-1');
  cluster.node('node-3', '172.18.0.3');
  assert.is(await cluster.ask('172.18.0.3', 30080, process), 'ETIMEDOUT');
});

test('traffic stays in the zone of the caller where hints say so', async () => {
  await using cluster = await startWeb(0);
  const one = await cluster.pod('one', '10.244.0.1', { nodeName: 'node-1' });
  const two = await cluster.pod('two', '10.244.0.2', { nodeName: 'node-2' });
  cluster.slice('web', [
    [one, { zones: ['zone-a'] }],
    [two, { zones: ['zone-b'] }],
  ]);
  assert.equal(counts(await cluster.askTimes(4, IP, 80, POD)), { one: 4 });
  assert.equal(counts(await cluster.askTimes(4, IP, 80, { ...POD, nodeName: 'node-2' })), { two: 4 });
  cluster.node('node-2', '172.18.0.2', 'zone-a');
  assert.equal(counts(await cluster.askTimes(4, IP, 80, { ...POD, nodeName: 'node-2' })), { one: 4 });
});

test('affinity holds for a client across ports of connection and frontends, and switches live', async () => {
  await using cluster = await startWeb(3, { ...LOAD_BALANCER, sessionAffinity: 'ClientIP' }, INGRESS);
  const answers = [
    ...(await cluster.askTimes(10, IP, 80, { ...POD, port: 1000 })),
    ...(await cluster.askTimes(5, LB_IP, 80, { ...POD, port: 2000 })),
  ];
  assert.is(new Set(answers).size, 1);
  cluster.service('web', LOAD_BALANCER, INGRESS);
  assert.is(new Set(await cluster.askTimes(3, IP, 80, POD)).size, 3);
  cluster.service('web', { ...LOAD_BALANCER, sessionAffinity: 'ClientIP' }, INGRESS);
  assert.is(new Set(await cluster.askTimes(15, IP, 80, POD)).size, 1);
});

test('affinity expires after its timeout without a connection', async () => {
  const config = { sessionAffinityConfig: { clientIP: { timeoutSeconds: 125 } } };
  await using cluster = await startWeb(3, { ...WEB, sessionAffinity: 'ClientIP', ...config });
  const first = await cluster.ask(IP, 80, POD);
  cluster.clock.advance(124_000);
  assert.is(await cluster.ask(IP, 80, POD), first);
  cluster.clock.advance(130_000);
  assert.is.not(await cluster.ask(IP, 80, POD), first);
});

test('endpoint changes of one turn take effect for the very next connection', async () => {
  await using cluster = await startWeb(2);
  const asked = cluster.askTimes(1, IP, 80);
  cluster.slice('web', []);
  assert.equal(await asked, ['ECONNREFUSED']);
});

test('a closed proxy leaves no address behind', async () => {
  await using cluster = await startWeb(1);
  await cluster.proxy.close();
  assert.is(await cluster.ask(IP, 80), 'EHOSTUNREACH');
});

test.run();
