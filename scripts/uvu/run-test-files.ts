/** Runs many test files, some at a time, and prints how each went. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { askedDeadlineMs, runTestFile, type TestFileOptions, type TestFileResult } from './run-test-file.ts';

/** How a run goes about. */
export interface RunOptions extends TestFileOptions {
  /** How many files run at the same time; the number of processors when not given. */
  readonly parallel?: number;
  /** Takes each line that is printed. */
  readonly print?: (line: string) => void;
}

/** What came of a run. */
export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

const DURATIONS = 'node_modules/.cache/towtank-test-durations.json';

/** Runs the files; those that are expected to take longest go first. Output is shown for files that fail or skip. */
export async function runTestFiles(files: readonly string[], options: RunOptions): Promise<Counts> {
  const { root, parallel = availableParallelism(), print = console.log } = options;
  const durations = readDurations(root);
  const expected = (file: string): number => durations[file] ?? askedDeadlineMs(root, file) / 4;
  const waiting = [...files].sort((a, b) => expected(b) - expected(a));
  const results: TestFileResult[] = [];
  const worker = async (): Promise<void> => {
    for (let file = waiting.shift(); file !== undefined && !options.signal?.aborted; file = waiting.shift()) {
      const result = await runTestFile(file, options);
      results.push(result);
      durations[file] = Math.round(result.durationMs);
      for (const line of describe(result)) print(line);
    }
  };
  await Promise.all(Array.from({ length: Math.max(1, parallel) }, worker));
  writeDurations(root, durations);
  for (const { file } of results.filter(({ failed }) => failed > 0)) print(`FAILED ${file}`);
  return results.reduce(addCounts, { passed: 0, failed: 0, skipped: 0 });
}

/** The sum of two counts. */
export const addCounts = (a: Counts, b: Counts): Counts => ({
  passed: a.passed + b.passed,
  failed: a.failed + b.failed,
  skipped: a.skipped + b.skipped,
});

/** The closing line of a run. */
export const formatCounts = ({ passed, failed, skipped }: Counts): string =>
  `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;

function describe({ file, passed, failed, skipped, durationMs, problems, output }: TestFileResult): string[] {
  const line = `${failed > 0 ? '✘' : '✓'} ${file} ${formatCounts({ passed, failed, skipped })}, ${Math.round(durationMs)} ms`;
  if (failed > 0) return [line, ...problems.map((problem) => `  ${problem}`), output.trimEnd()];
  return skipped > 0 ? [line, ...output.split('\n').filter((text) => /^\s*skipped/i.test(text))] : [line];
}

function readDurations(root: string): Record<string, number> {
  try {
    return JSON.parse(readFileSync(join(root, DURATIONS), 'utf8'));
  } catch {
    return {};
  }
}

function writeDurations(root: string, durations: Record<string, number>): void {
  mkdirSync(dirname(join(root, DURATIONS)), { recursive: true });
  writeFileSync(join(root, DURATIONS), JSON.stringify(durations));
}
