/** PodDisruptionBudgets: how many pods must stay. */
import { invalidValue, type KubeObject } from '@towtank/apimachinery';
import type { Strategy } from '../../registry/strategy.ts';
import { checkNoneNegative, checkSupported, type Errors } from '../validation/field-rules.ts';
import { checkAtMostAll, checkIntOrPercent } from '../validation/int-or-percent.ts';
import { checkLabelSelector } from '../validation/label-selector-rules.ts';
import { rules } from '../validation/rules.ts';

const COUNTS = ['disruptionsAllowed', 'currentHealthy', 'desiredHealthy', 'expectedPods'];

function checkBudget(errors: Errors, { spec = {} }: KubeObject): void {
  const { minAvailable, maxUnavailable, selector, unhealthyPodEvictionPolicy } = spec;
  if (minAvailable !== undefined && maxUnavailable !== undefined)
    errors.push(invalidValue('spec', internalSpec(spec), 'minAvailable and maxUnavailable cannot be both set'));
  for (const [name, value] of Object.entries({ minAvailable, maxUnavailable })) {
    if (value === undefined) continue;
    checkIntOrPercent(errors, `spec.${name}`, value as number | string);
    checkAtMostAll(errors, `spec.${name}`, value as number | string);
  }
  checkLabelSelector(errors, 'spec.selector', selector);
  checkSupported(errors, 'spec.unhealthyPodEvictionPolicy', unhealthyPodEvictionPolicy, [
    'AlwaysAllow',
    'IfHealthyBudget',
  ]);
}

const internalSpec = ({
  minAvailable,
  selector,
  maxUnavailable,
  unhealthyPodEvictionPolicy,
}: KubeObject['spec']): object => ({
  MinAvailable: minAvailable ?? null,
  Selector: selector ?? null,
  MaxUnavailable: maxUnavailable ?? null,
  UnhealthyPodEvictionPolicy: unhealthyPodEvictionPolicy ?? null,
});

/** The strategy of PodDisruptionBudgets. */
export const disruptionBudgetStrategy: Strategy = {
  validate: rules(checkBudget),
  validateStatusUpdate: rules((errors, { status }) => checkNoneNegative(errors, 'status', status, COUNTS)),
};
