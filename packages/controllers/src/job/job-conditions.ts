/** The conditions of a Job. */
import { formatTime } from '@towtank/apimachinery';
import { type Condition, findCondition } from '../pod/pod.ts';
import type { Job, JobStatus, Verdict } from './job.ts';

const condition = (
  type: string,
  status: Condition['status'],
  { reason, message }: { reason: string; message: string },
  nowMs: number,
): Condition => ({
  type,
  status,
  lastProbeTime: formatTime(nowMs),
  lastTransitionTime: formatTime(nowMs),
  reason,
  message,
});

/** The status of a Job that has been judged; `isOver` says that none of its Pods is left running. */
export function withVerdict(
  status: JobStatus,
  verdict: Verdict,
  { isOver, nowMs }: { readonly isOver: boolean; readonly nowMs: number },
): JobStatus {
  const decided = verdict.succeeded ? 'SuccessCriteriaMet' : 'FailureTarget';
  const final = verdict.succeeded ? 'Complete' : 'Failed';
  const conditions = [...(status.conditions ?? [])];
  for (const type of isOver ? [decided, final] : [decided])
    if (findCondition(conditions, type) === undefined) conditions.push(condition(type, 'True', verdict, nowMs));
  return {
    ...status,
    conditions,
    ...(isOver && verdict.succeeded ? { completionTime: formatTime(nowMs) } : {}),
  };
}

/** The status with its Suspended condition and start time in step with the spec. */
export function withSuspension({ spec }: Job, status: JobStatus, nowMs: number): JobStatus {
  const known = findCondition(status.conditions, 'Suspended');
  const { startTime, ...rest } = status;
  const wanted = spec.suspend ? 'True' : 'False';
  const isNews = spec.suspend ? known?.status !== 'True' : known?.status === 'True';
  const conditions = isNews
    ? [
        ...(status.conditions ?? []).filter(({ type }) => type !== 'Suspended'),
        condition('Suspended', wanted, SUSPENSION[wanted], nowMs),
      ]
    : status.conditions;
  const start = spec.suspend ? {} : { startTime: isNews || startTime === undefined ? formatTime(nowMs) : startTime };
  return { ...rest, ...(conditions === undefined ? {} : { conditions }), ...start };
}

/** Reason and message by the value of the Suspended condition. */
export const SUSPENSION = {
  True: { reason: 'JobSuspended', message: 'Job suspended' },
  False: { reason: 'JobResumed', message: 'Job resumed' },
};
