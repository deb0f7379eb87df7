/** @kubernetes/client-node, version 1, works in the same process: CRUD, watch and informer. */
import {
  AppsV1Api,
  CoreV1Api,
  KubeConfig,
  KubernetesObjectApi,
  makeInformer,
  PatchStrategy,
  setHeaderOptions,
  type V1ConfigMap,
  type V1Pod,
  Watch,
} from '@kubernetes/client-node';
import { type Cluster, startCluster } from 'towtank';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { SHOP, startShop } from './_shop.ts';

const test = suite('@kubernetes/client-node 1');

function configFor(cluster: Cluster): KubeConfig {
  const config = new KubeConfig();
  config.loadFromString(cluster.kubeconfig);
  return config;
}

const settings = (data: Record<string, string>): V1ConfigMap => ({ metadata: { name: 'settings' }, data });

test('objects are created, read, listed, changed and deleted', async () => {
  await using cluster = await startCluster();
  const core = configFor(cluster).makeApiClient(CoreV1Api);
  const namespace = 'default';
  const created = await core.createNamespacedConfigMap({ namespace, body: settings({ a: '1' }) });
  assert.ok(created.metadata?.uid);
  assert.ok(created.metadata?.creationTimestamp instanceof Date);

  const read = await core.readNamespacedConfigMap({ namespace, name: 'settings' });
  assert.equal(read.data, { a: '1' });
  const replaced = await core.replaceNamespacedConfigMap({
    namespace,
    name: 'settings',
    body: { ...read, data: { a: '2' } },
  });
  assert.is.not(replaced.metadata?.resourceVersion, read.metadata?.resourceVersion);

  const patched = await core.patchNamespacedConfigMap(
    { namespace, name: 'settings', body: { data: { b: '3' } } },
    setHeaderOptions('Content-Type', PatchStrategy.MergePatch),
  );
  assert.equal(patched.data, { a: '2', b: '3' });

  const { items } = await core.listNamespacedConfigMap({ namespace, fieldSelector: 'metadata.name=settings' });
  assert.is(items.length, 1);
  await core.deleteNamespacedConfigMap({ namespace, name: 'settings' });
  await core.readNamespacedConfigMap({ namespace, name: 'settings' }).then(
    () => assert.unreachable('it is still there'),
    (error: { code: number }) => assert.is(error.code, 404),
  );
});

test('a stale update is refused', async () => {
  await using cluster = await startCluster();
  const core = configFor(cluster).makeApiClient(CoreV1Api);
  const body = await core.createNamespacedConfigMap({ namespace: 'default', body: settings({ a: '1' }) });
  const update = { namespace: 'default', name: 'settings', body };
  await core.replaceNamespacedConfigMap({ ...update, body: { ...body, data: { a: '2' } } });
  await core.replaceNamespacedConfigMap({ ...update, body: { ...body, data: { a: '3' } } }).then(
    () => assert.unreachable('it was accepted'),
    (error: { code: number }) => assert.is(error.code, 409),
  );
});

test('a watch sees each event, in order', async () => {
  await using cluster = await startCluster();
  const config = configFor(cluster);
  const core = config.makeApiClient(CoreV1Api);
  const events: string[] = [];
  let seenAll = (): void => {};
  const all = new Promise<void>((resolve) => {
    seenAll = resolve;
  });
  const path = '/api/v1/namespaces/default/configmaps';
  const query = { fieldSelector: 'metadata.name=settings' };
  const controller = await new Watch(config).watch(
    path,
    query,
    (type, object: V1ConfigMap) => {
      events.push(`${type} ${object.data?.a}`);
      if (type === 'DELETED') seenAll();
    },
    () => {},
  );
  const body = await core.createNamespacedConfigMap({ namespace: 'default', body: settings({ a: '1' }) });
  await core.replaceNamespacedConfigMap({
    namespace: 'default',
    name: 'settings',
    body: { ...body, data: { a: '2' } },
  });
  await core.deleteNamespacedConfigMap({ namespace: 'default', name: 'settings' });
  await all;
  controller.abort();
  assert.equal(events, ['ADDED 1', 'MODIFIED 2', 'DELETED 2']);
});

test('an informer follows the pods of a Deployment', async () => {
  await using cluster = await startShop();
  const config = configFor(cluster);
  const core = config.makeApiClient(CoreV1Api);
  const list = (): Promise<{ items: V1Pod[] }> => core.listNamespacedPod({ namespace: 'shop' });
  const informer = makeInformer<V1Pod>(config, '/api/v1/namespaces/shop/pods', list as never);
  const running = new Set<string>();
  let changed = (): void => {};
  informer.on('update', ({ metadata, status }) => {
    if (status?.phase === 'Running') running.add(metadata?.name ?? '');
    changed();
  });
  informer.on('add', ({ metadata, status }) => {
    if (status?.phase === 'Running') running.add(metadata?.name ?? '');
    changed();
  });
  informer.on('delete', ({ metadata }) => {
    running.delete(metadata?.name ?? '');
    changed();
  });
  const until = async (count: number): Promise<void> => {
    while (running.size !== count)
      await new Promise<void>((resolve) => {
        changed = resolve;
      });
  };
  await cluster.apply(SHOP);
  await informer.start();
  await until(3);
  const scale = { metadata: { name: 'web', namespace: 'shop' }, spec: { replicas: 1 } };
  const apps = config.makeApiClient(AppsV1Api);
  await apps.replaceNamespacedDeploymentScale({ namespace: 'shop', name: 'web', body: scale });
  await until(1);
  await informer.stop();
});

test('any kind is reached by discovery', async () => {
  await using cluster = await startCluster();
  const objects = configFor(cluster).makeApiClient(KubernetesObjectApi);
  const lease = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name: 'l', namespace: 'default' } };
  await objects.create(lease);
  assert.is((await objects.read(lease)).kind, 'Lease');
  await objects.delete(lease);
});

test('a wrong credential is refused', async () => {
  await using cluster = await startCluster();
  const config = configFor(cluster);
  config.addUser({ name: 'nobody', token: 'wrong' });
  config.addContext({ name: 'nobody', user: 'nobody', cluster: config.getCurrentCluster()?.name ?? '' });
  config.setCurrentContext('nobody');
  await config
    .makeApiClient(CoreV1Api)
    .listNamespace()
    .then(
      () => assert.unreachable('it was accepted'),
      (error: { code: number }) => assert.is(error.code, 401),
    );
});

test.run();
