import { Activity, delay, FakeClock } from '@towtank/apimachinery';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { isJob, JobMark } from '../../src/container/job-mark.ts';
import type { Container, Pod } from '../../src/pod/pod.ts';

const test = suite('job mark');

const main: Container = { name: 'main', image: 'example/app' };
const KINDS: [string, string | undefined, Partial<Container>, boolean][] = [
  ['a container that is never started again is a job', 'Never', {}, true],
  ['so is one that is started again after failures only', 'OnFailure', {}, true],
  ['a container that always runs is none', 'Always', {}, false],
  ['and always is what a Pod says that says nothing', undefined, {}, false],
  ['a sidecar is none', 'Never', { restartPolicy: 'Always' }, false],
  ['a container that reads what somebody types is none', 'Never', { stdin: true }, false],
];

for (const [title, restartPolicy, more, expected] of KINDS)
  test(title, () => {
    const spec = { containers: [], ...(restartPolicy === undefined ? {} : { restartPolicy }) };
    assert.is(isJob({ metadata: {}, spec } as Pod, { ...main, ...more }), expected);
  });

test('a job counts from its beginning to its end', () => {
  const jobs = new Activity();
  const mark = new JobMark(jobs, 'container main of Pod default/job');
  assert.is(jobs.busy.size, 0);
  mark.begin();
  assert.equal([...jobs.busy.keys()], ['container main of Pod default/job']);
  mark.end();
  assert.is(jobs.busy.size, 0);
});

test('while it waits for the clock it does not count', async () => {
  const [jobs, clock] = [new Activity(), new FakeClock()];
  const mark = new JobMark(jobs, 'job');
  mark.begin();
  const waited = delay(mark.watch(clock), 1000);
  assert.is(jobs.busy.size, 0);
  clock.advance(1000);
  await waited;
  assert.is(jobs.busy.size, 1);
});

test('a timer that is cancelled, or outlives the job, changes nothing', () => {
  const [jobs, clock] = [new Activity(), new FakeClock()];
  const mark = new JobMark(jobs, 'job');
  mark.begin();
  const timer = mark.watch(clock).schedule(1000, () => {});
  timer.cancel();
  timer.cancel();
  assert.is(jobs.busy.size, 1);
  mark.watch(clock).schedule(1000, () => {});
  mark.end();
  clock.advance(1000);
  assert.is(jobs.busy.size, 0);
});

test.run();
