/** `settled()` resolves when nobody is busy, and not before. */
import { setImmediate } from 'node:timers/promises';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Activity } from '../src/index.ts';

const test = suite('activity');

/** Whether the barrier has fallen yet. */
function watch(activity: Activity): { fallen: boolean } {
  const state = { fallen: false };
  void activity.settled().then(() => {
    state.fallen = true;
  });
  return state;
}

async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) await setImmediate();
}

test('an idle activity settles', () => new Activity().settled());

test('work in progress holds the barrier', async () => {
  const activity = new Activity();
  const end = activity.begin('queue');
  const state = watch(activity);
  await turns(5);
  assert.not.ok(state.fallen);
  end();
  await activity.settled();
  await turns(1);
  assert.ok(state.fallen);
});

test('work that begins as other work ends holds the barrier on', async () => {
  const activity = new Activity();
  const first = activity.begin('a');
  const state = watch(activity);
  await turns(1);
  first();
  const second = activity.begin('b');
  await turns(5);
  assert.not.ok(state.fallen);
  second();
  await activity.settled();
});

test('work that a turn of the event loop brings holds the barrier on', async () => {
  const activity = new Activity();
  const first = activity.begin('a');
  const state = watch(activity);
  let second = (): void => {};
  first();
  await new Promise<void>((resolve) =>
    process.nextTick(() => {
      second = activity.begin('b');
      resolve();
    }),
  );
  await turns(5);
  assert.not.ok(state.fallen);
  second();
  await activity.settled();
});

test('ending twice counts once', async () => {
  const activity = new Activity();
  const [first, second] = [activity.begin('a'), activity.begin('a')];
  first();
  first();
  assert.equal([...activity.busy], [['a', 1]]);
  second();
  assert.is(activity.busy.size, 0);
  await activity.settled();
});

test('a tracked promise is work until it settles, either way', async () => {
  const activity = new Activity();
  assert.is(await activity.track('a', Promise.resolve(7)), 7);
  await activity.track('b', Promise.reject(new Error('no'))).then(assert.unreachable, () => {});
  assert.is(activity.busy.size, 0);
});

test('every waiter is woken', async () => {
  const activity = new Activity();
  const end = activity.begin('a');
  const all = Promise.all([activity.settled(), activity.settled(), activity.settled()]);
  end();
  await all;
});

test.run();
