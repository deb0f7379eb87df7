import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { World } from '../_world.ts';

const test = suite('CronJob');
const CRON_JOBS = 'batch/v1/cronjobs';
const JOBS = 'batch/v1/jobs';
const MINUTE = 60_000;
const start = (): Promise<World> => World.start('cronjob-controller');

async function startTick(world: World, spec: object = {}): Promise<void> {
  const template = { spec: { restartPolicy: 'Never', containers: [{ name: 'main', image: 'example/app:1' }] } };
  const jobTemplate = { metadata: { labels: { from: 'tick' } }, spec: { template } };
  await world.create(CRON_JOBS, {
    metadata: { name: 'tick' },
    spec: { schedule: '*/5 * * * *', jobTemplate, ...spec },
  });
}

async function finish(world: World, job: string, type: 'Complete' | 'Failed' = 'Complete'): Promise<void> {
  const now = new Date(world.clock.now()).toISOString().replace('.000', '');
  const decided = type === 'Complete' ? 'SuccessCriteriaMet' : 'FailureTarget';
  const condition = { status: 'True', reason: 'Test', lastProbeTime: now, lastTransitionTime: now };
  const conditions = [
    { ...condition, type: decided },
    { ...condition, type },
  ];
  const completionTime = type === 'Complete' ? { completionTime: now } : {};
  await world.patch(JOBS, job, { status: { startTime: now, ...completionTime, conditions } }, 'status');
}

/** The name of the run that is due this many minutes after the start. */
const run = (minutes: number): string => `tick-${Date.UTC(2026, 0, 1) / MINUTE + minutes}`;

test('a Job starts when it is due, named after its minute', async () => {
  await using world = await start();
  await startTick(world);
  await world.advance(4 * MINUTE);
  assert.equal(await world.names(JOBS), []);
  await world.advance(MINUTE);
  assert.equal(await world.names(JOBS), [run(5)]);
  const job = await world.get(JOBS, run(5));
  assert.is(job.metadata.labels?.from, 'tick');
  assert.is(job.metadata.annotations?.['batch.kubernetes.io/cronjob-scheduled-timestamp'], '2026-01-01T00:05:00Z');
  assert.is(job.metadata.ownerReferences?.[0]?.kind, 'CronJob');
  const { status } = await world.get(CRON_JOBS, 'tick');
  assert.is(status.lastScheduleTime, '2026-01-01T00:05:00Z');
  assert.equal(
    status.active.map(({ name }: { name: string }) => name),
    [run(5)],
  );
});

test('a finished Job leaves the list of active ones', async () => {
  await using world = await start();
  await startTick(world);
  await world.advance(5 * MINUTE);
  await finish(world, run(5));
  const { status } = await world.get(CRON_JOBS, 'tick');
  assert.is(status.active, undefined);
  assert.is(status.lastSuccessfulTime, '2026-01-01T00:05:00Z');
  assert.ok(
    (await world.events('CronJob')).includes(`SawCompletedJob: Saw completed job: ${run(5)}, condition: Complete`),
  );
});

test('Forbid lets no second Job start beside the first', async () => {
  await using world = await start();
  await startTick(world, { concurrencyPolicy: 'Forbid' });
  await world.advance(5 * MINUTE);
  await world.advance(5 * MINUTE);
  assert.equal(await world.names(JOBS), [run(5)]);
  await finish(world, run(5));
  assert.equal(await world.names(JOBS), [run(5), run(10)], 'the run that had to wait is due still');
});

test('Replace deletes the Job that still runs', async () => {
  await using world = await start();
  await startTick(world, { concurrencyPolicy: 'Replace' });
  await world.advance(5 * MINUTE);
  await world.advance(5 * MINUTE);
  assert.equal(await world.names(JOBS), [run(10)]);
});

test('nothing starts while suspended', async () => {
  await using world = await start();
  await startTick(world, { suspend: true });
  await world.advance(20 * MINUTE);
  assert.equal(await world.names(JOBS), []);
});

test('of several missed runs the last one starts, if its deadline allows it', async () => {
  await using world = await start();
  await startTick(world, { suspend: true });
  await world.advance(17 * MINUTE);
  await world.patch(CRON_JOBS, 'tick', { spec: { suspend: false, startingDeadlineSeconds: 300 } });
  assert.equal(await world.names(JOBS), [run(15)]);
});

test('a run that missed its deadline does not start', async () => {
  await using world = await start();
  await startTick(world, { suspend: true });
  await world.advance(17 * MINUTE);
  await world.patch(CRON_JOBS, 'tick', { spec: { suspend: false, startingDeadlineSeconds: 60 } });
  assert.equal(await world.names(JOBS), []);
});

test('the history keeps as many finished Jobs as its limits', async () => {
  await using world = await start();
  await startTick(world, { successfulJobsHistoryLimit: 1, failedJobsHistoryLimit: 1 });
  for (const [minutes, type] of [
    [5, 'Complete'],
    [10, 'Failed'],
    [15, 'Complete'],
    [20, 'Failed'],
  ] as const) {
    await world.advance(5 * MINUTE);
    await finish(world, run(minutes), type);
  }
  assert.equal(await world.names(JOBS), [run(15), run(20)]);
});

test.run();
