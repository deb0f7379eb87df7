import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { TestCluster } from '../_cluster.ts';

const test = suite('service CIDR controller');

const FINALIZER = 'networking.k8s.io/service-cidr-finalizer';
const GRACE_MS = 10_000;
const READY = { type: 'Ready', status: 'True', reason: '', message: 'Kubernetes Service CIDR is ready' };
const CIDRS = { group: 'networking.k8s.io', version: 'v1', resource: 'servicecidrs' };
const SERVICES = { group: '', version: 'v1', resource: 'services' };

// biome-ignore lint/suspicious/noExplicitAny: objects of several kinds
type Json = any;

class Ranges implements AsyncDisposable {
  readonly cluster: TestCluster;

  constructor(cluster: TestCluster) {
    this.cluster = cluster;
  }

  static async start(): Promise<Ranges> {
    return new Ranges(await TestCluster.start(['service-cidr-controller']));
  }

  async add(name: string, ...cidrs: string[]): Promise<void> {
    const body = { apiVersion: 'networking.k8s.io/v1', kind: 'ServiceCIDR', metadata: { name }, spec: { cidrs } };
    await this.cluster.client.resource(CIDRS).create(body);
    await this.cluster.settled();
  }

  async remove(name: string): Promise<void> {
    await this.cluster.client.resource(CIDRS).delete(name);
    await this.cluster.settled();
  }

  async serve(name: string, clusterIP: string): Promise<void> {
    const body = {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name, namespace: 'shop' },
      spec: { clusterIP, ports: [{ port: 80 }] },
    };
    await this.cluster.client.resource(SERVICES).create(body);
    await this.cluster.settled();
  }

  async unserve(name: string): Promise<void> {
    await this.cluster.client.resource(SERVICES).delete(name, { namespace: 'shop' });
    await this.cluster.settled();
  }

  async pass(ms: number): Promise<void> {
    this.cluster.clock.advance(ms);
    await this.cluster.settled();
  }

  async names(): Promise<string[]> {
    const { items } = await this.cluster.client.resource(CIDRS).list();
    return items.map(({ metadata }) => metadata.name ?? '');
  }

  /** The condition without its time. */
  async ready(name: string): Promise<Json> {
    const { status }: Json = await this.cluster.client.resource(CIDRS).get(name);
    const [{ lastTransitionTime, ...condition }] = status.conditions;
    assert.ok(lastTransitionTime);
    return condition;
  }

  [Symbol.asyncDispose](): PromiseLike<void> {
    return this.cluster[Symbol.asyncDispose]();
  }
}

test('a new range is protected and ready', async () => {
  await using ranges = await Ranges.start();
  await ranges.add('more', '10.97.0.0/24');
  const { metadata } = await ranges.cluster.client.resource(CIDRS).get('more');
  assert.equal(metadata.finalizers, [FINALIZER]);
  assert.equal(await ranges.ready('more'), READY);
  assert.equal(
    metadata.managedFields?.map(({ manager, operation, subresource }) => [manager, operation, subresource]),
    [
      ['service-cidr-controller', 'Apply', 'status'],
      ['kube-controller-manager', 'Update', undefined],
    ],
  );
});

test('the range of a fresh cluster is protected and ready', async () => {
  await using ranges = await Ranges.start();
  await ranges.cluster.settled();
  const { metadata } = await ranges.cluster.client.resource(CIDRS).get('kubernetes');
  assert.equal([metadata.finalizers, await ranges.ready('kubernetes')], [[FINALIZER], READY]);
  const condition = (fields: readonly string[]): object => ({
    'f:status': {
      'f:conditions': { 'k:{"type":"Ready"}': Object.fromEntries(['.', ...fields].map((field) => [field, {}])) },
    },
  });
  // What both controllers say of the condition belongs to both of them; the time is the same because it stands still.
  assert.equal(
    metadata.managedFields?.map(({ manager, fieldsV1 }) => [manager, fieldsV1]),
    [
      ['kubernetes-service-cidr-controller', condition(['f:lastTransitionTime', 'f:status', 'f:type'])],
      ['service-cidr-controller', condition(['f:lastTransitionTime', 'f:message', 'f:reason', 'f:status', 'f:type'])],
      ['kube-apiserver', { 'f:spec': { 'f:cidrs': {} } }],
      [
        'kube-controller-manager',
        { 'f:metadata': { 'f:finalizers': { '.': {}, 'v:"networking.k8s.io/service-cidr-finalizer"': {} } } },
      ],
    ],
  );
});

