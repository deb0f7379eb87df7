import { Activity } from '@towtank/apimachinery';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { settle } from '../src/settle.ts';

const test = suite('settled()');

const parts = (): { activity: Activity; jobs: Activity } => ({ activity: new Activity(), jobs: new Activity() });

test('waits for a job, and for what its end sets going', async () => {
  const { activity, jobs } = parts();
  const seen: string[] = [];
  const job = new Promise<void>((resolve) => setTimeout(resolve, 5)).then(() => {
    seen.push('job');
    const written = new Promise<void>((resolve) => setTimeout(resolve, 5)).then(() => void seen.push('status'));
    void activity.track('status', written);
  });
  void jobs.track('job', job);
  await settle({ activity, jobs });
  assert.equal(seen, ['job', 'status']);
});

test('waits for the job that follows a job', async () => {
  const { activity, jobs } = parts();
  const endFirst = jobs.begin('first');
  setImmediate(() => {
    const endWrite = activity.begin('status');
    endFirst();
    setTimeout(() => {
      const endSecond = jobs.begin('second');
      endWrite();
      setTimeout(endSecond, 5);
    }, 5);
  });
  await settle({ activity, jobs });
  assert.is(jobs.busy.size, 0);
});

test('names the jobs that do not end', async () => {
  const { activity, jobs } = parts();
  jobs.begin('container main of Pod default/stuck');
  try {
    await settle({ activity, jobs }, { timeoutMs: 5 });
    assert.unreachable();
  } catch (error) {
    assert.match(
      (error as Error).message,
      /^not settled after 5 ms: .* has not returned in container main of Pod default\/stuck\./,
    );
  }
});

test('leaves jobs out of account where it is told to', async () => {
  const { activity, jobs } = parts();
  jobs.begin('stuck');
  await settle({ activity, jobs }, { jobs: false });
  assert.is(jobs.busy.size, 1);
});

test.run();
