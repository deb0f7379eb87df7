/** One cassette for one test, in every mode. */
import { cassetteName, type UseCassetteOptions, useCassette } from '@towtank/recorder';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Folder } from './_cassette-file.ts';
import { startUpstream } from './_upstream.ts';

const test = suite('useCassette');

/** Asks once in each mode of a list, and answers which modes came of it. */
async function modes(runs: readonly UseCassetteOptions[]): Promise<string[]> {
  using folder = new Folder();
  await using upstream = await startUpstream();
  const outcomes: string[] = [];
  for (const run of runs) {
    try {
      await using cassette = await useCassette('It works, twice!', {
        folder: folder.path,
        upstream,
        environment: {},
        ...run,
      });
      await (await fetch(`${cassette.url}/json`)).text();
      outcomes.push(cassette.mode);
    } catch (error) {
      outcomes.push((error as Error).message.replace(folder.path, '').slice(0, 90));
    }
  }
  return [...outcomes, `${upstream.seen.length} asked`];
}

const MISSING = 'there is no cassette /it-works-twice.jsonl';

for (const [name, runs, expected] of [
  ['auto records once, then replays', [{}, {}, {}], ['record', 'replay', 'replay', '1 asked']],
  ['record and update record each time', [{ mode: 'record' }, { mode: 'update' }], ['record', 'record', '2 asked']],
  ['replay needs a cassette', [{ mode: 'replay' }], [`${MISSING}: record it with TOWTANK_MODE=record`, '0 asked']],
  [
    'the environment may set the mode',
    [{ environment: { TOWTANK_MODE: 'replay' } }],
    [`${MISSING}: record it with TOWTANK_MODE=record`, '0 asked'],
  ],
  [
    'in CI nothing is recorded by accident',
    [{ environment: { CI: 'true' } }],
    [`${MISSING}, and in CI none is recorded: record it with`, '0 asked'],
  ],
  ['in CI a cassette is replayed', [{}, { environment: { CI: '1' } }], ['record', 'replay', '1 asked']],
  [
    'a mode that is none is an error',
    [{ environment: { TOWTANK_MODE: 'play' } }],
    ['TOWTANK_MODE must be one of record, replay, auto, update, not "play"', '0 asked'],
  ],
] as [string, UseCassetteOptions[], string[]][])
  test(name, async () => {
    const found = await modes(runs);
    assert.equal(
      found.map((outcome, at) => outcome.slice(0, expected[at]?.length)),
      expected,
    );
  });

test('what was not used is an error at the end, or is told of', async () => {
  using folder = new Folder();
  await using upstream = await startUpstream();
  const options = { folder: folder.path, upstream, environment: {} };
  const recorded = await useCassette('unused', options);
  await (await fetch(`${recorded.url}/json`)).text();
  await recorded.close();
  const strict = await useCassette('unused', options);
  await strict.close().then(
    () => assert.unreachable('it is no error'),
    (error: Error) => assert.match(error.message, /holds requests that were not made:\n {2}line 2: GET \/json$/),
  );
  const told: string[] = [];
  const tolerant = await useCassette('unused', {
    ...options,
    unused: (all) => told.push(...all.map(({ url }) => url)),
  });
  await tolerant.close();
  assert.equal(told, ['/json']);
});

test('a request that was not recorded fails the test at its end', async () => {
  using folder = new Folder();
  folder.cassette([], 'empty.jsonl');
  const cassette = await useCassette('empty', { folder: folder.path, environment: {} });
  await fetch(`${cassette.url}/other`);
  await cassette.close().then(
    () => assert.unreachable('it is no error'),
    (error: Error) => assert.is(error.name, 'ReplayMismatchError'),
  );
});

test('names of tests become names of files', () => {
  assert.is(cassetteName('  Pods: scale up & down (5x)'), 'pods-scale-up-down-5x');
});

test.run();
