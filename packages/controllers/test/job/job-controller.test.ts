import type { KubeObject } from '@towtank/apimachinery';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { World } from '../_world.ts';

const test = suite('Job');
const JOBS = 'batch/v1/jobs';
const start = (): Promise<World> => World.start('job-controller', 'garbage-collector-controller');

async function startJob(world: World, spec: object = { completions: 1 }, podSpec: object = {}): Promise<void> {
  const containers = [{ name: 'main', image: 'example/app:1' }];
  const labels = { 'job-name': 'job' };
  const template = { metadata: { labels }, spec: { restartPolicy: 'Never', containers, ...podSpec } };
  const own = { manualSelector: true, selector: { matchLabels: labels }, template };
  await world.create(JOBS, { metadata: { name: 'job' }, spec: { ...own, ...spec } });
}

const pods = (world: World): Promise<string[]> => world.names('pods', 'job-name=job');

/** Ends every active pod of the job. */
async function end(world: World, phase: string, exitCode = 0): Promise<void> {
  for (const { metadata, status } of await world.list('pods', 'job-name=job'))
    if (status?.phase === 'Pending' || status?.phase === 'Running')
      await world.run(metadata.name ?? '', { phase, exitCode, ready: false });
}

async function status(world: World): Promise<KubeObject['status']> {
  return (await world.get(JOBS, 'job')).status;
}

const conditionsOf = ({ conditions = [] }: { conditions?: { type: string; reason: string }[] }): string[] =>
  conditions.map(({ type, reason }) => `${type} ${reason}`);

test('a Job runs one pod and is complete when that has succeeded', async () => {
  await using world = await start();
  await startJob(world);
  const [name = ''] = await pods(world);
  assert.match(name, /^job-[a-z0-9]{5}$/);
  assert.equal((await world.get('pods', name)).metadata.finalizers, ['batch.kubernetes.io/job-tracking']);
  assert.equal(await status(world), {
    startTime: '2026-01-01T00:00:00Z',
    active: 1,
    terminating: 0,
    ready: 0,
    uncountedTerminatedPods: {},
  });
  await end(world, 'Succeeded');
  const { conditions, ...numbers } = await status(world);
  assert.equal(numbers, {
    startTime: '2026-01-01T00:00:00Z',
    completionTime: '2026-01-01T00:00:00Z',
    succeeded: 1,
    terminating: 0,
    ready: 0,
    uncountedTerminatedPods: {},
  });
  assert.equal(conditionsOf({ conditions }), ['SuccessCriteriaMet CompletionsReached', 'Complete CompletionsReached']);
  assert.is((await world.get('pods', name)).metadata.finalizers, undefined);
  assert.ok((await world.events('Job')).includes('Completed: Job completed'));
});

test('completions are worked off, as many pods at a time as the parallelism allows', async () => {
  await using world = await start();
  await startJob(world, { completions: 5, parallelism: 2 });
  assert.is((await pods(world)).length, 2);
  await end(world, 'Succeeded');
  assert.is((await status(world)).active, 2);
  await end(world, 'Succeeded');
  assert.is((await status(world)).active, 1);
  await end(world, 'Succeeded');
  assert.is((await status(world)).succeeded, 5);
  assert.is((await pods(world)).length, 5);
});

test('without completions one success is enough, and the others are waited for', async () => {
  await using world = await start();
  await startJob(world, { parallelism: 2 });
  const [first = ''] = await pods(world);
  await world.run(first, { phase: 'Succeeded', ready: false });
  assert.equal(conditionsOf(await status(world)), []);
  assert.is((await pods(world)).length, 2);
  await end(world, 'Succeeded');
  assert.is((await status(world)).succeeded, 2);
  assert.ok(conditionsOf(await status(world)).includes('Complete CompletionsReached'));
});

