/** PodDisruptionBudgets: how many pods must stay. */
import { invalidValue, type KubeObject, pathSegmentErrors } from '@towtank/apimachinery';
import type { Strategy } from '../../registry/strategy.ts';
import { checkConditions } from '../validation/condition-rules.ts';
import { checkNoneNegative, checkSupported, type Errors } from '../validation/field-rules.ts';
import { checkAtMostAll, checkIntOrPercent } from '../validation/int-or-percent.ts';
import { checkLabelSelector, hasBadSelectorValue } from '../validation/label-selector-rules.ts';
import { changeRules, rules } from '../validation/rules.ts';

const COUNTS = ['disruptionsAllowed', 'currentHealthy', 'desiredHealthy', 'expectedPods'];

function checkBudget(errors: Errors, { spec = {} }: KubeObject, old?: KubeObject): void {
  const { minAvailable, maxUnavailable, selector, unhealthyPodEvictionPolicy } = spec;
  if (minAvailable !== undefined && maxUnavailable !== undefined)
    errors.push(invalidValue('spec', internalSpec(spec), 'minAvailable and maxUnavailable cannot be both set'));
  for (const [name, value] of Object.entries({ minAvailable, maxUnavailable })) {
    if (value === undefined) continue;
    checkIntOrPercent(errors, `spec.${name}`, value as number | string);
    checkAtMostAll(errors, `spec.${name}`, value as number | string);
  }
  checkLabelSelector(errors, 'spec.selector', selector, hasBadSelectorValue(old?.spec?.selector));
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

function checkStatus(errors: Errors, { status }: KubeObject): void {
  checkConditions(errors, 'status.conditions', status?.conditions ?? []);
  checkNoneNegative(errors, 'status', status, COUNTS);
}

/** The strategy of PodDisruptionBudgets. The kind has no rules for metadata, so that any name will do. */
export const disruptionBudgetStrategy: Strategy = {
  nameErrors: pathSegmentErrors,
  checksMetadataLast: true,
  takesAnyFinalizer: true,
  metadataRulesOfUpdate: [],
  allowUnconditionalUpdate: false,
  validate: rules(checkBudget),
  validateUpdate: changeRules(checkBudget),
  validateStatusUpdate: rules(checkStatus),
};
