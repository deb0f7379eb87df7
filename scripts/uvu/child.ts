/** Runs one test file inside a process of its own: `node --import tsx scripts/uvu/child.ts FILE DEADLINE_MS GRACE_MS`. */
import { writeSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { openHandles } from './open-handles.ts';
import { REPORT_FD, type TestReport } from './test-report.ts';

type Suite = () => Promise<[errors: string | true, passed: number, skipped: number, total: number]>;

const [file = '', deadlineMs = '60000', graceMs = '3000'] = process.argv.slice(2);
const report: TestReport = { suites: 0, passed: 0, skipped: 0, total: 0, problems: [] };
const queue: [null, ...Suite[]][] = [[null]];
Object.assign(globalThis, { UVU_DEFER: 1, UVU_QUEUE: queue, UVU_INDEX: 0 });

const deadline = setTimeout(() => {
  stop(`did not end within ${Number(deadlineMs) / 1000} s, after ${report.passed} passed tests of earlier suites`);
}, Number(deadlineMs));

process.argv.splice(1, Number.POSITIVE_INFINITY, resolve(file));
await import(pathToFileURL(resolve(file)).href);
for (const [, ...suites] of queue) for (const run of suites) await runSuite(run);
clearTimeout(deadline);
writeReport();
setTimeout(() => stop('the tests have ended but something keeps the process alive'), Number(graceMs)).unref();

async function runSuite(run: Suite): Promise<void> {
  const [errors, passed, skipped, total] = await run();
  report.suites += 1;
  report.passed += passed;
  report.skipped += skipped;
  report.total += total;
  if (errors !== true) process.stdout.write(`\n${errors}\n`);
  else if (passed !== total)
    report.problems.push(
      `a suite stopped after ${passed} of ${total} tests: a hook failed, or a test threw what is not an Error`,
    );
}

function writeReport(): void {
  writeSync(REPORT_FD, `${JSON.stringify(report)}\n`);
}

function stop(why: string): void {
  report.problems.push(`${why}; open handles: ${openHandles().join(', ') || 'none'}`);
  writeReport();
  process.exit(1);
}
