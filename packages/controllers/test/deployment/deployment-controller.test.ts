import type { KubeObject } from '@towtank/apimachinery';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { template, World, workload } from '../_world.ts';

const test = suite('Deployment');
const DEPLOYMENTS = 'apps/v1/deployments';
const SETS = 'apps/v1/replicasets';
const start = (): Promise<World> => World.start('deployment-controller', 'replicaset-controller');

const REVISION = 'deployment.kubernetes.io/revision';
const image = (tag: string): object => ({ spec: { template: template('web', `example/app:${tag}`) } });

/** ReplicaSets as `revision image wanted/ready`, oldest first. */
async function sets(world: World): Promise<string[]> {
  const found = await world.list(SETS);
  return found
    .map(({ metadata, spec, status }: KubeObject) =>
      [
        metadata.annotations?.[REVISION],
        spec.template.spec.containers[0].image.split(':')[1],
        `${spec.replicas}/${status?.readyReplicas ?? 0}`,
      ].join(' '),
    )
    .sort();
}

async function conditions(world: World): Promise<string[]> {
  const { status } = await world.get(DEPLOYMENTS, 'web');
  return status.conditions.map(
    ({ type, status: value, reason }: { type: string; status: string; reason: string }) => `${type}=${value} ${reason}`,
  );
}

async function startWeb(world: World, replicas: number, more: object = {}): Promise<void> {
  await world.create(DEPLOYMENTS, { metadata: { name: 'web' }, spec: workload('web', replicas, more) });
}

test('a Deployment makes pods through a ReplicaSet that is named after its template', async () => {
  await using world = await start();
  await startWeb(world, 3);
  const [set] = await world.list(SETS);
  const hash = set?.metadata.labels?.['pod-template-hash'] ?? '';
  assert.is(set?.metadata.name, `web-${hash}`);
  assert.equal(set?.metadata.annotations, {
    'deployment.kubernetes.io/desired-replicas': '3',
    'deployment.kubernetes.io/max-replicas': '4',
    [REVISION]: '1',
  });
  assert.equal(set?.spec.selector.matchLabels, { app: 'web', 'pod-template-hash': hash });
  assert.is((await world.list('pods', `pod-template-hash=${hash}`)).length, 3);
  const { metadata, status } = await world.get(DEPLOYMENTS, 'web');
  assert.is(metadata.annotations?.[REVISION], '1');
  assert.is(status.unavailableReplicas, 3);
  assert.equal(await conditions(world), [
    'Available=False MinimumReplicasUnavailable',
    'Progressing=True ReplicaSetUpdated',
  ]);
});

test('it is complete once its pods are available', async () => {
  await using world = await start();
  await startWeb(world, 3);
  await world.runAll();
  const { status } = await world.get(DEPLOYMENTS, 'web');
  const { conditions: _, ...numbers } = status;
  assert.equal(numbers, {
    observedGeneration: 1,
    replicas: 3,
    updatedReplicas: 3,
    readyReplicas: 3,
    availableReplicas: 3,
    terminatingReplicas: 0,
  });
  assert.equal(await conditions(world), [
    'Available=True MinimumReplicasAvailable',
    'Progressing=True NewReplicaSetAvailable',
  ]);
});

test('a new template rolls over within the fences', async () => {
  await using world = await start();
  await startWeb(world, 4);
  await world.runAll();
  await world.patch(DEPLOYMENTS, 'web', image('2'));
  assert.equal(await sets(world), ['1 1 3/3', '2 2 2/0'], 'one more than wanted, one fewer than wanted');
  const [first = ''] = (await world.list('pods'))
    .filter(({ status }) => status?.phase === 'Pending')
    .map(({ metadata }) => metadata.name ?? '');
  await world.run(first);
  assert.equal(await sets(world), ['1 1 2/2', '2 2 3/1']);
  await world.runAll();
  assert.equal(await sets(world), ['1 1 0/0', '2 2 4/4']);
  assert.is((await world.get(DEPLOYMENTS, 'web')).metadata.annotations?.[REVISION], '2');
});

test('undoing a rollout takes the old ReplicaSet up again under a new revision', async () => {
  await using world = await start();
  await startWeb(world, 1);
  await world.runAll();
  await world.patch(DEPLOYMENTS, 'web', image('2'));
  await world.runAll();
  await world.patch(DEPLOYMENTS, 'web', image('1'));
  await world.runAll();
  assert.equal(await sets(world), ['2 2 0/0', '3 1 1/1']);
  const again = (await world.list(SETS)).find(({ metadata }) => metadata.annotations?.[REVISION] === '3');
  assert.is(again?.metadata.annotations?.['deployment.kubernetes.io/revision-history'], '1');
});

