/** Rules for the spec of a Job, also where it stands in the template of one. */
import { dns1123SubdomainErrors, invalidValue, notSupported, required, tooLong, tooMany } from '@towtank/apimachinery';
import { checkPodTemplate } from '../pods/pod-template-rules.ts';
import {
  checkChoice,
  checkGiven,
  checkNoneNegative,
  checkSupported,
  type Errors,
  type Fields,
} from '../validation/field-rules.ts';
import { checkSuccessPolicy } from './success-policy-rules.ts';

const COUNTS = [
  'parallelism',
  'completions',
  'activeDeadlineSeconds',
  'backoffLimit',
  'ttlSecondsAfterFinished',
  'backoffLimitPerIndex',
  'maxFailedIndexes',
];
const MAX_PARALLELISM = 100_000;
const MAX_MANAGER_BYTES = 63;
const MAX_RULES = 20;
const MAX_EXIT_CODES = 255;
const ACTIONS = ['Count', 'FailIndex', 'FailJob', 'Ignore'];

/** What holds for every Job, but for its selector. */
export function checkJobSpec(errors: Errors, field: string, spec: Fields): void {
  checkNoneNegative(errors, field, spec, COUNTS);
  if (spec.maxFailedIndexes !== undefined && spec.backoffLimitPerIndex === undefined)
    errors.push(required(`${field}.backoffLimitPerIndex`, 'when maxFailedIndexes is specified'));
  if (spec.managedBy !== undefined) checkManager(errors, `${field}.managedBy`, spec.managedBy);
  checkCompletionMode(errors, field, spec);
  if (spec.podFailurePolicy !== undefined) checkFailurePolicy(errors, `${field}.podFailurePolicy`, spec);
  if (spec.successPolicy !== undefined) checkSuccessPolicy(errors, `${field}.successPolicy`, spec);
  checkReplacement(errors, `${field}.podReplacementPolicy`, spec);
  checkPodTemplate(errors, `${field}.template`, spec.template);
  checkRestartPolicy(errors, `${field}.template.spec.restartPolicy`, spec);
}

function checkManager(errors: Errors, field: string, manager: string): void {
  if (manager.length > MAX_MANAGER_BYTES) errors.push(tooLong(field, MAX_MANAGER_BYTES));
  const [domain = '', ...path] = manager.split('/');
  if (manager === '') errors.push(required(field));
  else if (path.join('/') === '')
    errors.push(invalidValue(field, manager, 'must be a domain-prefixed path (such as "acme.io/foo")'));
  else for (const message of dns1123SubdomainErrors(domain)) errors.push(invalidValue(field, domain, message));
}

function checkCompletionMode(errors: Errors, field: string, spec: Fields): void {
  const { completionMode, completions, parallelism, maxFailedIndexes } = spec;
  checkSupported(errors, `${field}.completionMode`, completionMode, ['NonIndexed', 'Indexed']);
  if (completionMode === 'Indexed') {
    if (completions === undefined) errors.push(required(`${field}.completions`, 'when completion mode is Indexed'));
    if (parallelism > MAX_PARALLELISM)
      errors.push(
        invalidValue(
          `${field}.parallelism`,
          parallelism,
          `must be less than or equal to ${MAX_PARALLELISM} when completion mode is Indexed`,
        ),
      );
    if (maxFailedIndexes > completions)
      errors.push(
        invalidValue(`${field}.maxFailedIndexes`, maxFailedIndexes, 'must be less than or equal to completions'),
      );
    return;
  }
  for (const name of ['backoffLimitPerIndex', 'maxFailedIndexes'])
    if (spec[name] !== undefined)
      errors.push(invalidValue(`${field}.${name}`, spec[name], 'requires indexed completion mode'));
}

function checkReplacement(
  errors: Errors,
  field: string,
  { podReplacementPolicy: policy, podFailurePolicy }: Fields,
): void {
  if (policy === undefined) return;
  const supported = podFailurePolicy === undefined ? ['Failed', 'TerminatingOrFailed'] : ['Failed'];
  checkSupported(errors, field, policy, supported);
}

