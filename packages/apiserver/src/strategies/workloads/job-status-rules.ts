/** Rules for what the job controller says of a Job. What a write leaves as it was is mostly not looked at again. */
import { duplicate, invalidValue, type KubeObject, required } from '@towtank/apimachinery';
import { deepEqual } from '../../registry/deep-equal.ts';
import { checkNoneNegative, type Errors, type Fields, invalidField } from '../validation/field-rules.ts';
import { checkIndexes } from './job-index-rules.ts';

const COUNTS = ['active', 'succeeded', 'failed', 'ready', 'terminating'];
const CONDITIONS = 'status.conditions';

/** Which conditions hold, by type. */
interface Verdict {
  readonly complete: boolean;
  readonly failed: boolean;
  readonly finished: boolean;
  readonly successMet: boolean;
  readonly failureTarget: boolean;
}

/** A Job's status before and after, with what its conditions say. */
interface Change {
  readonly next: Fields;
  readonly old: Fields;
  readonly is: Verdict;
  readonly was: Verdict;
  /** Whether any of these fields or conditions has changed. */
  changed(...names: readonly string[]): boolean;
}

function verdictOf(status: Fields): Verdict {
  const holds = (type: string): boolean =>
    (status?.conditions ?? []).some((condition: Fields) => condition.type === type && condition.status === 'True');
  const [complete, failed] = [holds('Complete'), holds('Failed')];
  return {
    complete,
    failed,
    finished: complete || failed,
    successMet: holds('SuccessCriteriaMet'),
    failureTarget: holds('FailureTarget'),
  };
}

function changeOf(next: Fields, old: Fields): Change {
  const [is, was] = [verdictOf(next), verdictOf(old)];
  const changed = (name: string): boolean =>
    name in is ? is[name as keyof Verdict] !== was[name as keyof Verdict] : !deepEqual(next[name], old[name]);
  return { next, old, is, was, changed: (...names) => names.some(changed) };
}

/** A change through `status`. */
export function checkJobStatus(errors: Errors, job: KubeObject, { status = {} }: KubeObject): void {
  const change = changeOf(job.status ?? {}, status);
  checkNoneNegative(errors, 'status', change.next, COUNTS);
  checkUncounted(errors, 'status.uncountedTerminatedPods', change.next.uncountedTerminatedPods);
  checkTogether(errors, change);
  checkTimes(errors, change);
  checkReached(errors, change);
  checkFinished(errors, change, job.spec);
  checkIndexes(errors, job, change.changed);
  checkPodCounts(errors, change);
  checkCriteria(errors, change, job.spec);
  checkHistory(errors, change, job.spec);
}

function checkUncounted(errors: Errors, field: string, uncounted: Fields): void {
  const seen = new Set<string>();
  for (const list of ['succeeded', 'failed'])
    for (const [index, uid] of (uncounted?.[list] ?? []).entries()) {
      const at = `${field}.${list}[${index}]`;
      if (uid === '') errors.push(invalidValue(at, uid, 'must not be empty'));
      else if (seen.has(uid)) errors.push(duplicate(at, uid));
      seen.add(uid);
    }
}

function checkTogether(errors: Errors, { is, changed }: Change): void {
  if (is.complete && is.failed && changed('complete', 'failed'))
    errors.push(invalidField(CONDITIONS, 'cannot set Complete=True and Failed=true conditions'));
  if (is.complete && is.failureTarget && changed('complete', 'failureTarget'))
    errors.push(invalidField(CONDITIONS, 'cannot set Complete=True and FailureTarget=true conditions'));
}

function checkTimes(errors: Errors, { next, is, changed }: Change): void {
  const { completionTime, startTime } = next;
  const refuse = (why: string): void => void errors.push(invalidValue('status.completionTime', completionTime, why));
  if (changed('complete', 'completionTime')) {
    if (completionTime !== undefined && !is.complete)
      refuse('cannot set completionTime when there is no Complete=True condition');
    if (completionTime === undefined && is.complete)
      errors.push(required('status.completionTime', 'completionTime is required for Complete jobs'));
  }
  if (changed('startTime', 'completionTime') && Date.parse(completionTime) < Date.parse(startTime))
    refuse('completionTime cannot be set before startTime');
}