test('a range that nobody needs goes after ten seconds', async () => {
  await using ranges = await Ranges.start();
  await ranges.add('more', '10.97.0.0/24');
  await ranges.remove('more');
  await ranges.pass(GRACE_MS - 1000);
  assert.equal(await ranges.names(), ['kubernetes', 'more']);
  await ranges.pass(1000);
  assert.equal(await ranges.names(), ['kubernetes']);
});

test('a range is held while an address of a Service would be orphaned, and says so', async () => {
  await using ranges = await Ranges.start();
  await ranges.add('more', '10.97.0.0/24');
  await ranges.serve('web', '10.97.0.9');
  await ranges.remove('more');
  await ranges.pass(60_000);
  assert.equal(await ranges.ready('more'), {
    type: 'Ready',
    status: 'False',
    reason: 'Terminating',
    message: 'There are still IPAddresses referencing the ServiceCIDR, please remove them or create a new ServiceCIDR',
  });
  await ranges.unserve('web');
  assert.equal(await ranges.names(), ['kubernetes']);
});

test('a range comes back under its name once it is gone, and not before', async () => {
  await using ranges = await Ranges.start();
  await ranges.add('more', '10.97.0.0/24');
  await ranges.remove('more');
  const again = await ranges.add('more', '10.97.0.0/24').catch((error: Error) => error.message);
  assert.is(again, 'object is being deleted: servicecidrs.networking.k8s.io "more" already exists');
  await ranges.pass(GRACE_MS);
  await ranges.add('more', '10.97.0.0/24');
  assert.equal(await ranges.ready('more'), READY);
  await ranges.serve('web', '10.97.0.9');
});

const HOLDING: { name: string; other: readonly string[]; holds: boolean }[] = [
  { name: 'the same range', other: ['10.97.0.0/24'], holds: true },
  { name: 'a larger range', other: ['10.96.0.0/14'], holds: true },
  { name: 'a smaller range with the address', other: ['10.97.0.8/29'], holds: true },
  { name: 'a smaller range without it', other: ['10.97.0.16/28'], holds: false },
  { name: 'a smaller range with the address at its edge', other: ['10.97.0.9/32'], holds: false },
  { name: 'a range of the other family', other: ['fd00:97::/112'], holds: false },
  { name: 'a range of each family', other: ['10.97.0.0/16', 'fd00:97::/112'], holds: true },
];

for (const { name, other, holds } of HOLDING) {
  test(`${name} ${holds ? 'sets a range free' : 'does not set a range free'}`, async () => {
    await using ranges = await Ranges.start();
    await ranges.add('more', '10.97.0.0/24');
    await ranges.serve('web', '10.97.0.9');
    await ranges.remove('more');
    await ranges.add('other', ...other);
    await ranges.pass(GRACE_MS);
    assert.equal(await ranges.names(), holds ? ['kubernetes', 'other'] : ['kubernetes', 'more', 'other']);
  });
}

test('an address that was made by hand holds no range', async () => {
  await using ranges = await Ranges.start();
  await ranges.add('more', '10.97.0.0/24');
  await ranges.cluster.client.resource({ ...CIDRS, resource: 'ipaddresses' }).create({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'IPAddress',
    metadata: { name: '10.97.0.9' },
    spec: { parentRef: { resource: 'gateways', name: 'front' } },
  });
  await ranges.remove('more');
  await ranges.pass(GRACE_MS);
  assert.equal(await ranges.names(), ['kubernetes']);
});

test('a range of both families is held for either', async () => {
  await using ranges = await Ranges.start();
  await ranges.add('more', '10.97.0.0/24', 'fd00:97::/112');
  await ranges.serve('web', '10.97.0.9');
  await ranges.add('six', 'fd00:97::/64');
  await ranges.remove('more');
  await ranges.pass(GRACE_MS);
  assert.equal(await ranges.names(), ['kubernetes', 'more', 'six']);
  await ranges.add('four', '10.97.0.0/16');
  assert.equal(await ranges.names(), ['four', 'kubernetes', 'six']);
});

test.run();
