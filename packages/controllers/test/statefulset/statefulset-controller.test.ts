import type { KubeObject } from '@towtank/apimachinery';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { template, World, workload } from '../_world.ts';

const test = suite('StatefulSet');
const SETS = 'apps/v1/statefulsets';
const start = (): Promise<World> => World.start('statefulset-controller');

async function startDb(world: World, replicas: number, more: object = {}): Promise<void> {
  await world.create(SETS, {
    metadata: { name: 'db' },
    spec: workload('db', replicas, { serviceName: 'db', ...more }),
  });
}

const image = (tag: string): object => ({ spec: { template: template('db', `example/app:${tag}`) } });

async function images(world: World): Promise<string[]> {
  return (await world.list('pods')).map(
    ({ metadata, spec }: KubeObject) => `${metadata.name} ${spec.containers[0].image.split(':')[1]}`,
  );
}

test('pods come one after the other, each when the one before is ready', async () => {
  await using world = await start();
  await startDb(world, 3);
  assert.equal(await world.names('pods'), ['db-0']);
  await world.run('db-0', { ready: false });
  assert.equal(await world.names('pods'), ['db-0']);
  await world.run('db-0');
  assert.equal(await world.names('pods'), ['db-0', 'db-1']);
  await world.run('db-1');
  assert.equal(await world.names('pods'), ['db-0', 'db-1', 'db-2']);
});

test('a pod knows its place by name, hostname, subdomain and labels', async () => {
  await using world = await start();
  await startDb(world, 1);
  const pod = await world.get('pods', 'db-0');
  assert.is(pod.spec.hostname, 'db-0');
  assert.is(pod.spec.subdomain, 'db');
  const { 'controller-revision-hash': revision = '', ...labels } = pod.metadata.labels ?? {};
  assert.equal(labels, {
    app: 'db',
    'apps.kubernetes.io/pod-index': '0',
    'statefulset.kubernetes.io/pod-name': 'db-0',
  });
  assert.equal(await world.names('apps/v1/controllerrevisions'), [revision]);
});

test('the Parallel policy makes all pods at once', async () => {
  await using world = await start();
  await startDb(world, 3, { podManagementPolicy: 'Parallel' });
  assert.equal(await world.names('pods'), ['db-0', 'db-1', 'db-2']);
});

test('ordinals may start elsewhere', async () => {
  await using world = await start();
  await startDb(world, 2, { ordinals: { start: 5 }, podManagementPolicy: 'Parallel' });
  assert.equal(await world.names('pods'), ['db-5', 'db-6']);
});

test('scaling down takes the highest ordinal first, one at a time', async () => {
  await using world = await start();
  await startDb(world, 3);
  await world.runAll();
  await world.patch('pods', 'db-2', { metadata: { finalizers: ['example.com/hold'] } });
  await world.patch(SETS, 'db', { spec: { replicas: 1 } });
  assert.equal(await world.names('pods'), ['db-0', 'db-1']);
  await world.patch('pods', 'db-2', { metadata: { finalizers: null } });
  await world.finishDeletion();
  assert.equal(await world.names('pods'), ['db-0']);
});

test('a deleted or failed pod comes back under its name', async () => {
  await using world = await start();
  await startDb(world, 2);
  await world.runAll();
  const before = (await world.get('pods', 'db-0')).metadata.uid;
  await world.delete('pods', 'db-0', { gracePeriodSeconds: 0 });
  assert.is.not((await world.get('pods', 'db-0')).metadata.uid, before);
  await world.run('db-0');
  await world.run('db-1', { phase: 'Failed' });
  await world.finishDeletion();
  assert.is((await world.get('pods', 'db-1')).status.phase, 'Pending');
});

test('an update replaces pods from the last to the first, waiting for each', async () => {
  await using world = await start();
  await startDb(world, 3);
  await world.runAll();
  await world.patch(SETS, 'db', image('2'));
  await world.finishDeletion();
  assert.equal(await images(world), ['db-0 1', 'db-1 1', 'db-2 2']);
  await world.run('db-2');
  await world.finishDeletion();
  assert.equal(await images(world), ['db-0 1', 'db-1 2', 'db-2 2']);
  await world.run('db-1');
  await world.finishDeletion();
  await world.run('db-0');
  const { status } = await world.get(SETS, 'db');
  assert.is(status.updatedReplicas, 3);
  assert.is(status.currentRevision, status.updateRevision);
});

test('a partition keeps the pods below it at the old revision, even when they are made anew', async () => {
  await using world = await start();
  await startDb(world, 3, { updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 2 } } });
  await world.runAll();
  await world.patch(SETS, 'db', image('2'));
  await world.finishDeletion();
  await world.runAll();
  assert.equal(await images(world), ['db-0 1', 'db-1 1', 'db-2 2']);
  await world.delete('pods', 'db-0', { gracePeriodSeconds: 0 });
  await world.runAll();
  assert.equal(await images(world), ['db-0 1', 'db-1 1', 'db-2 2']);
});

test('with OnDelete a pod is only replaced when somebody deletes it', async () => {
  await using world = await start();
  await startDb(world, 2, { updateStrategy: { type: 'OnDelete' } });
  await world.runAll();
  await world.patch(SETS, 'db', image('2'));
  assert.equal(await images(world), ['db-0 1', 'db-1 1']);
  await world.delete('pods', 'db-1', { gracePeriodSeconds: 0 });
  assert.equal(await images(world), ['db-0 1', 'db-1 2']);
});

test('every pod gets its own claims, which outlive it', async () => {
  await using world = await start();
  const spec = { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } };
  await startDb(world, 2, { volumeClaimTemplates: [{ metadata: { name: 'data' }, spec }] });
  await world.runAll();
  assert.equal(await world.names('persistentvolumeclaims'), ['data-db-0', 'data-db-1']);
  const { volumes } = (await world.get('pods', 'db-1')).spec;
  assert.equal(volumes[0], { name: 'data', persistentVolumeClaim: { claimName: 'data-db-1' } });
  await world.patch(SETS, 'db', { spec: { replicas: 1 } });
  assert.equal(await world.names('persistentvolumeclaims'), ['data-db-0', 'data-db-1']);
});

test('a retention policy gives claims an owner that takes them along', async () => {
  await using world = await start();
  const spec = { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } };
  await startDb(world, 1, {
    volumeClaimTemplates: [{ metadata: { name: 'data' }, spec }],
    persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Delete', whenScaled: 'Retain' },
  });
  const { ownerReferences } = (await world.get('persistentvolumeclaims', 'data-db-0')).metadata;
  assert.equal(
    ownerReferences?.map(({ kind, name }) => `${kind}/${name}`),
    ['StatefulSet/db'],
  );
});

test('its status counts replicas by revision', async () => {
  await using world = await start();
  await startDb(world, 2);
  await world.runAll();
  const { status } = await world.get(SETS, 'db');
  const [revision] = await world.names('apps/v1/controllerrevisions');
  assert.equal(status, {
    observedGeneration: 1,
    replicas: 2,
    readyReplicas: 2,
    currentReplicas: 2,
    updatedReplicas: 2,
    currentRevision: revision,
    updateRevision: revision,
    collisionCount: 0,
    availableReplicas: 2,
  });
});

test.run();
