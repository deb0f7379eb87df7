/** The one gate: `npm test`. Lint, types, the build, and every test; the counts of all of it stand on the last line. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildAll } from './build-all.ts';
import { addCounts, type Counts, formatCounts, runTestFiles } from './uvu/run-test-files.ts';
import { allTestFiles } from './uvu/test-files.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

const STEPS = [
  { name: 'biome', args: ['ci', '--error-on-warnings'] },
  { name: 'tsc', args: ['-p', '.'] },
  { name: 'knip', args: ['--no-progress'] },
];

function runStep({ name, args }: { name: string; args: string[] }): Counts {
  const started = performance.now();
  const { status, error } = spawnSync(join(root, 'node_modules/.bin', name), args, {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    shell: process.platform === 'win32',
  });
  const failed = status === 0 ? 0 : 1;
  const seconds = Math.round(performance.now() - started) / 1000;
  console.log(`${failed ? '✘' : '✓'} ${name} ${args.join(' ')}, ${seconds} s${error ? `: ${error.message}` : ''}`);
  return { passed: 1 - failed, failed, skipped: 0 };
}

function build(): Counts {
  const started = performance.now();
  const built = buildAll(root);
  console.log(`${built ? '✓' : '✘'} build, ${Math.round(performance.now() - started) / 1000} s`);
  return { passed: built ? 1 : 0, failed: built ? 0 : 1, skipped: 0 };
}

const steps = [...STEPS.map(runStep), build()];
const tests = await runTestFiles(allTestFiles(root), { root });
const counts = [...steps, tests].reduce(addCounts);
process.exitCode = counts.failed > 0 || tests.passed === 0 ? 1 : 0;
console.log(formatCounts(counts));
