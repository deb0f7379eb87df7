/** Time goes on by itself, or by hand. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { delay, FakeClock, formatMicroTime, formatTime, realClock } from '../src/index.ts';

const test = suite('clock');

test('a fake clock stands still', () => {
  const clock = new FakeClock(1000);
  assert.is(clock.now(), 1000);
  assert.is(clock.now(), 1000);
});

test('timers run in order of their due time, then of their setting', () => {
  const clock = new FakeClock(0);
  const ran: string[] = [];
  clock.schedule(20, () => ran.push('late'));
  clock.schedule(10, () => ran.push('first'));
  clock.schedule(10, () => ran.push('second'));
  clock.schedule(-5, () => ran.push('overdue'));
  clock.advance(15);
  assert.equal(ran, ['overdue', 'first', 'second']);
  assert.is(clock.timers, 1);
});

test('a timer sees its own due time as now', () => {
  const clock = new FakeClock(0);
  let seen = -1;
  clock.schedule(10, () => {
    seen = clock.now();
  });
  clock.advance(25);
  assert.is(seen, 10);
  assert.is(clock.now(), 25);
});

test('timers set meanwhile run in the same advance', () => {
  const clock = new FakeClock(0);
  const ticks: number[] = [];
  const tick = (): void => {
    ticks.push(clock.now());
    clock.schedule(10, tick);
  };
  clock.schedule(10, tick);
  clock.advance(35);
  assert.equal(ticks, [10, 20, 30]);
});

test('a cancelled timer does not run, and cancelling twice is harmless', () => {
  const clock = new FakeClock(0);
  const timer = clock.schedule(1, () => assert.unreachable('it ran'));
  timer.cancel();
  timer.cancel();
  clock.advance(5);
  assert.is(clock.timers, 0);
});

test('a delay ends when its time has come', async () => {
  const clock = new FakeClock(0);
  let ended = false;
  const waiting = delay(clock, 10).then(() => {
    ended = true;
  });
  clock.advance(9);
  await Promise.resolve();
  assert.not.ok(ended);
  clock.advance(1);
  await waiting;
  assert.ok(ended);
});

test('a delay ends at once when aborted, and leaves no timer', async () => {
  const clock = new FakeClock(0);
  const controller = new AbortController();
  const waiting = delay(clock, 1000, controller.signal);
  controller.abort();
  await waiting;
  await delay(clock, 1000, controller.signal);
  assert.is(clock.timers, 0);
});

test('the real clock runs and cancels timers', async () => {
  const before = realClock.now();
  realClock.schedule(0, () => assert.unreachable('it ran')).cancel();
  const keepAlive = setInterval(() => {}, 1000);
  await new Promise<void>((resolve) => void realClock.schedule(5, resolve));
  clearInterval(keepAlive);
  assert.ok(realClock.now() >= before);
});

test('times have whole seconds, micro times six digits', () => {
  const at = Date.UTC(2026, 4, 6, 7, 8, 9, 987);
  assert.is(formatTime(at), '2026-05-06T07:08:09Z');
  assert.is(formatMicroTime(at), '2026-05-06T07:08:09.987000Z');
});

test.run();
