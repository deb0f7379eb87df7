import type { KubeObject } from '@towtank/apimachinery';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { template, World } from '../_world.ts';

const test = suite('DaemonSet');
const SETS = 'apps/v1/daemonsets';

async function start(...nodes: KubeObject[]): Promise<World> {
  const world = await World.start('daemonset-controller', 'node-lifecycle-controller');
  for (const node of nodes) await world.create('nodes', node);
  return world;
}

const node = (name: string, labels: Record<string, string> = {}, spec: object = {}): KubeObject => ({
  metadata: { name, labels },
  spec,
});

async function startAgent(world: World, podSpec: object = {}, more: object = {}): Promise<void> {
  const spec = {
    selector: { matchLabels: { app: 'agent' } },
    template: template('agent', 'example/app:1', podSpec),
    ...more,
  };
  await world.create(SETS, { metadata: { name: 'agent' }, spec });
}

/** Pods as `node image`. */
async function places(world: World): Promise<string[]> {
  const pods = await world.list('pods');
  return pods
    .map(({ spec }) => {
      const [term] = spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms;
      return `${term.matchFields[0].values[0]} ${spec.containers[0].image.split(':')[1]}`;
    })
    .sort();
}

test('every node gets one pod, those that come later too', async () => {
  await using world = await start(node('a'), node('b'));
  await startAgent(world);
  assert.equal(await places(world), ['a 1', 'b 1']);
  await world.create('nodes', node('c'));
  assert.equal(await places(world), ['a 1', 'b 1', 'c 1']);
});

test('a node selector chooses, and a node that no longer fits is cleared', async () => {
  await using world = await start(node('a', { disk: 'ssd' }), node('b'));
  await startAgent(world, { nodeSelector: { disk: 'ssd' } });
  assert.equal(await places(world), ['a 1']);
  await world.patch('nodes', 'b', { metadata: { labels: { disk: 'ssd' } } });
  assert.equal(await places(world), ['a 1', 'b 1']);
  await world.patch('nodes', 'a', { metadata: { labels: { disk: null } } });
  assert.equal(await places(world), ['b 1']);
});

test('a taint keeps pods away unless they tolerate it', async () => {
  const taints = [{ key: 'gpu', value: 'yes', effect: 'NoSchedule' }];
  await using world = await start(node('a', {}, { taints }), node('b'));
  await startAgent(world);
  assert.equal(await places(world), ['b 1']);
  await world.patch(SETS, 'agent', {
    spec: { template: { spec: { tolerations: [{ key: 'gpu', operator: 'Exists' }] } } },
  });
  assert.equal(await places(world), ['a 1', 'b 1']);
});

test('an unschedulable node is no obstacle to daemons', async () => {
  await using world = await start(node('a', {}, { unschedulable: true }));
  await startAgent(world);
  assert.equal(await places(world), ['a 1']);
  const [pod] = await world.list('pods');
  const keys = pod?.spec.tolerations.map(({ key }: { key: string }) => key.split('/')[1]).sort();
  assert.equal(keys, ['disk-pressure', 'memory-pressure', 'not-ready', 'pid-pressure', 'unreachable', 'unschedulable']);
});

test('an update replaces one node after the other', async () => {
  await using world = await start(node('a'), node('b'));
  await startAgent(world);
  await world.runAll();
  await world.patch(SETS, 'agent', { spec: { template: template('agent', 'example/app:2') } });
  await world.finishDeletion();
  assert.is((await places(world)).filter((place) => place.endsWith('2')).length, 1);
  await world.runAll();
  await world.finishDeletion();
  await world.runAll();
  assert.equal(await places(world), ['a 2', 'b 2']);
  assert.is((await world.get(SETS, 'agent')).status.updatedNumberScheduled, 2);
});

test('with a surge the new pod stands beside the old one until it is ready', async () => {
  await using world = await start(node('a'));
  const rollingUpdate = { maxSurge: 1, maxUnavailable: 0 };
  await startAgent(world, {}, { updateStrategy: { type: 'RollingUpdate', rollingUpdate } });
  await world.runAll();
  await world.patch(SETS, 'agent', { spec: { template: template('agent', 'example/app:2') } });
  assert.equal(await places(world), ['a 1', 'a 2']);
  await world.runAll();
  await world.finishDeletion();
  assert.equal(await places(world), ['a 2']);
});

test('a failed pod is replaced, the next time only after a while', async () => {
  await using world = await start(node('a'));
  await startAgent(world);
  const fail = async (): Promise<string> => {
    const [name = ''] = await world.names('pods');
    await world.run(name, { phase: 'Failed' });
    await world.finishDeletion();
    return name;
  };
  const first = await fail();
  assert.not((await world.names('pods')).includes(first));
  const second = await fail();
  assert.ok((await world.names('pods')).includes(second));
  await world.advance(1000);
  await world.finishDeletion();
  assert.not((await world.names('pods')).includes(second));
});

test('its status counts nodes', async () => {
  await using world = await start(node('a'), node('b'));
  await startAgent(world);
  const [first = ''] = await world.names('pods');
  await world.run(first);
  assert.equal((await world.get(SETS, 'agent')).status, {
    currentNumberScheduled: 2,
    numberMisscheduled: 0,
    desiredNumberScheduled: 2,
    numberReady: 1,
    observedGeneration: 1,
    updatedNumberScheduled: 2,
    numberAvailable: 1,
    numberUnavailable: 1,
  });
});

test.run();