test('an indexed Job gives each pod its index, and remembers which are done', async () => {
  await using world = await start();
  await startJob(world, { completions: 4, parallelism: 4, completionMode: 'Indexed' });
  const found = await world.list('pods', 'job-name=job');
  const index = 'batch.kubernetes.io/job-completion-index';
  assert.equal(
    found.map(({ metadata }) => metadata.annotations?.[index]),
    ['0', '1', '2', '3'],
  );
  assert.equal(
    found.map(({ spec }) => spec.hostname),
    ['job-0', 'job-1', 'job-2', 'job-3'],
  );
  const [variable] = found[0]?.spec.containers[0].env ?? [];
  assert.is(variable.name, 'JOB_COMPLETION_INDEX');
  for (const at of [0, 2, 3]) await world.run(found[at]?.metadata.name ?? '', { phase: 'Succeeded', ready: false });
  assert.is((await status(world)).completedIndexes, '0,2,3');
  await end(world, 'Failed', 1);
  await world.advance(10_000);
  const again = (await world.list('pods', 'job-name=job')).filter((pod) => pod.status?.phase === 'Pending');
  assert.equal(
    again.map(({ metadata }) => metadata.annotations?.[index]),
    ['1'],
  );
  await end(world, 'Succeeded');
  assert.is((await status(world)).completedIndexes, '0-3');
});

test('failed pods are replaced later and later, until the limit is reached', async () => {
  await using world = await start();
  await startJob(world, { completions: 1, backoffLimit: 2 });
  await end(world, 'Failed', 1);
  assert.is((await status(world)).active, undefined);
  await world.advance(10_000);
  assert.is((await status(world)).active, 1);
  await end(world, 'Failed', 1);
  await world.advance(19_000);
  assert.is((await status(world)).active, undefined);
  await world.advance(1000);
  await end(world, 'Failed', 1);
  assert.equal(conditionsOf(await status(world)), [
    'FailureTarget BackoffLimitExceeded',
    'Failed BackoffLimitExceeded',
  ]);
  assert.is((await status(world)).failed, 3);
});

test('restarts in place count towards the limit', async () => {
  await using world = await start();
  await startJob(world, { completions: 1, backoffLimit: 2 }, { restartPolicy: 'OnFailure' });
  const [name = ''] = await pods(world);
  await world.run(name, { restarts: 2 });
  assert.ok(conditionsOf(await status(world)).includes('FailureTarget BackoffLimitExceeded'));
});

test('a deadline ends the Job and its pods', async () => {
  await using world = await start();
  await startJob(world, { completions: 1, activeDeadlineSeconds: 30 });
  await world.runAll();
  await world.advance(30_000);
  await world.finishDeletion();
  assert.equal(conditionsOf(await status(world)), ['FailureTarget DeadlineExceeded', 'Failed DeadlineExceeded']);
  assert.equal(await pods(world), []);
});

test('a suspended Job has no pods and no start time; resuming starts it', async () => {
  await using world = await start();
  await startJob(world, { completions: 1, suspend: true });
  assert.equal(await pods(world), []);
  assert.is((await status(world)).startTime, undefined);
  assert.equal(conditionsOf(await status(world)), ['Suspended JobSuspended']);
  await world.advance(5000);
  await world.patch(JOBS, 'job', { spec: { suspend: false } });
  assert.is((await pods(world)).length, 1);
  assert.is((await status(world)).startTime, '2026-01-01T00:00:05Z');
  assert.equal(conditionsOf(await status(world)), ['Suspended JobResumed']);
  await world.patch(JOBS, 'job', { spec: { suspend: true } });
  assert.equal(await pods(world), []);
});

