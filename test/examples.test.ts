/**
 * The example suites pass under their own test runners, against the built packages, and leave nothing open.
 * @needs build, @deadline 120 s
 */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
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
    says: /Tests\s+3 passed/,
  },
  {
    name: 'Jest',
    folder: 'jest',
    command: 'jest',
    args: ['--detectOpenHandles', '--colors=false'],
    says: /Tests:\s+3 passed, 3 total/,
  },
];

for (const { name, folder, command, args, says } of RUNNERS)
  test(`the suite for ${name} passes and ends by itself`, async () => {
    const cwd = `test/examples/${folder}`;
    const environment = { ...process.env, NODE_OPTIONS: '', NO_COLOR: '1', FORCE_COLOR: '0', CI: 'true' };
    const { stdout, stderr } = await run(`node_modules/.bin/${command}`, args, { cwd, env: environment });
    assert.match(stdout + stderr, says);
    assert.not.match(stdout + stderr, /open handle|did not exit|hanging/i);
  });

test.run();
