import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { template, World, workload } from '../_world.ts';

const test = suite('ReplicaSet and ReplicationController');
const SETS = 'apps/v1/replicasets';
const start = (): Promise<World> =>
  World.start('replicaset-controller', 'replicationcontroller-controller', 'garbage-collector-controller');

test('a ReplicaSet makes as many pods as it asks for, each owned by it', async () => {
  await using world = await start();
  const { metadata } = await world.create(SETS, { metadata: { name: 'web' }, spec: workload('web', 3) });
  const pods = await world.list('pods');
  assert.is(pods.length, 3);
  const owner = { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'web', uid: metadata.uid };
  for (const pod of pods) {
    assert.match(pod.metadata.name ?? '', /^web-[a-z0-9]{5}$/);
    assert.equal(pod.metadata.ownerReferences, [{ ...owner, controller: true, blockOwnerDeletion: true }]);
  }
  assert.equal((await world.get(SETS, 'web')).status, {
    replicas: 3,
    fullyLabeledReplicas: 3,
    terminatingReplicas: 0,
    observedGeneration: 1,
  });
});

test('its status follows pods that become ready, and available after the minimum time', async () => {
  await using world = await start();
  await world.create(SETS, { metadata: { name: 'web' }, spec: workload('web', 2, { minReadySeconds: 30 }) });
  await world.runAll();
  assert.is((await world.get(SETS, 'web')).status.readyReplicas, 2);
  assert.is((await world.get(SETS, 'web')).status.availableReplicas, undefined);
  await world.advance(30_000);
  assert.is((await world.get(SETS, 'web')).status.availableReplicas, 2);
});

test('a deleted or failed pod is replaced', async () => {
  await using world = await start();
  await world.create(SETS, { metadata: { name: 'web' }, spec: workload('web', 2) });
  const [first = '', second = ''] = await world.names('pods');
  await world.delete('pods', first, { gracePeriodSeconds: 0 });
  await world.run(second, { phase: 'Failed' });
  const names = await world.names('pods');
  assert.is(names.length, 3);
  assert.not(names.includes(first));
});

test('a matching stray is adopted and, being one too many, the youngest pods go', async () => {
  await using world = await start();
  await world.create(SETS, { metadata: { name: 'web' }, spec: workload('web', 2) });
  await world.runAll();
  await world.create('pods', { ...template('web'), metadata: { name: 'stray', labels: { app: 'web' } } });
  assert.is((await world.list('pods')).length, 2);
  assert.not((await world.names('pods')).includes('stray'));
});

test('a pod that no longer matches is released and replaced', async () => {
  await using world = await start();
  await world.create(SETS, { metadata: { name: 'web' }, spec: workload('web', 1) });
  const [name = ''] = await world.names('pods');
  await world.patch('pods', name, { metadata: { labels: { app: 'other' } } });
  assert.is((await world.get('pods', name)).metadata.ownerReferences, undefined);
  assert.is((await world.list('pods', 'app=web')).length, 1);
});

test('scaling down deletes pods that do not run before those that do, and cheap ones before dear ones', async () => {
  await using world = await start();
  await world.create(SETS, { metadata: { name: 'web' }, spec: workload('web', 4) });
  const [a = '', b = '', c = '', d = ''] = await world.names('pods');
  for (const name of [a, b, c]) await world.run(name);
  await world.patch('pods', b, { metadata: { annotations: { 'controller.kubernetes.io/pod-deletion-cost': '-5' } } });
  await world.patch(SETS, 'web', { spec: { replicas: 3 } });
  assert.not((await world.names('pods')).includes(d));
  await world.patch(SETS, 'web', { spec: { replicas: 2 } });
  assert.equal((await world.names('pods')).sort(), [a, c].sort());
});

test('a refused creation shows as a condition and an event, and goes once pods can be made', async () => {
  await using world = await start();
  await world.create('resourcequotas', { metadata: { name: 'none' }, spec: { hard: { pods: '0' } } });
  await world.patch('resourcequotas', 'none', { status: { hard: { pods: '0' }, used: { pods: '0' } } }, 'status');
  await world.create(SETS, { metadata: { name: 'web' }, spec: workload('web', 1) });
  const [condition] = (await world.get(SETS, 'web')).status.conditions;
  assert.is(condition.type, 'ReplicaFailure');
  assert.is(condition.reason, 'FailedCreate');
  assert.match(condition.message, /exceeded quota/);
  assert.match((await world.events('ReplicaSet')).join(), /FailedCreate: Error creating: .*exceeded quota/);
  await world.delete('resourcequotas', 'none');
  await world.advance(60_000);
  assert.is((await world.list('pods')).length, 1);
  assert.is((await world.get(SETS, 'web')).status.conditions, undefined);
});

test('an orphaning deletion leaves pods without an owner', async () => {
  await using world = await start();
  await world.create(SETS, { metadata: { name: 'web' }, spec: workload('web', 2) });
  await world.delete(SETS, 'web', { propagationPolicy: 'Orphan' });
  assert.equal(
    (await world.list('pods')).map(({ metadata }) => metadata.ownerReferences),
    [undefined, undefined],
  );
});

test('a ReplicationController takes its selector from the template and makes pods', async () => {
  await using world = await start();
  await world.create('replicationcontrollers', {
    metadata: { name: 'rc' },
    spec: { replicas: 2, template: template('rc') },
  });
  const pods = await world.list('pods', 'app=rc');
  assert.equal(
    pods.map(({ metadata }) => metadata.ownerReferences?.[0]?.kind),
    ['ReplicationController', 'ReplicationController'],
  );
  assert.equal((await world.get('replicationcontrollers', 'rc')).status, {
    replicas: 2,
    fullyLabeledReplicas: 2,
    observedGeneration: 1,
  });
});

test.run();
