/**
 * The example suites pass under their own test runners, against the built packages, and leave nothing open.
 * @needs build, @deadline 120 s
 */
import { execFile } from 'node:child_process';
import { copyFileSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startCluster } from 'towtank';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';

const test = suite('examples');
const run = promisify(execFile);

const RUNNERS = [
  {
    name: 'Vitest',
    folder: 'vitest',
    command: 'vitest',
    args: ['run', '--reporter=hanging-process', '--reporter=default'],
    says: /Tests\s+5 passed/,
    suites: ['nodes.test.ts'],
  },
  {
    name: 'Jest',
    folder: 'jest',
    command: 'jest',
    args: ['--detectOpenHandles', '--colors=false'],
    says: /Tests:\s+5 passed, 5 total/,
    suites: ['nodes.test.js'],
  },
];

type Runner = (typeof RUNNERS)[number];

/** Runs a suite in CI, and answers what was said; rejects with that when a test has failed. */
async function runSuite({ folder, command, args }: Runner, more: readonly string[], env = {}): Promise<string> {
  const quiet = { NODE_OPTIONS: '', NO_COLOR: '1', FORCE_COLOR: '0', CI: 'true' };
  const { stdout, stderr } = await run(`node_modules/.bin/${command}`, [...args, ...more], {
    cwd: `test/examples/${folder}`,
    env: { ...process.env, ...quiet, ...env },
  }).catch(({ stdout, stderr }: { stdout: string; stderr: string }) => {
    throw new Error(stdout + stderr);
  });
  assert.not.match(stdout + stderr, /open handle|did not exit|hanging/i);
  return stdout + stderr;
}

for (const runner of RUNNERS) {
  const { name, says, suites } = runner;
  test(`the suites for ${name} pass and end by themselves`, async () => {
    assert.match(await runSuite(runner, []), says);
  });

  test(`the cassettes for ${name} are recorded, one for each test, and what is not used fails`, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'towtank-cassettes-'));
    try {
      await using cluster = await startCluster();
      const KUBECONFIG = join(folder, 'kubeconfig');
      writeFileSync(KUBECONFIG, cluster.kubeconfig);
      const CASSETTES = join(folder, 'cassettes');
      await runSuite(runner, suites, { CASSETTES, KUBECONFIG, TOWTANK_MODE: 'record' });
      const recorded = ['the-cluster-has-a-node.jsonl', 'the-cluster-says-what-is-not-there.jsonl'];
      assert.equal(readdirSync(CASSETTES).sort(), recorded);
      await cluster.close();
      await runSuite(runner, suites, { CASSETTES });
      copyFileSync(join(CASSETTES, recorded[1] ?? ''), join(CASSETTES, recorded[0] ?? ''));
      const said = await runSuite(runner, suites, { CASSETTES }).catch(({ message }: Error) => message);
      assert.match(said, /GET \/api\/v1\/nodes was not recorded in .*the-cluster-has-a-node\.jsonl/);
      const missing = await runSuite(runner, suites, { CASSETTES: join(folder, 'none') }).catch(
        ({ message }: Error) => message,
      );
      assert.match(missing, /in CI none is recorded: record it with TOWTANK_MODE=record/);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
}

test.run();
