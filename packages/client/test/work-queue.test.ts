import { Activity, conflict, FakeClock } from '@towtank/apimachinery';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { WorkQueue, type WorkQueueOptions } from '../src/index.ts';
import { turn } from './_fake-api.ts';

const test = suite('WorkQueue');

interface Rig {
  readonly queue: WorkQueue;
  readonly clock: FakeClock;
  readonly activity: Activity;
  [Symbol.asyncDispose](): Promise<void>;
}

function startRig(reconcile: (key: string) => Promise<void>, options: Partial<WorkQueueOptions> = {}): Rig {
  const clock = new FakeClock();
  const activity = new Activity();
  const queue = new WorkQueue({ name: 'test', reconcile, clock, activity, ...options });
  return { queue, clock, activity, [Symbol.asyncDispose]: () => queue.close() };
}

test('a burst of additions costs one reconcile for each key', async () => {
  const seen: string[] = [];
  await using rig = startRig(async (key) => void seen.push(key));
  for (const key of ['a', 'b', 'a', 'a']) rig.queue.add(key);
  await rig.activity.settled();
  assert.equal(seen, ['a', 'b']);
});

test('a key added while it is reconciled is reconciled again, never twice at a time', async () => {
  let running = 0;
  let most = 0;
  let count = 0;
  await using rig = startRig(
    async (key) => {
      running += 1;
      most = Math.max(most, running);
      count += 1;
      if (count === 1) rig.queue.add(key);
      await turn();
      running -= 1;
    },
    { workers: 4 },
  );
  rig.queue.add('a');
  await rig.activity.settled();
  assert.is(count, 2);
  assert.is(most, 1);
});

test('workers bound how many keys are reconciled at a time', async () => {
  let running = 0;
  let most = 0;
  await using rig = startRig(
    async () => {
      running += 1;
      most = Math.max(most, running);
      await turn();
      running -= 1;
    },
    { workers: 2 },
  );
  for (const key of ['a', 'b', 'c', 'd', 'e']) rig.queue.add(key);
  await rig.activity.settled();
  assert.is(most, 2);
});

test('failures back off by the clock, doubling, and success forgets them', async () => {
  let attempts = 0;
  await using rig = startRig(async () => {
    attempts += 1;
    if (attempts <= 3) throw new Error('no');
  });
  rig.queue.add('a');
  for (const [delayMs, expected] of [
    [5, 2],
    [10, 3],
    [20, 4],
  ] as const) {
    await rig.activity.settled();
    rig.clock.advance(delayMs - 1);
    await rig.activity.settled();
    assert.is(attempts, expected - 1);
    rig.clock.advance(1);
    await rig.activity.settled();
    assert.is(attempts, expected);
  }
  assert.is(rig.queue.failuresOf('a'), 0);
});

test('a lost race is retried in the next turn, so that settled() covers it', async () => {
  let attempts = 0;
  await using rig = startRig(async () => {
    attempts += 1;
    if (attempts < 3) throw conflict({ group: '', resource: 'pods' }, 'a', 'the object has been modified');
  });
  rig.queue.add('a');
  await rig.activity.settled();
  assert.is(attempts, 3);
});

test('a key that keeps failing is dropped after its retries', async () => {
  const told: boolean[] = [];
  await using rig = startRig(
    async () => {
      throw new Error('never');
    },
    { maxRetries: 2, failed: (_key, _error, retrying) => void told.push(retrying) },
  );
  rig.queue.add('a');
  for (let round = 0; round < 5; round += 1) {
    await rig.activity.settled();
    rig.clock.advance(1000);
  }
  assert.equal(told, [true, true, false]);
  assert.is(rig.clock.timers, 0);
});

test('of several delays the earliest holds, and waiting does not count as busy', async () => {
  const seen: number[] = [];
  await using rig = startRig(async () => void seen.push(rig.clock.now()));
  const startMs = rig.clock.now();
  rig.queue.addAfter('a', 500);
  rig.queue.addAfter('a', 200);
  rig.queue.addAfter('a', 900);
  assert.is(rig.activity.busy.size, 0);
  rig.clock.advance(200);
  await rig.activity.settled();
  rig.clock.advance(5000);
  await rig.activity.settled();
  assert.equal(seen, [startMs + 200]);
});

test('closing waits for what runs, drops what waits and leaves no timer', async () => {
  let finished = false;
  const seen: string[] = [];
  const rig = startRig(async (key) => {
    seen.push(key);
    await turn();
    finished = true;
  });
  rig.queue.add('a');
  rig.queue.add('b');
  rig.queue.addAfter('c', 10);
  await turn();
  await rig.queue.close();
  assert.ok(finished);
  assert.equal(seen, ['a']);
  assert.is(rig.clock.timers, 0);
  assert.is(rig.activity.busy.size, 0);
});

test.run();
