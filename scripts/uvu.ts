/** Runs test files: `pnpm unit [FILE | FOLDER | PART OF A PATH]… [--parallel N] [--node PATH]`. */
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { buildAll, needsBuild } from './build-all.ts';
import { formatCounts, runTestFiles } from './uvu/run-test-files.ts';
import { selectTestFiles } from './uvu/test-files.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    parallel: { type: 'string' },
    node: { type: 'string' },
    'deadline-ms': { type: 'string' },
    'grace-ms': { type: 'string' },
  },
});
const interrupted = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => interrupted.abort());

try {
  const files = selectTestFiles(root, positionals);
  if (files.some((file) => needsBuild(root, file)) && !buildAll(root)) throw new Error('the build failed');
  const counts = await runTestFiles(files, {
    root,
    signal: interrupted.signal,
    ...(values.parallel === undefined ? {} : { parallel: Number(values.parallel) }),
    ...(values.node === undefined ? {} : { node: values.node }),
    ...(values['deadline-ms'] === undefined ? {} : { deadlineMs: Number(values['deadline-ms']) }),
    ...(values['grace-ms'] === undefined ? {} : { graceMs: Number(values['grace-ms']) }),
  });
  process.exitCode = counts.failed > 0 || counts.passed === 0 || interrupted.signal.aborted ? 1 : 0;
  console.log(formatCounts(counts));
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  console.log('0 passed, 1 failed');
  process.exitCode = 1;
}
