import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { template, World, workload } from '../_world.ts';

const test = suite('PodDisruptionBudget');
const BUDGETS = 'policy/v1/poddisruptionbudgets';
const start = (): Promise<World> => World.start('disruption-controller', 'replicaset-controller');

async function status(world: World, spec: object): Promise<Record<string, unknown>> {
  const budget = { metadata: { name: 'web' }, spec: { selector: { matchLabels: { app: 'web' } }, ...spec } };
  await world.create(BUDGETS, budget);
  const { conditions, ...numbers } = (await world.get(BUDGETS, 'web')).status;
  return { ...numbers, reason: conditions[0].reason };
}

const ROWS: [name: string, spec: object, expected: object][] = [
  ['a minimum', { minAvailable: 2 }, { disruptionsAllowed: 1, desiredHealthy: 2, expectedPods: 4 }],
  ['a minimum in percent', { minAvailable: '50%' }, { disruptionsAllowed: 1, desiredHealthy: 2, expectedPods: 4 }],
  ['a maximum', { maxUnavailable: 1 }, { disruptionsAllowed: 0, desiredHealthy: 3, expectedPods: 4 }],
  ['a maximum in percent', { maxUnavailable: '60%' }, { disruptionsAllowed: 2, desiredHealthy: 1, expectedPods: 4 }],
];

for (const [name, spec, expected] of ROWS)
  test(`${name} counts against the size of the controller behind the pods`, async () => {
    await using world = await start();
    await world.create('apps/v1/replicasets', { metadata: { name: 'web' }, spec: workload('web', 4) });
    const pods = await world.names('pods');
    for (const pod of pods.slice(0, 3)) await world.run(pod);
    const { disruptionsAllowed } = expected as { disruptionsAllowed: number };
    assert.equal(await status(world, spec), {
      observedGeneration: 1,
      currentHealthy: 3,
      ...expected,
      reason: disruptionsAllowed > 0 ? 'SufficientPods' : 'InsufficientPods',
    });
  });

test('pods without a controller count by themselves', async () => {
  await using world = await start();
  await world.create('pods', { ...template('web'), metadata: { name: 'one', labels: { app: 'web' } } });
  await world.run('one');
  const { disruptionsAllowed, expectedPods } = await status(world, { minAvailable: 1 });
  assert.equal([disruptionsAllowed, expectedPods], [0, 1]);
});

test('a pod that stops being ready uses the budget up', async () => {
  await using world = await start();
  await world.create('apps/v1/replicasets', { metadata: { name: 'web' }, spec: workload('web', 2) });
  await world.runAll();
  assert.is((await status(world, { minAvailable: 1 })).disruptionsAllowed, 1);
  const [first = ''] = await world.names('pods');
  await world.run(first, { ready: false });
  assert.is((await world.get(BUDGETS, 'web')).status.disruptionsAllowed, 0);
});

test.run();
