/** Rules for what the failure of a pod means to its Job. */
import { duplicate, invalidValue, labelKeyErrors, notSupported, required, tooMany } from '@towtank/apimachinery';
import { checkName, checkSupported, type Errors, type Fields, invalidField } from '../validation/field-rules.ts';

const MAX_RULES = 20;
const MAX_EXIT_CODES = 255;
const MAX_PATTERNS = 20;
const ACTIONS = ['Count', 'FailIndex', 'FailJob', 'Ignore'];

/** `podFailurePolicy` of a Job. */
export function checkFailurePolicy(errors: Errors, field: string, spec: Fields): void {
  const rules: Fields[] = spec.podFailurePolicy.rules ?? [];
  if (rules.length > MAX_RULES) errors.push(tooMany(`${field}.rules`, rules.length, MAX_RULES));
  const containers = [...(spec.template?.spec?.containers ?? []), ...(spec.template?.spec?.initContainers ?? [])];
  const names = containers.map(({ name }: Fields) => name);
  for (const [index, rule] of rules.entries()) checkRule(errors, `${field}.rules[${index}]`, rule, names, spec);
}

function checkRule(errors: Errors, field: string, rule: Fields, names: readonly string[], spec: Fields): void {
  const { action = '', onExitCodes, onPodConditions = [] } = rule;
  if (action === '') errors.push(required(`${field}.action`, 'valid values: ["Count" "FailIndex" "FailJob" "Ignore"]'));
  else if (action === 'FailIndex') {
    if (spec.backoffLimitPerIndex === undefined)
      errors.push(invalidValue(`${field}.action`, action, 'requires the backoffLimitPerIndex to be set'));
  } else if (!ACTIONS.includes(action)) errors.push(notSupported(`${field}.action`, action, ACTIONS));
  if (onExitCodes !== undefined) checkExitCodes(errors, `${field}.onExitCodes`, onExitCodes, names);
  checkPatterns(errors, `${field}.onPodConditions`, onPodConditions);
  if (onExitCodes !== undefined && onPodConditions.length > 0)
    errors.push(invalidField(field, 'specifying both OnExitCodes and OnPodConditions is not supported'));
  if (onExitCodes === undefined && onPodConditions.length === 0)
    errors.push(invalidField(field, 'specifying one of OnExitCodes and OnPodConditions is required'));
}

function checkPatterns(errors: Errors, field: string, patterns: readonly Fields[]): void {
  if (patterns.length > MAX_PATTERNS) errors.push(tooMany(field, patterns.length, MAX_PATTERNS));
  for (const [index, { type = '', status = '' }] of patterns.entries()) {
    checkName(errors, `${field}[${index}].type`, type, labelKeyErrors);
    if (status === '') errors.push(required(`${field}[${index}].status`, 'valid values: ["False" "True" "Unknown"]'));
    else checkSupported(errors, `${field}[${index}].status`, status, ['False', 'True', 'Unknown']);
  }
}

function checkExitCodes(errors: Errors, field: string, codes: Fields, names: readonly string[]): void {
  const { operator = '', containerName } = codes;
  const values = codes.values ?? [];
  if (operator === '') errors.push(required(`${field}.operator`, 'valid values: ["In" "NotIn"]'));
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
  if (values.length === 0) errors.push(invalidValue(at, codes.values, 'at least one value is required'));
  else if (values.length > MAX_EXIT_CODES) errors.push(tooMany(at, values.length, MAX_EXIT_CODES));
  const sorted = values.every((value: number, index: number) => index === 0 || values[index - 1] <= value);
  for (const [index, value] of values.entries()) {
    if (operator === 'In' && value === 0)
      errors.push(invalidValue(`${at}[${index}]`, value, 'must not be 0 for the In operator'));
    if (values.indexOf(value) !== index) errors.push(duplicate(`${at}[${index}]`, value));
  }
  if (!sorted) errors.push(invalidValue(at, values, 'must be ordered'));
}