test('a failure policy may end the Job at once, or overlook a failure', async () => {
  await using world = await start();
  const rules = [
    { action: 'FailJob', onExitCodes: { operator: 'In', values: [42] } },
    { action: 'Ignore', onExitCodes: { operator: 'In', values: [7] } },
  ];
  await startJob(world, { completions: 1, backoffLimit: 0, podFailurePolicy: { rules } });
  await end(world, 'Failed', 7);
  assert.is((await status(world)).failed, undefined);
  assert.is((await status(world)).active, 1);
  await end(world, 'Failed', 42);
  const [condition] = (await status(world)).conditions;
  assert.is(condition.reason, 'PodFailurePolicy');
  assert.match(
    condition.message,
    /^Container main for pod work\/job-\w+ failed with exit code 42 matching FailJob rule at index 0$/,
  );
});

const SUCCESS_RULES: [string, object[], number[], string | undefined][] = [
  ['all indexes of a rule', [{ succeededIndexes: '0,2-3' }], [0, 2, 3], 'Matched rules at index 0'],
  ['only some indexes of a rule', [{ succeededIndexes: '0,2-3' }], [0, 1, 2], undefined],
  ['a count of any indexes', [{ succeededCount: 2 }], [1, 3], 'Matched rules at index 0'],
  ['a lower count', [{ succeededCount: 2 }], [1], undefined],
  [
    'a count among the indexes of a rule',
    [{ succeededIndexes: '1-3', succeededCount: 2 }],
    [1, 3],
    'Matched rules at index 0',
  ],
  ['a count that others than its indexes fill', [{ succeededIndexes: '2-3', succeededCount: 2 }], [0, 1, 2], undefined],
  ['a later rule', [{ succeededCount: 3 }, { succeededIndexes: '1' }], [1], 'Matched rules at index 1'],
];

for (const [what, rules, indexes, message] of SUCCESS_RULES)
  test(`a success policy is ${message === undefined ? 'not ' : ''}met by ${what}`, async () => {
    await using world = await start();
    const successPolicy = { rules };
    await startJob(world, { completions: 4, parallelism: 4, completionMode: 'Indexed', successPolicy });
    const found = await world.list('pods', 'job-name=job');
    for (const at of indexes) await world.run(found[at]?.metadata.name ?? '', { phase: 'Succeeded', ready: false });
    const { conditions = [] } = await status(world);
    assert.is(conditions[0]?.message, message);
  });

test('once its success policy is met a Job stops what still runs, and counts none of that as failed', async () => {
  await using world = await start();
  const successPolicy = { rules: [{ succeededCount: 1 }] };
  await startJob(world, { completions: 3, parallelism: 3, completionMode: 'Indexed', successPolicy, backoffLimit: 0 });
  const [first] = await pods(world);
  await world.run(first ?? '', { phase: 'Succeeded', ready: false });
  const { conditions, ...numbers } = await status(world);
  assert.equal(conditionsOf({ conditions }), ['SuccessCriteriaMet SuccessPolicy', 'Complete SuccessPolicy']);
  assert.equal(numbers, {
    startTime: '2026-01-01T00:00:00Z',
    completionTime: '2026-01-01T00:00:00Z',
    succeeded: 1,
    completedIndexes: '0',
    terminating: 0,
    ready: 0,
    uncountedTerminatedPods: {},
  });
  assert.equal(await pods(world), [first]);
  assert.ok((await world.events('Job')).includes('Completed: Job completed'));
});

test('a finished Job is deleted when its time to live is over', async () => {
  await using world = await start();
  await startJob(world, { completions: 1, ttlSecondsAfterFinished: 60 });
  await end(world, 'Succeeded');
  await world.advance(59_000);
  assert.equal(await world.names(JOBS), ['job']);
  await world.advance(1000);
  await world.finishDeletion();
  assert.equal(await world.names(JOBS), []);
});

test('deleting a Job frees its pods from the tracking finalizer', async () => {
  await using world = await start();
  await startJob(world);
  await world.delete(JOBS, 'job', { propagationPolicy: 'Background' });
  await world.finishDeletion();
  assert.equal((await world.resource('pods').list({ namespace: 'work' })).items, []);
});

test.run();
