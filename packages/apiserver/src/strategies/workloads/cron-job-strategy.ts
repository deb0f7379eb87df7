/** CronJobs: a schedule, and the Job to make of it. */
import { invalidValue, type KubeObject, notSupported, required } from '@towtank/apimachinery';
import { deepEqual } from '../../registry/deep-equal.ts';
import type { Strategy } from '../../registry/strategy.ts';
import { nameWarning, templateWarnings } from '../pods/pod-warnings.ts';
import { checkChoice, checkNonNegative, type Errors } from '../validation/field-rules.ts';
import { changeRules, rules } from '../validation/rules.ts';
import { scheduleError } from './cron-schedule-error.ts';
import { checkJobSpec } from './job-spec-rules.ts';

/** What is left of a DNS label beside the time that names of Jobs end in. */
const MAX_NAME = 52;

function checkNew(errors: Errors, cronJob: KubeObject, old?: KubeObject): void {
  const { name = '' } = cronJob.metadata;
  if (old === undefined && name.length > MAX_NAME)
    errors.push(invalidValue('metadata.name', name, `must be no more than ${MAX_NAME} characters`));
  checkSpec(errors, cronJob, old);
}

function checkSpec(errors: Errors, { spec }: KubeObject, old: KubeObject | undefined): void {
  checkSchedule(errors, spec.schedule ?? '', old?.spec.schedule);
  checkNonNegative(errors, 'spec.startingDeadlineSeconds', spec.startingDeadlineSeconds);
  if (spec.timeZone !== undefined && spec.timeZone !== old?.spec.timeZone)
    checkTimeZone(errors, 'spec.timeZone', spec.timeZone);
  checkChoice(errors, 'spec.concurrencyPolicy', spec.concurrencyPolicy, ['Allow', 'Forbid', 'Replace']);
  const job = spec.jobTemplate?.spec ?? {};
  checkJobSpec(errors, 'spec.jobTemplate.spec', job);
  if (job.selector !== undefined)
    errors.push(invalidValue('spec.jobTemplate.spec.selector', job.selector, '`selector` will be auto-generated'));
  if (job.manualSelector === true)
    errors.push(notSupported('spec.jobTemplate.spec.manualSelector', true, ['nil', 'false']));
  checkNonNegative(errors, 'spec.successfulJobsHistoryLimit', spec.successfulJobsHistoryLimit);
  checkNonNegative(errors, 'spec.failedJobsHistoryLimit', spec.failedJobsHistoryLimit);
}

function checkSchedule(errors: Errors, schedule: string, old: string | undefined): void {
  const field = 'spec.schedule';
  if (schedule === '') {
    errors.push(required(field));
    return;
  }
  const problem = scheduleError(schedule);
  if (problem !== undefined) errors.push(invalidValue(field, schedule, problem));
  if (schedule.includes('TZ') && schedule !== old)
    errors.push(invalidValue(field, schedule, 'cannot use TZ or CRON_TZ in schedule, use timeZone field instead'));
}

function checkTimeZone(errors: Errors, field: string, zone: string): void {
  const refuse = (why: string): void => void errors.push(invalidValue(field, zone, why));
  if (zone === '') refuse('timeZone must be nil or non-empty string');
  else if (/local/i.test(zone) && zone.toLowerCase() === 'local')
    refuse('timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones');
  else if (!isTimeZone(zone)) refuse(`unknown time zone ${zone}`);
}

function isTimeZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    return !/^[+-]\d/.test(zone);
  } catch {
    return false;
  }
}

/** The strategy of CronJobs. */
export const cronJobStrategy: Strategy = {
  validate: rules((errors, cronJob) => checkNew(errors, cronJob)),
  validateUpdate: changeRules(checkNew),
  warnings(cronJob, old) {
    if (old !== undefined && deepEqual(cronJob.spec, old.spec)) return [];
    const named = old === undefined ? nameWarning('Pod names and hostnames', cronJob.metadata.name ?? '') : [];
    const zoned = /TZ=/.test(cronJob.spec?.schedule ?? '')
      ? ['spec.schedule: cannot use TZ or CRON_TZ in schedule, use timeZone instead']
      : [];
    const template = cronJob.spec?.jobTemplate?.spec?.template;
    return [...named, ...templateWarnings('spec.jobTemplate.spec.template', template), ...zoned];
  },
};
