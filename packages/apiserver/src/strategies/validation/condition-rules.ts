/** Rules for conditions of the form that newer kinds share. */
import { duplicate, invalidValue, labelKeyErrors, required, tooLong } from '@towtank/apimachinery';
import { checkName, checkSupported, type Errors, type Fields } from './field-rules.ts';

const STATUSES = ['False', 'True', 'Unknown'];
const MAX_REASON_BYTES = 1024;
const MAX_MESSAGE_BYTES = 32 * 1024;
const REASON = '[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?';
const REASON_PATTERN = new RegExp(`^${REASON}$`);
const REASON_MESSAGE = `a condition reason must start with alphabetic character, optionally followed by a string of alphanumeric characters or '_,:', and must end with an alphanumeric character or '_' (e.g. 'my_name',  or 'MY_NAME',  or 'MyName',  or 'ReasonA,ReasonB',  or 'ReasonA:ReasonB', regex used for validation is '${REASON}')`;

/** Conditions are whole, and each type stands once. */
export function checkConditions(errors: Errors, field: string, conditions: readonly Fields[]): void {
  for (const [index, condition] of conditions.entries()) {
    const { type = '' } = condition;
    const at = `${field}[${index}]`;
    if (conditions.findIndex((other) => (other.type ?? '') === type) < index)
      errors.push(duplicate(`${at}.type`, type));
    checkCondition(errors, at, condition);
  }
}

function checkCondition(errors: Errors, field: string, condition: Fields): void {
  const { type = '', status = '', observedGeneration = 0, lastTransitionTime, reason = '', message = '' } = condition;
  checkName(errors, `${field}.type`, type, labelKeyErrors);
  checkSupported(errors, `${field}.status`, status, STATUSES);
  if (observedGeneration < 0)
    errors.push(
      invalidValue(`${field}.observedGeneration`, observedGeneration, 'must be greater than or equal to zero'),
    );
  if (!lastTransitionTime) errors.push(required(`${field}.lastTransitionTime`));
  if (reason === '') errors.push(required(`${field}.reason`));
  else {
    if (!REASON_PATTERN.test(reason)) errors.push(invalidValue(`${field}.reason`, reason, REASON_MESSAGE));
    if (Buffer.byteLength(reason) > MAX_REASON_BYTES) errors.push(tooLong(`${field}.reason`, MAX_REASON_BYTES));
  }
  if (Buffer.byteLength(message) > MAX_MESSAGE_BYTES) errors.push(tooLong(`${field}.message`, MAX_MESSAGE_BYTES));
}
