import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { template, World } from '../_world.ts';

const test = suite('pod garbage collector');
const start = (): Promise<World> => World.start('pod-garbage-collector-controller');

const addPod = (world: World, nodeName: string): Promise<unknown> =>
  world.create('pods', { ...template('web', 'i', { nodeName }), metadata: { name: 'web' } });

test('pods go some time after their node', async () => {
  await using world = await start();
  await world.create('nodes', { metadata: { name: 'a' } });
  await addPod(world, 'a');
  await world.advance(60_000);
  assert.equal(await world.names('pods'), ['web']);
  await world.delete('nodes', 'a');
  await world.advance(39_000);
  assert.equal(await world.names('pods'), ['web']);
  await world.advance(1000);
  assert.equal(await world.names('pods'), []);
});

test('a node that comes late keeps its pods', async () => {
  await using world = await start();
  await addPod(world, 'late');
  await world.advance(30_000);
  await world.create('nodes', { metadata: { name: 'late' } });
  await world.advance(60_000);
  assert.equal(await world.names('pods'), ['web']);
});

test('a pod whose node never comes goes', async () => {
  await using world = await start();
  await addPod(world, 'nowhere');
  await world.advance(40_000);
  assert.equal(await world.names('pods'), []);
});

test.run();
