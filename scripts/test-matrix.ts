/** Runs the test files on every supported release of Node: `pnpm test:matrix [PATTERN]…`. */
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { buildAll, needsBuild } from './build-all.ts';
import { nodeRelease } from './node-release.ts';
import { addCounts, type Counts, formatCounts, runTestFiles } from './uvu/run-test-files.ts';
import { selectTestFiles } from './uvu/test-files.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const MAJORS = [20, 22, 24];

const files = selectTestFiles(root, process.argv.slice(2));
if (files.some((file) => needsBuild(root, file)) && !buildAll(root)) process.exit(1);
let counts: Counts = { passed: 0, failed: 0, skipped: 0 };
for (const major of MAJORS) {
  const node = nodeRelease(root, major);
  const version = execFileSync(node, ['--version'], { encoding: 'utf8' }).trim();
  console.log(`Node ${version}`);
  const result = await runTestFiles(files, { root, node });
  console.log(`Node ${version}: ${formatCounts(result)}`);
  counts = addCounts(counts, result);
}
process.exitCode = counts.failed > 0 || counts.passed === 0 ? 1 : 0;
console.log(formatCounts(counts));
