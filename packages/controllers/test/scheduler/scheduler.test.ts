import type { KubeObject } from '@towtank/apimachinery';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { template, World } from '../_world.ts';

const test = suite('scheduler');
const start = (): Promise<World> => World.start('default-scheduler', 'node-lifecycle-controller');

async function addNode(world: World, name: string, capacity: object = {}): Promise<void> {
  await world.create('nodes', { metadata: { name } });
  const allocatable = { cpu: '2', memory: '4Gi', pods: '10', ...capacity };
  await world.patch('nodes', name, { status: { capacity: allocatable, allocatable } }, 'status');
}

const addPod = (world: World, name: string, spec: object = {}): Promise<KubeObject> =>
  world.create('pods', { ...template('web', 'i', spec), metadata: { name } });

const nodeOf = async (world: World, name: string): Promise<string | undefined> =>
  (await world.get('pods', name)).spec.nodeName;

const scheduled = ({ status }: KubeObject): KubeObject['status'] =>
  status.conditions?.find(({ type }: { type: string }) => type === 'PodScheduled');

test('pods are spread over nodes, the emptiest first', async () => {
  await using world = await start();
  for (const name of ['b', 'a']) await addNode(world, name);
  for (const name of ['p1', 'p2', 'p3']) await addPod(world, name);
  assert.equal(await Promise.all(['p1', 'p2', 'p3'].map((name) => nodeOf(world, name))), ['a', 'b', 'a']);
  assert.is(scheduled(await world.get('pods', 'p1')).status, 'True');
  assert.ok((await world.events('Pod')).includes('Scheduled: Successfully assigned work/p1 to a'));
});

test('a pod that fits nowhere says why, and is bound when a node comes', async () => {
  await using world = await start();
  await addPod(world, 'p');
  const condition = scheduled(await world.get('pods', 'p'));
  assert.is(condition.status, 'False');
  assert.is(condition.reason, 'Unschedulable');
  assert.is(condition.message, 'no nodes available to schedule pods');
  assert.ok((await world.events('Pod')).includes('FailedScheduling: no nodes available to schedule pods'));
  await addNode(world, 'a');
  assert.is(await nodeOf(world, 'p'), 'a');
});

test('a pod waits for room until another one is gone', async () => {
  await using world = await start();
  await addNode(world, 'a', { pods: '1' });
  await addPod(world, 'first');
  await addPod(world, 'second');
  assert.is(await nodeOf(world, 'second'), undefined);
  await world.delete('pods', 'first', { gracePeriodSeconds: 0 });
  assert.is(await nodeOf(world, 'second'), 'a');
});

test('a finished pod makes room', async () => {
  await using world = await start();
  await addNode(world, 'a', { pods: '1' });
  await addPod(world, 'first');
  await addPod(world, 'second');
  await world.run('first', { phase: 'Succeeded' });
  assert.is(await nodeOf(world, 'second'), 'a');
});

test('pods that are made together share out the room', async () => {
  await using world = await start();
  await addNode(world, 'a', { pods: '2' });
  await addNode(world, 'b', { pods: '2' });
  const resource = world.resource('pods');
  const create = (name: string): Promise<KubeObject> =>
    resource.create({ apiVersion: 'v1', kind: 'Pod', ...template('web'), metadata: { name, namespace: 'work' } });
  await Promise.all(['p1', 'p2', 'p3', 'p4', 'p5'].map(create));
  await world.settled();
  const nodes = (await world.list('pods')).map(({ spec }) => spec.nodeName ?? 'none').sort();
  assert.equal(nodes, ['a', 'a', 'b', 'b', 'none']);
});

test('a pod of another scheduler is left alone', async () => {
  await using world = await start();
  await addNode(world, 'a');
  await addPod(world, 'p', { schedulerName: 'mine' });
  assert.is(await nodeOf(world, 'p'), undefined);
});

test('a gated pod waits until its gates are gone', async () => {
  await using world = await start();
  await addNode(world, 'a');
  await addPod(world, 'p', { schedulingGates: [{ name: 'example.com/wait' }] });
  assert.is(await nodeOf(world, 'p'), undefined);
  await world.patch('pods', 'p', { spec: { schedulingGates: [] } });
  assert.is(await nodeOf(world, 'p'), 'a');
});

test('a label on a node lets a pod in', async () => {
  await using world = await start();
  await addNode(world, 'a');
  await addPod(world, 'p', { nodeSelector: { disk: 'ssd' } });
  assert.is(await nodeOf(world, 'p'), undefined);
  await world.patch('nodes', 'a', { metadata: { labels: { disk: 'ssd' } } });
  assert.is(await nodeOf(world, 'p'), 'a');
});

test.run();
