/** Rules for how fast an autoscaler may go. */
import { compareQuantities, invalidValue, notSupported, required } from '@towtank/apimachinery';
import type { Errors, Fields } from '../validation/field-rules.ts';

const MAX_WINDOW_SECONDS = 3600;
const MAX_PERIOD_SECONDS = 1800;

/** `behavior` of an autoscaler. */
export function checkBehavior(errors: Errors, field: string, behavior: Fields): void {
  for (const direction of ['scaleUp', 'scaleDown'])
    if (behavior[direction] !== undefined) checkRules(errors, `${field}.${direction}`, behavior[direction]);
}

function checkRules(errors: Errors, field: string, rules: Fields): void {
  const { stabilizationWindowSeconds: window, selectPolicy, policies = [], tolerance } = rules;
  if (window < 0)
    errors.push(invalidValue(`${field}.stabilizationWindowSeconds`, window, 'must be greater than or equal to zero'));
  if (window > MAX_WINDOW_SECONDS)
    errors.push(
      invalidValue(
        `${field}.stabilizationWindowSeconds`,
        window,
        `must be less than or equal to ${MAX_WINDOW_SECONDS}`,
      ),
    );
  if (selectPolicy !== undefined && !['Max', 'Min', 'Disabled'].includes(selectPolicy))
    errors.push(notSupported(`${field}.selectPolicy`, selectPolicy, ['Disabled', 'Max', 'Min']));
  if (policies.length === 0) errors.push(required(`${field}.policies`, 'must specify at least one Policy'));
  for (const [index, policy] of policies.entries()) checkPolicy(errors, `${field}.policies[${index}]`, policy);
  if (tolerance !== undefined && compareQuantities(tolerance, '0') < 0)
    errors.push(invalidValue(`${field}.tolerance`, tolerance, 'must be greater than or equal to 0'));
}

function checkPolicy(errors: Errors, field: string, { type = '', value = 0, periodSeconds = 0 }: Fields): void {
  if (type !== 'Pods' && type !== 'Percent') errors.push(notSupported(`${field}.type`, type, ['Percent', 'Pods']));
  if (value <= 0) errors.push(invalidValue(`${field}.value`, value, 'must be greater than zero'));
  if (periodSeconds <= 0)
    errors.push(invalidValue(`${field}.periodSeconds`, periodSeconds, 'must be greater than zero'));
  if (periodSeconds > MAX_PERIOD_SECONDS)
    errors.push(
      invalidValue(`${field}.periodSeconds`, periodSeconds, `must be less than or equal to ${MAX_PERIOD_SECONDS}`),
    );
}
