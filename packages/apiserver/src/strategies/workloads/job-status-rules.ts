/** Rules for what the job controller says of a Job. */
import { invalidValue, type KubeObject } from '@towtank/apimachinery';
import { deepEqual } from '../../registry/deep-equal.ts';
import { checkNoneNegative, type Errors, type Fields } from '../validation/field-rules.ts';

const COUNTS = ['active', 'succeeded', 'failed', 'ready', 'terminating'];

const holds = (status: Fields, type: string): boolean =>
  (status?.conditions ?? []).some((condition: Fields) => condition.type === type && condition.status === 'True');

/** A change through `status`. */
export function checkJobStatus(errors: Errors, job: KubeObject, old: KubeObject): void {
  const status: Fields = job.status ?? {};
  checkNoneNegative(errors, 'status', status, COUNTS);
  const complete = holds(status, 'Complete');
  const failed = holds(status, 'Failed');
  if (complete && failed)
    errors.push(invalidValue('status.conditions', '', 'cannot set Complete=True and Failed=true conditions'));
  checkTimes(errors, status, complete);
  if (complete || failed) checkFinished(errors, status);
  for (const type of ['Complete', 'Failed'])
    if (holds(old.status, type) && !holds(status, type))
      errors.push(invalidValue('status.conditions', '', `cannot disable the terminal ${type}=True condition`));
  if (
    old.status?.startTime !== undefined &&
    holds(old.status, 'Complete') &&
    !deepEqual(status.startTime, old.status.startTime)
  )
    errors.push(invalidValue('status.startTime', status.startTime, 'startTime cannot be removed for unsuspended job'));
}

function checkTimes(errors: Errors, status: Fields, complete: boolean): void {
  const { completionTime, startTime } = status;
  if (completionTime !== undefined && !complete)
    errors.push(
      invalidValue(
        'status.completionTime',
        completionTime,
        'cannot set completionTime when there is no Complete=True condition',
      ),
    );
  if (completionTime === undefined && complete)
    errors.push({
      field: 'status.completionTime',
      reason: 'FieldValueRequired',
      body: 'Required value: completionTime is required for Complete jobs',
    });
  if (completionTime !== undefined && startTime !== undefined && Date.parse(completionTime) < Date.parse(startTime))
    errors.push(invalidValue('status.completionTime', completionTime, 'completionTime cannot be set before startTime'));
}

function checkFinished(errors: Errors, status: Fields): void {
  if (status.active > 0)
    errors.push(invalidValue('status.active', status.active, 'active>0 is invalid for finished job'));
  const { succeeded = [], failed = [] } = status.uncountedTerminatedPods ?? {};
  if (succeeded.length > 0 || failed.length > 0)
    errors.push(
      invalidValue(
        'status.uncountedTerminatedPods',
        { Succeeded: succeeded, Failed: failed },
        'uncountedTerminatedPods needs to be empty for finished job',
      ),
    );
}
