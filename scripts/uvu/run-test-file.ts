/** Runs one test file in a process of its own and judges strictly how that went. */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { REPORT_FD, type TestReport } from './test-report.ts';

/** How a test file is run. */
export interface TestFileOptions {
  /** The folder of the repository, which is the working directory of the tests. */
  readonly root: string;
  /** The Node executable. */
  readonly node?: string;
  /** How long the file may take, unless it asks for another limit with `@deadline N s` in a comment. */
  readonly deadlineMs?: number;
  /** How long a process may live on once its tests have ended. */
  readonly graceMs?: number;
  /** A process that does not heed its own deadline is in a loop, and is killed this much later. */
  readonly killAfterMs?: number;
  /** Aborting ends the process and all that it has started. */
  readonly signal?: AbortSignal;
}

/** What came of a test file. */
export interface TestFileResult {
  readonly file: string;
  readonly passed: number;
  /** Failed tests; a problem of the file as a whole counts as one. */
  readonly failed: number;
  readonly skipped: number;
  readonly durationMs: number;
  /** What is wrong with the file as a whole, in sentences. */
  readonly problems: readonly string[];
  /** All that it printed. */
  readonly output: string;
}

const CHILD = 'scripts/uvu/child.ts';
const DEADLINE_MS = 60_000;

/** How long a test file may take at most: what it asks for, or the usual. */
export const askedDeadlineMs = (root: string, file: string): number =>
  deadlineIn(readFileSync(join(root, file), 'utf8')) ?? DEADLINE_MS;

function deadlineIn(source: string): number | undefined {
  const asked = /@deadline (\d+) s\b/.exec(source)?.[1];
  return asked === undefined ? undefined : Number(asked) * 1000;
}

/** Runs a test file. Never rejects: whatever goes wrong is a failed result. */
export async function runTestFile(file: string, options: TestFileOptions): Promise<TestFileResult> {
  const started = performance.now();
  const source = readFileSync(join(options.root, file), 'utf8');
  const { report, output, ending } = await runProcess(file, source, options);
  const problems = [...missingRuns(source), ...report.problems, ...judge(report, ending)];
  const failures = report.total - report.passed;
  return {
    file,
    passed: report.passed,
    failed: failures === 0 && problems.length > 0 ? 1 : failures,
    skipped: report.skipped,
    durationMs: performance.now() - started,
    problems,
    output,
  };
}

/** Suites that are declared but never run: their tests would be left out in silence. */
function missingRuns(source: string): string[] {
  return [...source.matchAll(/(?:const|let)\s+(\w+)\s*=\s*suite\s*(?:<[^>]*>)?\(/g)]
    .map(([, name]) => name)
    .filter((name) => !new RegExp(`\\b${name}\\.run\\(\\)`).test(source))
    .map((name) => `the suite ${name} is never run: ${name}.run() is missing`);
}

interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly reported: boolean;
}

function judge(report: TestReport, { code, signal, reported }: Ending): string[] {
  if (!reported) return [`the process ended (${signal ?? `exit code ${code}`}) before its tests had`];
  if (report.problems.length > 0) return [];
  if (report.total + report.skipped === 0) return ['no test was run'];
  if (code !== 0) return [`the process ended with ${signal ?? `exit code ${code}`} after its tests`];
  return [];
}

interface ProcessResult {
  readonly report: TestReport;
  readonly output: string;
  readonly ending: Ending;
}

function runProcess(file: string, source: string, options: TestFileOptions): Promise<ProcessResult> {
  const { root, node = process.execPath, graceMs = 3000, killAfterMs = 5000, signal } = options;
  const deadlineMs = deadlineIn(source) ?? options.deadlineMs ?? DEADLINE_MS;
  const args = ['--conditions=@towtank/source', '--import', 'tsx', CHILD, file, String(deadlineMs), String(graceMs)];
  const child = spawn(node, args, {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    detached: process.platform !== 'win32',
    env: { ...process.env, FORCE_COLOR: process.stdout.isTTY ? '1' : '0', NODE_OPTIONS: '' },
  });
  const kill = (): void => killGroup(child.pid);
  const timer = setTimeout(kill, deadlineMs + killAfterMs);
  signal?.addEventListener('abort', kill);
  const [output, lines] = [
    collect(child.stdout, child.stderr),
    collect(child.stdio[REPORT_FD] as NodeJS.ReadableStream),
  ];
  return new Promise((resolve) => {
    let ended: [number | null, NodeJS.Signals | null] = [null, null];
    child.on('exit', (code, endSignal) => {
      ended = [code, endSignal];
      clearTimeout(timer);
      signal?.removeEventListener('abort', kill);
      kill(); // what the test has left behind would hold its output open
    });
    child.on('close', () => {
      const last = lines().trim().split('\n').at(-1) ?? '';
      const report: TestReport =
        last === '' ? { suites: 0, passed: 0, skipped: 0, total: 0, problems: [] } : JSON.parse(last);
      resolve({ report, output: output(), ending: { code: ended[0], signal: ended[1], reported: last !== '' } });
    });
  });
}

function collect(...streams: (NodeJS.ReadableStream | null)[]): () => string {
  const chunks: Buffer[] = [];
  for (const stream of streams) stream?.on('data', (chunk: Buffer) => chunks.push(chunk));
  return () => Buffer.concat(chunks).toString();
}

/** Ends a process and its children, which form a group of their own. */
function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(process.platform === 'win32' ? pid : -pid, 'SIGKILL');
  } catch {
    // the group is gone already
  }
}