test('the Recreate strategy starts nothing new before the last old pod is gone', async () => {
  await using world = await start();
  await startWeb(world, 2, { strategy: { type: 'Recreate' } });
  await world.runAll();
  for (const name of await world.names('pods'))
    await world.patch('pods', name, { metadata: { finalizers: ['example.com/hold'] } });
  await world.patch(DEPLOYMENTS, 'web', image('2'));
  assert.equal(await sets(world), ['1 1 0/0']);
  const { items } = await world.resource('pods').list({ namespace: 'work' });
  for (const { metadata } of items) await world.patch('pods', metadata.name ?? '', { metadata: { finalizers: null } });
  await world.finishDeletion();
  await world.runAll();
  assert.equal(await sets(world), ['1 1 0/0', '2 2 2/2']);
});

test('scaling is no rollout: the one ReplicaSet follows, its annotations too', async () => {
  await using world = await start();
  await startWeb(world, 2);
  await world.runAll();
  await world.patch(DEPLOYMENTS, 'web', { spec: { replicas: 5 } }, 'scale');
  await world.runAll();
  assert.equal(await sets(world), ['1 1 5/5']);
  const [set] = await world.list(SETS);
  assert.is(set?.metadata.annotations?.['deployment.kubernetes.io/desired-replicas'], '5');
});

test('scaling in the middle of a rollout gives every ReplicaSet its share', async () => {
  await using world = await start();
  await startWeb(world, 10, { strategy: { rollingUpdate: { maxSurge: 3, maxUnavailable: 2 } } });
  await world.runAll();
  await world.patch(DEPLOYMENTS, 'web', image('2'));
  assert.equal(await sets(world), ['1 1 8/8', '2 2 5/0']);
  await world.patch(DEPLOYMENTS, 'web', { spec: { replicas: 15 } });
  assert.equal(await sets(world), ['1 1 11/8', '2 2 7/0']);
});

test('a paused Deployment scales but does not roll', async () => {
  await using world = await start();
  await startWeb(world, 1);
  await world.runAll();
  await world.patch(DEPLOYMENTS, 'web', { spec: { paused: true } });
  await world.patch(DEPLOYMENTS, 'web', { spec: { replicas: 2, template: template('web', 'example/app:2') } });
  await world.runAll();
  assert.equal(await sets(world), ['1 1 2/2']);
  assert.ok((await conditions(world)).includes('Progressing=Unknown DeploymentPaused'));
  await world.patch(DEPLOYMENTS, 'web', { spec: { paused: false } });
  await world.runAll();
  assert.equal(await sets(world), ['1 1 0/0', '2 2 2/2']);
});

test('a rollout that stands still past its deadline says so', async () => {
  await using world = await start();
  await startWeb(world, 1, { progressDeadlineSeconds: 60 });
  await world.advance(62_000);
  assert.ok((await conditions(world)).includes('Progressing=False ProgressDeadlineExceeded'));
});

test('the history keeps as many empty ReplicaSets as its limit', async () => {
  await using world = await start();
  await startWeb(world, 1, { revisionHistoryLimit: 1 });
  for (const tag of ['1', '2', '3', '4']) {
    await world.patch(DEPLOYMENTS, 'web', image(tag));
    await world.runAll();
  }
  assert.equal(await sets(world), ['3 3 0/0', '4 4 1/1']);
});

test('annotations reach the new ReplicaSet, but not those that belong to one object', async () => {
  await using world = await start();
  await world.create(DEPLOYMENTS, {
    metadata: {
      name: 'web',
      annotations: { 'example.com/a': 'b', 'kubectl.kubernetes.io/last-applied-configuration': '{}' },
    },
    spec: workload('web', 1),
  });
  const [set] = await world.list(SETS);
  assert.is(set?.metadata.annotations?.['example.com/a'], 'b');
  assert.is(set?.metadata.annotations?.['kubectl.kubernetes.io/last-applied-configuration'], undefined);
});

test('events tell of every change of size', async () => {
  await using world = await start();
  await startWeb(world, 2);
  const [set] = await world.names(SETS);
  assert.equal(await world.events('Deployment'), [`ScalingReplicaSet: Scaled up replica set ${set} from 0 to 2`]);
});

test.run();
