/** Clients of every kind reach Services of a cluster whose pods are functions. */
import { execFile } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import http from 'node:http';
import https from 'node:https';
import { connect } from 'node:net';
import { promisify } from 'node:util';
import type { Source } from '@towtank/network';
import type { Cluster } from 'towtank';
import { startCluster } from 'towtank';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';

const test = suite('service clients');

const SERVICES = { group: '', version: 'v1', resource: 'services' };
const PODS = { group: '', version: 'v1', resource: 'pods' };
const NAME = 'web.default.svc.cluster.local';

const manifest = (type: string): string => `
apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  replicas: 3
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec:
      containers:
        - name: web
          image: example/web
          ports:
            - { name: http, containerPort: 8080 }
            - { name: echo, containerPort: 7 }
            - { name: echo-udp, containerPort: 7, protocol: UDP }
---
apiVersion: v1
kind: Service
metadata: { name: web }
spec:
  type: ${type}
  selector: { app: web }
  ports:
    - { name: http, port: 80, targetPort: http }
    - { name: echo, port: 7, targetPort: echo }
    - { name: echo-udp, port: 7, targetPort: echo-udp, protocol: UDP }
`;

async function startWeb({
  type = 'ClusterIP',
  ...options
}: {
  type?: string;
  socksPort?: number;
} = {}): Promise<Cluster> {
  const cluster = await startCluster({
    port: false,
    images: {
      'example/web': ({ pod }) => ({
        ports: {
          http: (request, response) =>
            void (request.method === 'POST' ? request.pipe(response) : response.end(pod.metadata.name)),
          echo: { tcp: (socket) => socket.pipe(socket) },
          'echo-udp': { udp: (message, reply) => reply(message) },
        },
      }),
    },
    ...options,
  });
  await cluster.apply(manifest(type));
  await cluster.settled();
  return cluster;
}

const countsOf = (answers: readonly string[]): number[] => {
  const counts = new Map<string, number>();
  for (const answer of answers) counts.set(answer, (counts.get(answer) ?? 0) + 1);
  return [...counts.values()];
};

