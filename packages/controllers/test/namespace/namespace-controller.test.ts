import type { KubeObject } from '@towtank/apimachinery';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { namespaceConditions } from '../../src/namespace/namespace-conditions.ts';
import { TestCluster } from '../_cluster.ts';

const test = suite('namespace controller');

const start = (): Promise<TestCluster> => TestCluster.start(['namespace-controller']);
const HOLD = ['example.com/hold'];

const configMap = (cluster: TestCluster, name: string, finalizers?: string[]): Promise<KubeObject> =>
  cluster.create('configmaps', { kind: 'ConfigMap', metadata: { name, ...(finalizers ? { finalizers } : {}) } });

const conditionsOf = async (cluster: TestCluster): Promise<string[]> =>
  ((await cluster.find('namespaces', 'shop'))?.status?.conditions ?? [])
    .filter(({ status }: { status: string }) => status === 'True')
    .map(({ reason, message }: { reason: string; message: string }) => `${reason}: ${message}`);

test('a deleted namespace takes everything along', async () => {
  await using cluster = await start();
  await configMap(cluster, 'one');
  await cluster.service('web');
  await cluster.delete('namespaces', 'shop');
  assert.is(await cluster.find('namespaces', 'shop'), undefined);
  assert.is(await cluster.find('configmaps', 'one'), undefined);
  assert.is(await cluster.find('services', 'web'), undefined);
});

test('what is held by a finalizer holds the namespace, whose conditions say so, until it is let go', async () => {
  await using cluster = await start();
  await configMap(cluster, 'held', HOLD);
  await configMap(cluster, 'free');
  await cluster.delete('namespaces', 'shop');
  assert.is(await cluster.find('configmaps', 'free'), undefined);
  assert.equal(await conditionsOf(cluster), [
    'SomeResourcesRemain: Some resources are remaining: configmaps. has 1 resource instances',
    'SomeFinalizersRemain: Some content in the namespace has finalizers remaining: example.com/hold in 1 resource instances',
  ]);
  await cluster.patch('configmaps', 'held', { metadata: { finalizers: null } });
  assert.is(await cluster.find('namespaces', 'shop'), undefined);
});

test('Pods go first: while one is ending nothing else is touched', async () => {
  await using cluster = await start();
  await configMap(cluster, 'settings');
  await cluster.pod('slow');
  await cluster.delete('namespaces', 'shop');
  assert.ok((await cluster.find('pods', 'slow'))?.metadata.deletionTimestamp);
  assert.ok(await cluster.find('configmaps', 'settings'));
  assert.equal(await conditionsOf(cluster), [
    'SomeResourcesRemain: Some resources are remaining: pods. has 1 resource instances',
  ]);
  await cluster.delete('pods', 'slow', { gracePeriodSeconds: 0 });
  assert.is(await cluster.find('namespaces', 'shop'), undefined);
});

test('another finalizer of the namespace itself keeps it, empty', async () => {
  await using cluster = await start();
  const namespaces = cluster.resource('namespaces');
  const shop = await namespaces.get('shop');
  const finalizers = ['kubernetes', 'example.com/audit'];
  await namespaces.subresource('finalize').update('shop', { ...shop, spec: { finalizers } });
  await configMap(cluster, 'one');
  await cluster.delete('namespaces', 'shop');
  assert.equal((await cluster.find('namespaces', 'shop'))?.spec?.finalizers, ['example.com/audit']);
  assert.is(await cluster.find('configmaps', 'one'), undefined);
});

test('conditions keep their time while their status stays', () => {
  const nothing = { resources: new Map<string, number>(), finalizers: new Map<string, number>(), failures: [] };
  const one = { ...nothing, resources: new Map([['pods.', 1]]) };
  const two = { ...nothing, resources: new Map([['pods.', 2]]) };
  const first = namespaceConditions([], one, 'then') ?? [];
  assert.is(namespaceConditions(first, one, 'now'), undefined);
  const second = namespaceConditions(first, two, 'now') ?? [];
  const remaining = second.find(({ type }) => type === 'NamespaceContentRemaining');
  assert.is(remaining?.lastTransitionTime, 'then');
  assert.match(remaining?.message ?? '', /has 2 resource instances/);
  const done = namespaceConditions(second, nothing, 'now') ?? [];
  assert.is(done.find(({ type }) => type === 'NamespaceContentRemaining')?.lastTransitionTime, 'now');
});

test.run();
