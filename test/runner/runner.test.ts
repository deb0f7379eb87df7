/** The runner is red whenever a test file is not wholly green, and says why. */
import { spawnSync } from 'node:child_process';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { runTestFile } from '../../scripts/uvu/run-test-file.ts';

const test = suite('test runner');
const root = process.cwd();
const FIXTURES = 'test/runner/fixtures';
const options = { root, deadlineMs: 1500, graceMs: 300 };

const CASES = [
  { name: 'a good file is green', file: 'good', passed: 2, failed: 0, says: /^$/ },
  { name: 'a failed assertion is red', file: 'failing', passed: 1, failed: 1, says: /does not hold/ },
  { name: 'a thrown text is red', file: 'non-error', passed: 1, failed: 2, says: /not an Error/ },
  { name: 'a failing before hook is red', file: 'before-hook', passed: 0, failed: 1, says: /a hook failed/ },
  {
    name: 'a suite that is not run is red',
    file: 'no-run',
    passed: 1,
    failed: 1,
    says: /forgotten\.run\(\) is missing/,
  },
  { name: 'a file without tests is red', file: 'empty', passed: 0, failed: 1, says: /no test was run/ },
  { name: 'a test that never settles is red', file: 'never-settles', passed: 0, failed: 1, says: /within 1.5 s/ },
  { name: 'a hang is red and names the server', file: 'hangs', passed: 0, failed: 1, says: /Server 127\.0\.0\.1:\d+/ },
  {
    name: 'a leaked server is red and named',
    file: 'leaks',
    passed: 1,
    failed: 1,
    says: /alive; .*Server 127\.0\.0\.1/,
  },
  { name: 'an early exit is red', file: 'exits', passed: 0, failed: 1, says: /before its tests had/ },
  { name: 'a late rejection is red', file: 'rejects-late', passed: 1, failed: 1, says: /exit code 1 after its tests/ },
  {
    name: 'a file that does not load is red',
    file: 'broken-import',
    passed: 0,
    failed: 1,
    says: /before its tests had/,
  },
];

for (const { name, file, passed, failed, says } of CASES) {
  test(name, async () => {
    const result = await runTestFile(`${FIXTURES}/${file}.fixture.ts`, options);
    assert.is(result.passed, passed);
    assert.is(result.failed, failed);
    assert.match(failed === 0 ? result.problems.join('\n') : `${result.problems.join('\n')}${result.output}`, says);
  });
}

test('an endless loop is killed', async () => {
  const result = await runTestFile(`${FIXTURES}/loops.fixture.ts`, { ...options, deadlineMs: 200, killAfterMs: 300 });
  assert.is(result.failed, 1);
  assert.match(result.problems.join('\n'), /SIGKILL/);
});

const run = (...args: string[]): { status: number | null; stdout: string; stderr: string } =>
  spawnSync(process.execPath, ['--import', 'tsx', 'scripts/uvu.ts', ...args], { cwd: root, encoding: 'utf8' });

test('a pattern without a match is red', () => {
  const { status, stdout, stderr } = run('no-such-file');
  assert.is(status, 1);
  assert.match(stderr, /no test file matches no-such-file/);
  assert.is(stdout, '0 passed, 1 failed\n');
});

test('the counts stand alone on the last line', () => {
  const { status, stdout } = run(`${FIXTURES}/good.fixture.ts`, `${FIXTURES}/failing.fixture.ts`);
  assert.is(status, 1);
  assert.is(stdout.split('\n').at(-2), '3 passed, 1 failed');
});

test.run();
