/** A range of cluster IPs that a running cluster is given: Services in it serve, and it goes once they are gone. */
import { FakeClock, type KubeObject } from '@towtank/apimachinery';
import { type Cluster, startCluster } from 'towtank';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';

const test = suite('ServiceCIDRs');

const CIDRS = { group: 'networking.k8s.io', version: 'v1', resource: 'servicecidrs' };
const SERVICES = { group: '', version: 'v1', resource: 'services' };
const IP = '198.51.100.10';

const OBJECTS = [
  {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'ServiceCIDR',
    metadata: { name: 'more' },
    spec: { cidrs: ['198.51.100.0/24'] },
  },
  {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'web', labels: { app: 'web' } },
    spec: { containers: [{ name: 'web', image: 'shop/web', ports: [{ containerPort: 80 }] }] },
  },
  {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'web' },
    spec: { type: 'NodePort', clusterIP: IP, selector: { app: 'web' }, ports: [{ port: 80 }] },
  },
] as KubeObject[];

async function startShop(clock?: FakeClock): Promise<Cluster> {
  const cluster = await startCluster({
    port: false,
    ...(clock && { clock }),
    images: { 'shop/web': ({ pod }) => ({ http: (_request, response) => response.end(pod.metadata.name) }) },
  });
  await cluster.apply(OBJECTS);
  await cluster.settled();
  return cluster;
}

const textOf = async (answer: Promise<Response>): Promise<string> => (await answer).text();

test('a Service in an added range is reached by its name, its address and its node port', async () => {
  await using cluster = await startShop();
  const { status } = await cluster.client.resource(CIDRS).get('more');
  assert.is(status.conditions[0].status, 'True');
  const { spec } = await cluster.client.resource(SERVICES).get('web', { namespace: 'default' });
  assert.is(spec.clusterIP, IP);
  assert.is(await textOf(cluster.fetch('http://web.default/')), 'web');
  assert.is(await textOf(cluster.fetch(`http://${IP}/`)), 'web');
  assert.equal(await cluster.resolve('10.100.51.198.in-addr.arpa', 'PTR'), ['web.default.svc.cluster.local']);
  const node = await cluster.client.resource({ ...SERVICES, resource: 'nodes' }).get('node-1');
  const { address } = node.status.addresses.find(({ type }: { type: string }) => type === 'InternalIP');
  assert.is(await textOf(cluster.fetch(`http://${address}:${spec.ports[0].nodePort}/`)), 'web');
});

test('a program that knows nothing of the cluster reaches it too', async () => {
  await using cluster = await startShop();
  using _intercepted = cluster.intercept();
  assert.is(await textOf(fetch(`http://${IP}/`)), 'web');
});

test('the range stays for as long as the Service has its address', async () => {
  const clock = new FakeClock(Date.UTC(2026, 0, 1));
  await using cluster = await startShop(clock);
  await cluster.client.resource(CIDRS).delete('more');
  await cluster.settled();
  clock.advance(60_000);
  await cluster.settled();
  const { status } = await cluster.client.resource(CIDRS).get('more');
  assert.equal([status.conditions[0].status, status.conditions[0].reason], ['False', 'Terminating']);
  assert.is(await textOf(cluster.fetch('http://web.default/')), 'web');
  await cluster.client.resource(SERVICES).delete('web', { namespace: 'default' });
  await cluster.settled();
  const { items } = await cluster.client.resource(CIDRS).list();
  assert.equal(
    items.map(({ metadata }) => metadata.name),
    ['kubernetes'],
  );
});

test.run();