/** A Job is told to end before it has ended. */
function checkReached(errors: Errors, { is, changed }: Change): void {
  if (is.failed && !is.failureTarget && changed('failed', 'failureTarget'))
    errors.push(invalidField(CONDITIONS, 'cannot set Failed=True condition without the FailureTarget=true condition'));
  if (is.complete && !is.successMet && changed('complete', 'successMet'))
    errors.push(
      invalidField(CONDITIONS, 'cannot set Complete=True condition without the SuccessCriteriaMet=true condition'),
    );
}

function checkFinished(errors: Errors, { next, is, changed }: Change, spec: Fields): void {
  if (!is.finished) return;
  if (next.active > 0 && changed('finished', 'active'))
    errors.push(invalidValue('status.active', next.active, 'active>0 is invalid for finished job'));
  const nothingToDo = spec.suspend === true && spec.completions === 0;
  if (next.startTime === undefined && changed('finished', 'startTime') && !nothingToDo)
    errors.push(required('status.startTime', 'startTime is required for finished job'));
  const { succeeded = null, failed = null } = next.uncountedTerminatedPods ?? {};
  if ((succeeded?.length > 0 || failed?.length > 0) && changed('finished', 'uncountedTerminatedPods'))
    errors.push(
      invalidValue(
        'status.uncountedTerminatedPods',
        { Succeeded: succeeded, Failed: failed },
        'uncountedTerminatedPods needs to be empty for finished job',
      ),
    );
}

function checkPodCounts(errors: Errors, { next, is, changed }: Change): void {
  if (next.terminating > 0 && is.finished && changed('finished', 'terminating'))
    errors.push(invalidValue('status.terminating', next.terminating, 'terminating>0 is invalid for finished job'));
  if (next.ready > (next.active ?? 0) && changed('ready', 'active'))
    errors.push(invalidValue('status.ready', next.ready, 'cannot set more ready pods than active'));
}

function checkCriteria(errors: Errors, { is }: Change, spec: Fields): void {
  const refuse = (why: string): void => void errors.push(invalidField(CONDITIONS, why));
  if (is.successMet && is.failed) refuse('cannot set SuccessCriteriaMet=True and Failed=true conditions');
  if (is.successMet && is.failureTarget) refuse('cannot set SuccessCriteriaMet=True and FailureTarget=true conditions');
  if (spec.successPolicy !== undefined && !is.successMet && is.complete)
    refuse('cannot set Complete=True for Job with SuccessPolicy unless SuccessCriteriaMet=True');
}

/** What has been said of a Job stays said. */
function checkHistory(errors: Errors, { next, old, is, was, changed }: Change, spec: Fields): void {
  for (const [type, held, holds] of [
    ['Failed', was.failed, is.failed],
    ['Complete', was.complete, is.complete],
    ['FailureTarget', was.failureTarget, is.failureTarget],
  ] as const)
    if (held && !holds) errors.push(invalidField(CONDITIONS, `cannot disable the terminal ${type}=True condition`));
  if ((next.failed ?? 0) < (old.failed ?? 0))
    errors.push(invalidValue('status.failed', next.failed ?? 0, 'cannot decrease the failed counter'));
  const mayShrink = spec.completionMode === 'Indexed' && spec.completions === spec.parallelism;
  if ((next.succeeded ?? 0) < (old.succeeded ?? 0) && !mayShrink)
    errors.push(invalidValue('status.succeeded', next.succeeded ?? 0, 'cannot decrease the succeeded counter'));
  if (next.completionTime !== undefined && old.completionTime !== undefined && changed('completionTime'))
    errors.push(invalidValue('status.completionTime', next.completionTime, 'completionTime cannot be mutated'));
  if (old.startTime !== undefined && changed('startTime') && spec.suspend !== true)
    errors.push(required('status.startTime', 'startTime cannot be removed for unsuspended job'));
  if (was.successMet && !is.successMet)
    errors.push(invalidField(CONDITIONS, 'cannot disable the SuccessCriteriaMet=True condition'));
  if (was.complete && !was.successMet && is.successMet)
    errors.push(
      invalidField(CONDITIONS, 'cannot set SuccessCriteriaMet=True for Job already has Complete=true conditions'),
    );
}
