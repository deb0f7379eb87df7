/** Rows of jobs and cron jobs. */
import type { KubeObject } from '@towtank/apimachinery';
import { containerCells, count, creationAge, formatSelector, lengthOf, nameOf } from './cell-text.ts';
import { ageOf, humanDuration } from './human-duration.ts';
import type { RowPrinter, RowPrinters } from './row-printer.ts';

/** Conditions that name the status of a job, first match first; deletion stands between the final and the passing ones. */
const FINAL = [
  ['Complete', 'Complete'],
  ['Failed', 'Failed'],
] as const;
const PASSING = [
  ['Suspended', 'Suspended'],
  ['FailureTarget', 'FailureTarget'],
  ['SuccessCriteriaMet', 'SuccessCriteriaMet'],
] as const;

function jobStatus({ metadata, status }: KubeObject): string {
  const conditions = (status?.conditions ?? []) as { type: string; status: string }[];
  const holds = ([type]: readonly [string, string]): boolean =>
    conditions.find((condition) => condition.type === type)?.status === 'True';
  const final = FINAL.find(holds)?.[1];
  if (final !== undefined) return final;
  if (metadata.deletionTimestamp) return 'Terminating';
  return PASSING.find(holds)?.[1] ?? 'Running';
}

function completions({ spec, status }: KubeObject): string {
  const succeeded = count(status?.succeeded);
  if (typeof spec?.completions === 'number') return `${succeeded}/${spec.completions}`;
  const parallelism = count(spec?.parallelism);
  return parallelism > 1 ? `${succeeded}/1 of ${parallelism}` : `${succeeded}/1`;
}

function jobDuration({ status }: KubeObject, now: number): string {
  if (!status?.startTime) return '';
  const end = status.completionTime ? Date.parse(status.completionTime) : now;
  return humanDuration(end - Date.parse(status.startTime));
}

const job: RowPrinter = {
  cells: (object, now) => [
    nameOf(object),
    jobStatus(object),
    completions(object),
    jobDuration(object, now),
    creationAge(object, now),
    ...containerCells(object.spec?.template),
    formatSelector(object.spec?.selector),
  ],
};

const suspendText = (suspend: unknown): string =>
  typeof suspend === 'boolean' ? (suspend ? 'True' : 'False') : '<unset>';

const cronJob: RowPrinter = {
  cells: (object, now) => [
    nameOf(object),
    object.spec?.schedule ?? '',
    object.spec?.timeZone ?? '<none>',
    suspendText(object.spec?.suspend),
    lengthOf(object.status?.active),
    object.status?.lastScheduleTime ? ageOf(object.status.lastScheduleTime, now) : '<none>',
    creationAge(object, now),
    ...containerCells(object.spec?.jobTemplate?.spec?.template),
    formatSelector(object.spec?.jobTemplate?.spec?.selector),
  ],
};

/** Job and CronJob. */
export const jobRows: RowPrinters = { 'batch/Job': job, 'batch/CronJob': cronJob };
