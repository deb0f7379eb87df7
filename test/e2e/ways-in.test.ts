/** Every way into the network of a cluster, from outside and as a pod. */
import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import type { KubeObject } from '@towtank/apimachinery';
import { type Cluster, startCluster } from 'towtank';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';

const test = suite('ways into a cluster');
const URL = 'http://web.shop.svc.cluster.local/';

const pod = (name: string, labels: Record<string, string> = {}): object => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'shop', labels },
  spec: { containers: [{ name: 'main', image: 'shop/web', ports: [{ containerPort: 80 }] }] },
});

async function startShop(options: Parameters<typeof startCluster>[0] = {}): Promise<Cluster> {
  const cluster = await startCluster({
    port: false,
    images: {
      'shop/web':
        ({ network }) =>
        (request, response) =>
          response.end(network.peerOf(request.socket)?.pod ?? 'nobody'),
    },
    ...options,
  });
  await cluster.apply([
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } },
    pod('web', { app: 'web' }),
    pod('shell'),
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'web', namespace: 'shop' },
      spec: { type: 'NodePort', selector: { app: 'web' }, ports: [{ port: 80 }] },
    },
  ] as KubeObject[]);
  await cluster.settled();
  return cluster;
}

test('fetch, connections and names take a pod for their source, by key or as an object', async () => {
  await using cluster = await startShop();
  const shell = await cluster.client
    .resource({ group: '', version: 'v1', resource: 'pods' })
    .get('shell', { namespace: 'shop' });
  for (const from of ['shop/shell', shell, cluster.sourceOf('shop/shell')]) {
    assert.is(await (await cluster.fetch('http://web/', { from })).text(), 'shop/shell');
    assert.is(((await cluster.resolve('web', 'A', { from })) as string[]).length, 1);
    const socket = await cluster.connect({ host: 'web.shop', port: 80, from });
    socket.destroy();
  }
  assert.is(await (await cluster.fetch(URL)).text(), 'nobody');
  assert.is(
    cluster.connections.list({ service: 'shop/web' }).filter(({ client }) => client.pod === 'shop/shell').length,
    6,
  );
});

test('a pod that is not there, or has no address, cannot be a source', async () => {
  await using cluster = await startShop();
  const message = async (work: Promise<unknown>): Promise<string> => await work.then(String, (error) => error.message);
  assert.is(await message(cluster.fetch(URL, { from: 'shop/gone' })), 'there is no pod "shop/gone"');
  assert.is(
    await message(cluster.connect({ host: 'web', port: 80, from: 'shop/gone' })),
    'there is no pod "shop/gone"',
  );
  assert.is(await message(cluster.resolve('web', 'A', { from: 'shop/gone' })), 'there is no pod "shop/gone"');
  const bare = { metadata: { name: 'new', namespace: 'shop' } } as KubeObject;
  assert.is(await message(cluster.fetch(URL, { from: bare })), 'the pod "shop/new" has no address yet');
});

test('an http.Agent, a dispatcher and a lookup function reach the cluster', async () => {
  await using cluster = await startShop();
  const agent = cluster.httpAgent({ from: 'shop/shell' });
  const [response] = (await once(get('http://web/', { agent }), 'response')) as [IncomingMessage];
  assert.is(String((await response.toArray())[0]), 'shop/shell');
  agent.destroy();
  const dispatcher = await cluster.dispatcher({ from: 'shop/shell' });
  assert.is(await (await fetch('http://web/', { dispatcher } as never)).text(), 'shop/shell');
  await dispatcher.close();
  const found = await new Promise((resolve, reject) =>
    cluster.lookup('web.shop.svc.cluster.local', {}, (error, address) => (error ? reject(error) : resolve(address))),
  );
  assert.equal([found], await cluster.resolve('web.shop.svc.cluster.local'));
});

test('an interception reaches the cluster, as a pod where one runs the work, and ends', async () => {
  await using cluster = await startShop();
  {
    using _interception = cluster.intercept();
    assert.is(await (await fetch(URL, { headers: { connection: 'close' } })).text(), 'nobody');
    const asShell = cluster.network.runAs(cluster.sourceOf('shop/shell'), async () => {
      const [response] = (await once(get('http://web/', { agent: false }), 'response')) as [IncomingMessage];
      return String((await response.toArray())[0]);
    });
    assert.is(await asShell, 'shop/shell');
  }
  assert.is(await fetch(URL).then(String, ({ cause }) => cause.code), 'ENOTFOUND');
});

test('names outside of the cluster go to the upstream, when there is one', async () => {
  await using cluster = await startShop({
    dns: {
      upstream: ({ name }) => ({
        rcode: 'NOERROR',
        answers: [{ name, type: 'A', class: 'IN', ttl: 60, data: '192.0.2.7' }],
      }),
    },
  });
  assert.equal(await cluster.resolve('example.com'), ['192.0.2.7']);
});

test('node ports are real ports of this machine where that is asked for', async () => {
  await using cluster = await startShop({ proxy: { nodePorts: 'loopback' } });
  const { spec } = await cluster.client
    .resource({ group: '', version: 'v1', resource: 'services' })
    .get('web', { namespace: 'shop' });
  const response = await fetch(`http://127.0.0.1:${spec.ports[0].nodePort}/`, { headers: { connection: 'close' } });
  assert.is(await response.text(), 'nobody');
});

if (process.platform === 'linux')
  test('virtual IPs have real stand-ins, which the DNS port answers and names inside do not', async () => {
    await using cluster = await startShop({ bindVirtualIps: true });
    const [virtual = ''] = (await cluster.resolve('web.shop.svc.cluster.local')) as string[];
    assert.match(virtual, /^10\.96\./);
    const { Resolver } = await import('node:dns/promises');
    const resolver = new Resolver();
    resolver.setServers([`${cluster.dns.host}:${cluster.dns.port}`]);
    const [real] = await resolver.resolve4('web.shop.svc.cluster.local');
    assert.is(real, cluster.standIns?.plan.toLoopback(virtual));
    assert.match(real ?? '', /^127\./);
  });

test.run();
