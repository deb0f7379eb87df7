import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { template, World } from '../_world.ts';

const test = suite('node lifecycle');
const start = (): Promise<World> => World.start('node-lifecycle-controller');

async function report(world: World, type: string, status: string): Promise<void> {
  const condition = { type, status, reason: 'Test', message: '', lastHeartbeatTime: null, lastTransitionTime: null };
  await world.patch('nodes', 'a', { status: { conditions: [condition] } }, 'status');
}

async function taints(world: World): Promise<string[]> {
  const { spec } = await world.get('nodes', 'a');
  return (spec?.taints ?? []).map(
    ({ key, effect }: { key: string; effect: string }) => `${key.split('/')[1]}:${effect}`,
  );
}

const ROWS: [type: string, status: string, expected: string[]][] = [
  ['Ready', 'True', []],
  ['Ready', 'False', ['not-ready:NoSchedule', 'not-ready:NoExecute']],
  ['Ready', 'Unknown', ['unreachable:NoSchedule', 'unreachable:NoExecute']],
  ['MemoryPressure', 'True', ['memory-pressure:NoSchedule']],
  ['DiskPressure', 'True', ['disk-pressure:NoSchedule']],
  ['PIDPressure', 'True', ['pid-pressure:NoSchedule']],
  ['NetworkUnavailable', 'True', ['network-unavailable:NoSchedule']],
];

for (const [type, status, expected] of ROWS)
  test(`${type}=${status} taints a node with ${expected.join(' and ') || 'nothing'}`, async () => {
    await using world = await start();
    await world.create('nodes', { metadata: { name: 'a' } });
    await report(world, type, status);
    assert.equal(await taints(world), expected);
  });

test('a new node loses the taint that the API server gave it, and keeps its own', async () => {
  await using world = await start();
  await world.create('nodes', { metadata: { name: 'a' }, spec: { taints: [{ key: 'x/gpu', effect: 'NoSchedule' }] } });
  assert.equal(await taints(world), ['gpu:NoSchedule']);
});

test('an unschedulable node is tainted until it is not', async () => {
  await using world = await start();
  await world.create('nodes', { metadata: { name: 'a' }, spec: { unschedulable: true } });
  assert.equal(await taints(world), ['unschedulable:NoSchedule']);
  await world.patch('nodes', 'a', { spec: { unschedulable: null } });
  assert.equal(await taints(world), []);
});

test('pods on a node in trouble are not ready, and go when their tolerance ends', async () => {
  await using world = await start();
  await world.create('nodes', { metadata: { name: 'a' } });
  await world.create('pods', { ...template('web', 'i', { nodeName: 'a' }), metadata: { name: 'patient' } });
  const at = { operator: 'Exists', effect: 'NoExecute' };
  const tolerations = [
    { key: 'node.kubernetes.io/not-ready', ...at, tolerationSeconds: 10 },
    { key: 'node.kubernetes.io/unreachable', ...at, tolerationSeconds: 10 },
  ];
  await world.create('pods', { ...template('web', 'i', { nodeName: 'a', tolerations }), metadata: { name: 'brief' } });
  await world.run('patient');
  await world.run('brief');
  await report(world, 'Ready', 'False');
  const [condition] = (await world.get('pods', 'patient')).status.conditions;
  assert.is(condition.status, 'False');
  await world.advance(10_000);
  assert.equal(await world.names('pods'), ['patient']);
  await world.advance(290_000);
  assert.equal(await world.names('pods'), []);
  assert.ok((await world.events('Pod')).includes('TaintManagerEviction: Marking for deletion Pod work/brief'));
});

test('a node that recovers in time keeps its pods', async () => {
  await using world = await start();
  await world.create('nodes', { metadata: { name: 'a' } });
  await world.create('pods', { ...template('web', 'i', { nodeName: 'a' }), metadata: { name: 'one' } });
  await report(world, 'Ready', 'False');
  await world.advance(200_000);
  await report(world, 'Ready', 'True');
  await world.advance(200_000);
  assert.equal(await world.names('pods'), ['one']);
});

test.run();
