/** Whether and how a Job ends. Pure choice. */
import type { Pod } from '../pod/pod.ts';
import type { Job, JobStatus, Verdict } from './job.ts';
import { failureAction } from './job-pod.ts';
import { metSuccessRule } from './success-policy.ts';

/** What the choice is made from. */
export interface VerdictInput {
  readonly job: Job;
  /** With every finished Pod counted. */
  readonly status: JobStatus;
  readonly active: readonly Pod[];
  readonly newlyFailed: readonly Pod[];
  readonly nowMs: number;
}

const DEFAULT_BACKOFF_LIMIT = 6;

/** How the Job ends; undefined while it goes on. */
export function verdictOn({ job, status, active, newlyFailed, nowMs }: VerdictInput): Verdict | undefined {
  const fail = (reason: string, message: string): Verdict => ({ succeeded: false, reason, message });
  for (const pod of newlyFailed) {
    const { action, message } = failureAction(job, pod);
    if (action === 'FailJob') return fail('PodFailurePolicy', message);
  }
  const { backoffLimit = DEFAULT_BACKOFF_LIMIT, activeDeadlineSeconds, completions } = job.spec;
  if ((status.failed ?? 0) > backoffLimit || hasRestartedTooOften(job, active, backoffLimit))
    return fail('BackoffLimitExceeded', 'Job has reached the specified backoff limit');
  if (activeDeadlineSeconds !== undefined && status.startTime !== undefined && !job.spec.suspend)
    if (nowMs - Date.parse(status.startTime) >= activeDeadlineSeconds * 1000)
      return fail('DeadlineExceeded', 'Job was active longer than specified deadline');
  const rule = metSuccessRule(job, status);
  if (rule !== undefined)
    return { succeeded: true, reason: 'SuccessPolicy', message: `Matched rules at index ${rule}` };
  const succeeded = status.succeeded ?? 0;
  const isComplete = completions === undefined ? succeeded > 0 && active.length === 0 : succeeded >= completions;
  if (!isComplete) return undefined;
  return { succeeded: true, reason: 'CompletionsReached', message: 'Reached expected number of succeeded pods' };
}

/** Pods that restart their containers in place use up the limit by their restarts. */
function hasRestartedTooOften({ spec }: Job, active: readonly Pod[], limit: number): boolean {
  if (spec.template.spec.restartPolicy !== 'OnFailure') return false;
  const restarts = active
    .flatMap(({ status }) => [...(status?.containerStatuses ?? []), ...(status?.initContainerStatuses ?? [])])
    .reduce((sum, { restartCount = 0 }) => sum + restartCount, 0);
  return limit === 0 ? restarts > 0 : restarts >= limit;
}

/** How many Pods should be active now. */
export function wantedActive({ spec }: Job, status: JobStatus, active: number): number {
  const { parallelism = 1, completions } = spec;
  if (completions === undefined) return (status.succeeded ?? 0) > 0 ? active : parallelism;
  return Math.max(0, Math.min(parallelism, completions - (status.succeeded ?? 0)));
}
