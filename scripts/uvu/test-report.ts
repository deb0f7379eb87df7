/** What the process of one test file tells the runner. */

/** The file descriptor on which the report travels, as one line of JSON; the last line counts. */
export const REPORT_FD = 3;

/** Counts of one test file. */
export interface TestReport {
  suites: number;
  passed: number;
  skipped: number;
  total: number;
  /** What is wrong apart from failed tests: a hang, a leak, a suite that stopped early. */
  problems: string[];
}
