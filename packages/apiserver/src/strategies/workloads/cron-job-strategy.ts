/** CronJobs: a schedule, and the Job to make of it. */
import { invalidValue, type KubeObject, notSupported, required } from '@towtank/apimachinery';
import { deepEqual } from '../../registry/deep-equal.ts';
import type { Strategy } from '../../registry/strategy.ts';
import { nameWarning, templateWarnings } from '../pods/pod-warnings.ts';
import { checkChoice, checkNonNegative, type Errors, type Fields } from '../validation/field-rules.ts';
import { changeRules, rules } from '../validation/rules.ts';
import { scheduleError } from './cron-schedule-error.ts';
import { checkJobSpec } from './job-spec-rules.ts';

/** What is left of a DNS label beside the time that names of Jobs end in. */
const MAX_NAME = 52;
const ZONE_PART = /^[A-Z][A-Za-z._0-9+-]{0,13}$/;

function checkNew(errors: Errors, cronJob: KubeObject): void {
  checkSpec(errors, cronJob);
  const { name = '' } = cronJob.metadata;
  if (name.length > MAX_NAME)
    errors.push(invalidValue('metadata.name', name, `must be no more than ${MAX_NAME} characters`));
}

function checkSpec(errors: Errors, { spec }: KubeObject, old?: KubeObject): void {
  checkSchedule(errors, spec, old?.spec.schedule ?? '');
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

/** A time zone within a schedule is only borne where one already stood. */
function checkSchedule(errors: Errors, { schedule = '', timeZone }: Fields, old: string): void {
  const field = 'spec.schedule';
  if (schedule === '') {
    errors.push(required(field));
    return;
  }
  const problem = scheduleError(schedule);
  if (problem !== undefined) errors.push(invalidValue(field, schedule, problem));
  if (!schedule.includes('TZ')) return;
  if (!old.includes('TZ'))
    errors.push(invalidValue(field, schedule, 'cannot use TZ or CRON_TZ in schedule, use timeZone field instead'));
  else if (timeZone !== undefined)
    errors.push(invalidValue(field, schedule, 'cannot use both timeZone field and TZ or CRON_TZ in schedule'));
}

function checkTimeZone(errors: Errors, field: string, zone: string): void {
  const refuse = (why: string): void => void errors.push(invalidValue(field, zone, why));
  if (zone === '') {
    refuse('timeZone must be nil or non-empty string');
    return;
  }
  if (zone.toLowerCase() === 'local')
    refuse('timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones');
  if (zone !== 'Local' && !isTimeZone(zone)) refuse(`unknown time zone ${zone}`);
}

/** Names of zones keep to their case, which the runtime does not ask for; each of their parts starts in upper case. */
function isTimeZone(zone: string): boolean {
  if (!zone.split('/').every((part) => ZONE_PART.test(part))) return false;
  try {
    const known = new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone;
    return known === zone || known.toLowerCase() !== zone.toLowerCase();
  } catch {
    return false;
  }
}

/** The strategy of CronJobs. */
export const cronJobStrategy: Strategy = {
  validate: rules((errors, cronJob) => checkNew(errors, cronJob)),
  validateUpdate: changeRules(checkSpec),
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
