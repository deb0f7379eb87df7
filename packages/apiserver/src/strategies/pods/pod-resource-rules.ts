/** Rules for resources that a pod asks for as a whole. */
import { compareQuantities, forbiddenField, formatQuantity, invalidValue } from '@towtank/apimachinery';
import { containersOf } from '../../admission/pod-spec.ts';
import { type Amounts, addAmounts, amountsOf, maxAmounts } from '../../admission/resource-amounts.ts';
import type { Errors, Fields } from '../validation/field-rules.ts';
import { amountText, checkPodResourceName, checkResources } from '../validation/resource-rules.ts';

/** `spec.resources`: no claims, and no less than what the containers ask for. */
export function checkPodResources(errors: Errors, field: string, spec: Fields, claims: readonly string[]): void {
  const { resources } = spec;
  if (spec.os?.name === 'windows') {
    errors.push(forbiddenField(field, 'may not be set for a windows pod'));
    return;
  }
  if (resources.claims !== undefined)
    errors.push(forbiddenField(`${field}.claims`, 'claims may not be set for Resources at pod-level'));
  checkResources(errors, field, resources, claims, checkPodResourceName);
  for (const [name, amount] of containerRequests(spec)) {
    const ofPod = resources.requests?.[name];
    const ofContainers = formatQuantity(amount);
    if (ofPod !== undefined && compareQuantities(ofContainers, ofPod) > 0)
      errors.push(
        invalidValue(
          `${field}.requests[${name}]`,
          amountText(ofPod),
          `must be greater than or equal to aggregate container requests of ${ofContainers}`,
        ),
      );
  }
  for (const [index, container] of (spec.containers ?? []).entries())
    for (const [name, limit] of Object.entries((container.resources?.limits ?? {}) as Record<string, string>)) {
      const ofPod = resources.limits?.[name];
      if (ofPod !== undefined && compareQuantities(limit, ofPod) > 0)
        errors.push(
          invalidValue(
            `${field}.containers[${index}][${name}].limits`,
            amountText(limit),
            `must be less than or equal to pod limits of ${amountText(ofPod)}`,
          ),
        );
    }
}

/** What the containers need at once: all that run, or the largest start. */
function containerRequests(spec: Fields): Amounts {
  let running: Amounts = new Map();
  let starting: Amounts = new Map();
  for (const container of containersOf(spec)) {
    const own = amountsOf(container.resources?.requests);
    const startsOnly = (spec.initContainers ?? []).includes(container) && container.restartPolicy !== 'Always';
    if (startsOnly) starting = maxAmounts(starting, addAmounts(running, own));
    else running = addAmounts(running, own);
  }
  return maxAmounts(running, starting);
}
