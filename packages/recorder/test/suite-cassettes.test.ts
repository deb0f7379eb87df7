/** A cassette for each test, under every test runner. */
import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Folder } from './_cassette-file.ts';
import { startUpstream } from './_upstream.ts';

const test = suite('cassettes of a suite');
const recorder = pathToFileURL(resolve('packages/recorder/src/index.ts')).href;
const tsx = pathToFileURL(resolve('node_modules/tsx/dist/loader.mjs')).href;
const TESTS = `
  it('asks once', async () => { await fetch(cassette.url + '/json'); });
  it('asks twice', async () => { for (const path of ['/json', '/chunks']) await fetch(cassette.url + path); });
`;

interface Runner {
  readonly name: string;
  readonly args: readonly string[];
  readonly program: string;
  readonly cassettes: readonly string[];
  readonly failed: RegExp;
}

const RUNNERS: readonly Runner[] = [
  {
    name: 'node:test',
    args: ['--test-reporter=tap'],
    program: `import { afterEach, beforeEach, it } from 'node:test';
      import { useCassettes } from '${recorder}';
      const cassette = useCassettes({ beforeEach, afterEach }, { folder: process.env.FOLDER, upstream: process.env.UPSTREAM });${TESTS}`,
    cassettes: ['asks-once.jsonl', 'asks-twice.jsonl'],
    failed: /holds requests that were not made:\s+line \d+: GET \/chunks/,
  },
  {
    name: 'uvu',
    args: [],
    program: `import { suite } from '${pathToFileURL(resolve('node_modules/uvu/dist/index.mjs')).href}';
      import { withCassettes } from '${recorder}';
      const it = withCassettes(suite('a suite'), { folder: process.env.FOLDER, upstream: process.env.UPSTREAM });
      let cassette;${TESTS.replaceAll('async () => {', 'async (context) => { cassette = context.cassette;')}
      it.run();`,
    cassettes: ['a-suite-asks-once.jsonl', 'a-suite-asks-twice.jsonl'],
    failed: /holds requests that were not made:\s+line \d+: GET \/chunks/,
  },
];

/** Runs a program; answers what it said and how it ended. */
async function run(
  file: string,
  args: readonly string[],
  env: Record<string, string>,
): Promise<{ code: number; said: string }> {
  const options = { env: { PATH: process.env.PATH, ...env } };
  return await promisify(execFile)(
    process.execPath,
    ['--conditions=@towtank/source', '--import', tsx, ...args, file],
    options,
  ).then(
    ({ stdout, stderr }) => ({ code: 0, said: stdout + stderr }),
    ({ code, stdout, stderr }) => ({ code, said: stdout + stderr }),
  );
}

for (const { name, args, program, cassettes, failed } of RUNNERS)
  test(`${name} records, replays, and reports what was not used`, async () => {
    using folder = new Folder();
    await using upstream = await startUpstream();
    const config = folder.file('kubeconfig', kubeconfig(upstream.server));
    const FOLDER = folder.file('cassettes');
    const suiteFile = folder.file('suite.mjs', program);
    const recorded = await run(suiteFile, args, { FOLDER, UPSTREAM: config });
    assert.is(recorded.code, 0, recorded.said);
    assert.equal(readdirSync(FOLDER).sort(), cassettes);
    assert.is(upstream.seen.length, 3);
    const replayed = await run(suiteFile, args, { FOLDER, UPSTREAM: config, CI: 'true' });
    assert.is(replayed.code, 0, replayed.said);
    assert.is(upstream.seen.length, 3);
    const replay = (file: string, cassettes = FOLDER): ReturnType<typeof run> =>
      run(file, args, { FOLDER: cassettes, UPSTREAM: config, CI: 'true' });
    const less = folder.file('less.mjs', program.replace("['/json', '/chunks']", "['/json']"));
    const broken = folder.file(
      'broken.mjs',
      program.replace("await fetch(cassette.url + '/json');", "throw new Error('by itself');"),
    );
    const [unused, failing, missing] = await Promise.all([
      replay(less),
      replay(broken),
      replay(suiteFile, folder.file('none')),
    ]);
    assert.match(unused.said, failed);
    assert.match(failing.said, /by itself/);
    assert.equal([unused.code, failing.code, missing.code], [1, 1, 1]);
    assert.match(missing.said, /in CI none is recorded: record it with TOWTANK_MODE=record/);
  });

const kubeconfig = (server: string): string =>
  JSON.stringify({
    'current-context': 'c',
    contexts: [{ name: 'c', context: { cluster: 'c', user: '' } }],
    clusters: [{ name: 'c', cluster: { server } }],
  });

test.run();