function checkRestartPolicy(errors: Errors, field: string, spec: Fields): void {
  const policy = spec.template?.spec?.restartPolicy ?? '';
  if (policy !== 'OnFailure' && policy !== 'Never') errors.push(required(field, 'valid values: "OnFailure", "Never"'));
  if (spec.podFailurePolicy !== undefined && policy !== 'Never')
    errors.push(invalidValue(field, policy, 'only "Never" is supported when podFailurePolicy is specified'));
}

function checkFailurePolicy(errors: Errors, field: string, spec: Fields): void {
  const rules: Fields[] = spec.podFailurePolicy.rules ?? [];
  if (rules.length > MAX_RULES) errors.push(tooMany(`${field}.rules`, rules.length, MAX_RULES));
  const containers = [...(spec.template?.spec?.containers ?? []), ...(spec.template?.spec?.initContainers ?? [])];
  const names = containers.map(({ name }: Fields) => name);
  for (const [index, rule] of rules.entries()) checkRule(errors, `${field}.rules[${index}]`, rule, names, spec);
}

function checkRule(errors: Errors, field: string, rule: Fields, names: readonly string[], spec: Fields): void {
  const { action = '', onExitCodes, onPodConditions = [] } = rule;
  if (action === '')
    errors.push(required(`${field}.action`, 'valid values: "Count", "FailIndex", "FailJob", "Ignore"'));
  else if (action === 'FailIndex' && spec.backoffLimitPerIndex === undefined)
    errors.push(invalidValue(`${field}.action`, action, 'requires the backoffLimitPerIndex to be set'));
  else if (!ACTIONS.includes(action)) errors.push(notSupported(`${field}.action`, action, ACTIONS));
  if (onExitCodes !== undefined) checkExitCodes(errors, `${field}.onExitCodes`, onExitCodes, names);
  for (const [index, { type, status }] of onPodConditions.entries()) {
    checkGiven(errors, `${field}.onPodConditions[${index}].type`, type);
    checkChoice(errors, `${field}.onPodConditions[${index}].status`, status, ['False', 'True', 'Unknown']);
  }
  if (onExitCodes !== undefined && onPodConditions.length > 0)
    errors.push(invalidValue(field, '<not set>', 'specifying both OnExitCodes and OnPodConditions is not supported'));
  if (onExitCodes === undefined && onPodConditions.length === 0)
    errors.push(invalidValue(field, '<not set>', 'specifying one of OnExitCodes and OnPodConditions is required'));
}

function checkExitCodes(errors: Errors, field: string, codes: Fields, names: readonly string[]): void {
  const { operator = '', containerName } = codes;
  const values = codes.values ?? [];
  if (operator === '') errors.push(required(`${field}.operator`, 'valid values: "In", "NotIn"'));
  else checkSupported(errors, `${field}.operator`, operator, ['In', 'NotIn']);
  if (containerName !== undefined && !names.includes(containerName))
    errors.push(
      invalidValue(
        `${field}.containerName`,
        containerName,
        'must be one of the container or initContainer names in the pod template',
      ),
    );
  const at = `${field}.values`;
  if (values.length === 0) errors.push(invalidValue(at, values, 'at least one value is required'));
  else if (values.length > MAX_EXIT_CODES) errors.push(tooMany(at, values.length, MAX_EXIT_CODES));
  const sorted = values.every((value: number, index: number) => index === 0 || values[index - 1] <= value);
  for (const [index, value] of values.entries()) {
    if (values.indexOf(value) !== index)
      errors.push({
        ...invalidValue(`${at}[${index}]`, value, ''),
        reason: 'FieldValueDuplicate',
        body: `Duplicate value: ${value}`,
      });
    if (operator === 'In' && value === 0)
      errors.push(invalidValue(`${at}[${index}]`, value, 'must not be 0 for the In operator'));
  }
  if (!sorted) errors.push(invalidValue(at, values, 'must be ordered'));
}