async function get(agent: http.Agent): Promise<string> {
  const [response] = (await once(http.get(`http://${NAME}/`, { agent }), 'response')) as [http.IncomingMessage];
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

test('nine fetches are spread evenly over three pods', async () => {
  await using cluster = await startWeb();
  const answers: string[] = [];
  for (let count = 0; count < 9; count += 1) answers.push(await (await cluster.fetch(`http://${NAME}/`)).text());
  assert.equal(countsOf(answers), [3, 3, 3]);
});

for (const { name, source } of [
  { name: 'a pod beside', source: (cluster: Cluster) => cluster.sourceOf('default/shell') },
  { name: 'an endpoint itself', source: endpointOf },
  { name: 'a node', source: () => ({ ip: '172.18.0.3', nodeName: 'node-1' }) },
])
  test(`${name} reaches every pod of a Service by HTTP and by UDP, at its cluster IP and at its node port`, async () => {
    await using cluster = await startWeb({ type: 'NodePort' });
    await cluster.apply(
      '{ apiVersion: v1, kind: Pod, metadata: { name: shell }, spec: { containers: [{ name: main, image: sh }] } }',
    );
    await cluster.settled();
    const { spec } = await cluster.client.resource(SERVICES).get('web', { namespace: 'default' });
    const nodePortOf = (port: string): number =>
      spec.ports.find((each: { name: string }) => each.name === port).nodePort;
    const from = await source(cluster);
    for (const host of [NAME, spec.clusterIP, `172.18.0.3:${nodePortOf('http')}`]) {
      const answers: string[] = [];
      for (let count = 0; count < 6; count += 1)
        answers.push(await (await cluster.network.fetch(`http://${host}/`, { from })).text());
      assert.equal(countsOf(answers), [2, 2, 2], host);
    }
    for (const to of [
      { ip: spec.clusterIP, port: 7 },
      { ip: '172.18.0.3', port: nodePortOf('echo-udp') },
    ]) {
      for (let count = 0; count < 6; count += 1) {
        using socket = cluster.network.datagram({ from });
        const reply = once(socket, 'message');
        await socket.send('ping', to);
        assert.is(String((await reply)[0]), 'ping');
      }
      const flows = cluster.connections.list(({ protocol, address }) => protocol === 'udp' && address.ip === to.ip);
      assert.equal(countsOf(flows.map(({ pod }) => pod ?? '')), [2, 2, 2], to.ip);
    }
  });

async function endpointOf(cluster: Cluster): Promise<Source> {
  const { items } = await cluster.client.resource(PODS).list({ namespace: 'default', labelSelector: 'app=web' });
  return cluster.sourceOf(`default/${items[0]?.metadata.name}`);
}

test('a connection that is kept alive stays on one pod', async () => {
  await using cluster = await startWeb();
  const agent = cluster.network.httpAgent({ keepAlive: true, maxSockets: 1 });
  const answers: string[] = [];
  for (let count = 0; count < 6; count += 1) answers.push(await get(agent));
  assert.equal(countsOf(answers), [6]);
  agent.destroy();
});

test('curl reaches a name through SOCKS5', async () => {
  await using cluster = await startWeb({ socksPort: 0 });
  const proxy = `socks5h://127.0.0.1:${cluster.socksAddress?.port}`;
  const { stdout } = await promisify(execFile)('curl', ['-sS', '--proxy', proxy, `http://${NAME}/`]);
  assert.match(stdout, /^web-/);
});

test('any library of the process reaches the cluster while it is intercepted', async () => {
  await using cluster = await startWeb();
  using _interception = cluster.network.intercept();
  const answer = await (await fetch(`http://${NAME}/`, { headers: { connection: 'close' } })).text();
  assert.match(answer, /^web-/);
  const socket = connect(7, NAME);
  socket.end('hello');
  assert.is(String((await once(socket, 'data'))[0]), 'hello');
});

test('a load balancer address leads to the Service', async () => {
  await using cluster = await startWeb({ type: 'LoadBalancer' });
  const { status } = await cluster.client.resource(SERVICES).get('web', { namespace: 'default' });
  assert.match(await (await cluster.fetch(`http://${status.loadBalancer.ingress[0].ip}/`)).text(), /^web-/);
});

test('TLS works over the network, and under interception', async () => {
  await using cluster = await startCluster({ nodes: 0 });
  const [, encoded = ''] = /certificate-authority-data: (\S+)/.exec(cluster.kubeconfig) ?? [];
  const ca = Buffer.from(encoded, 'base64');
  const url = 'https://kubernetes.default.svc/version';
  const headers = { authorization: `Bearer ${cluster.adminToken}` };
  const statusOf = async (options: https.RequestOptions): Promise<number | undefined> => {
    const request = https.get(url, { ca, headers, ...options });
    const [response] = (await once(request, 'response')) as [http.IncomingMessage];
    response.resume();
    return response.statusCode;
  };
  assert.is(await statusOf({ agent: cluster.network.httpsAgent() }), 200);
  const dispatcher = await cluster.network.dispatcher({ tlsOptions: { ca } });
  assert.is((await fetch(url, { dispatcher, headers } as unknown as RequestInit)).status, 200);
  await dispatcher.destroy();
  using _interception = cluster.network.intercept();
  assert.is(await statusOf({ agent: false }), 200);
});

test('large payloads come back whole, by HTTP, by TCP and by UDP', async () => {
  await using cluster = await startWeb();
  const payload = randomBytes(8 << 20);
  const response = await cluster.fetch(`http://${NAME}/`, { method: 'POST', body: payload });
  assert.ok(payload.equals(Buffer.from(await response.arrayBuffer())));

  const socket = await cluster.connect({ host: NAME, port: 7, allowHalfOpen: true });
  socket.end(payload);
  const hash = createHash('sha1');
  for await (const chunk of socket) hash.update(chunk as Buffer);
  assert.is(hash.digest('hex'), createHash('sha1').update(payload).digest('hex'));

  using datagrams = cluster.network.datagram();
  const [ip = ''] = await cluster.network.resolve(NAME);
  const reply = once(datagrams, 'message');
  await datagrams.send(payload.subarray(0, 8192), { ip, port: 7 });
  assert.ok((await reply)[0].equals(payload.subarray(0, 8192)));
});

test('no request is lost while a Deployment rolls over', async () => {
  await using cluster = await startWeb();
  const answers: Promise<string>[] = [];
  const ask = async (): Promise<string> => {
    const response = await cluster.fetch(`http://${NAME}/`);
    return `${response.status} ${await response.text()}`;
  };
  const deployments = cluster.client.resource({ group: 'apps', version: 'v1', resource: 'deployments' });
  const annotations = { 'example.com/revision': '2' };
  const patch = { spec: { template: { metadata: { annotations } } } };
  const rolled = deployments.patch('web', patch, { namespace: 'default', type: 'merge' }).then(() => cluster.settled());
  let isRolling = true;
  void rolled.then(() => {
    isRolling = false;
  });
  while (isRolling || answers.length < 50) {
    answers.push(ask());
    await new Promise(setImmediate);
  }
  const lost = (await Promise.allSettled(answers)).filter(
    (answer) => answer.status === 'rejected' || !answer.value.startsWith('200 web-'),
  );
  assert.equal(lost, []);
});

test.run();
