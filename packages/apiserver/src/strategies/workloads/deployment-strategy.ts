/** Deployments: a selector for good, a template that it selects, and a way from one template to the next. */
import { forbiddenField, invalidValue, type KubeObject, notSupported, required } from '@towtank/apimachinery';
import type { Strategy } from '../../registry/strategy.ts';
import {
  checkNonNegative,
  checkNotDecremented,
  checkUnchanged,
  type Errors,
  type Fields,
} from '../validation/field-rules.ts';
import { checkAtMostAll, checkIntOrPercent, countOf } from '../validation/int-or-percent.ts';
import { changeRules, rules } from '../validation/rules.ts';
import {
  ABOVE_REPLICAS,
  checkCounts,
  checkWorkloadSelector,
  checkWorkloadTemplate,
  internalUpdate,
  workloadWarnings,
} from './replica-rules.ts';

function checkDeployment(errors: Errors, { spec }: KubeObject): void {
  checkNonNegative(errors, 'spec.replicas', spec.replicas);
  checkWorkloadSelector(errors, 'spec.selector', spec.selector, 'empty selector is invalid for deployment');
  checkWorkloadTemplate(errors, 'spec', spec, 'ReplicaSet');
  checkRollout(errors, 'spec.strategy', spec.strategy ?? {});
  checkNonNegative(errors, 'spec.minReadySeconds', spec.minReadySeconds);
  checkNonNegative(errors, 'spec.revisionHistoryLimit', spec.revisionHistoryLimit);
  const deadline = spec.progressDeadlineSeconds;
  checkNonNegative(errors, 'spec.progressDeadlineSeconds', deadline);
  if (deadline !== undefined && deadline <= (spec.minReadySeconds ?? 0))
    errors.push(invalidValue('spec.progressDeadlineSeconds', deadline, 'must be greater than minReadySeconds'));
}

function checkRollout(errors: Errors, field: string, { type = '', rollingUpdate }: Fields): void {
  const at = `${field}.rollingUpdate`;
  if (type === 'Recreate') {
    if (rollingUpdate !== undefined)
      errors.push(forbiddenField(at, "may not be specified when strategy `type` is 'Recreate'"));
  } else if (type === 'RollingUpdate') {
    if (rollingUpdate === undefined) errors.push(required(at, 'this should be defaulted and never be nil'));
    else checkRollingUpdate(errors, at, rollingUpdate);
  } else errors.push(notSupported(field, internalUpdate(type, rollingUpdate), ['Recreate', 'RollingUpdate']));
}

function checkRollingUpdate(errors: Errors, field: string, { maxUnavailable = 0, maxSurge = 0 }: Fields): void {
  checkIntOrPercent(errors, `${field}.maxUnavailable`, maxUnavailable);
  checkIntOrPercent(errors, `${field}.maxSurge`, maxSurge);
  if (countOf(maxUnavailable) === 0 && countOf(maxSurge) === 0)
    errors.push(invalidValue(`${field}.maxUnavailable`, maxUnavailable, 'may not be 0 when `maxSurge` is 0'));
  checkAtMostAll(errors, `${field}.maxUnavailable`, maxUnavailable);
}

function checkUpdate(errors: Errors, deployment: KubeObject, old: KubeObject): void {
  checkDeployment(errors, deployment);
  checkUnchanged(errors, 'spec.selector', deployment.spec.selector, old.spec.selector);
}

const COUNTS = [
  'observedGeneration',
  'replicas',
  'updatedReplicas',
  'readyReplicas',
  'availableReplicas',
  'terminatingReplicas',
  'unavailableReplicas',
  'collisionCount',
];

function checkStatus(errors: Errors, { status }: KubeObject, old: KubeObject): void {
  checkCounts(errors, status, COUNTS, [
    ['updatedReplicas', 'replicas', ABOVE_REPLICAS],
    ['readyReplicas', 'replicas', ABOVE_REPLICAS],
    ['availableReplicas', 'replicas', ABOVE_REPLICAS],
    ['availableReplicas', 'readyReplicas', 'cannot be greater than readyReplicas'],
  ]);
  checkNotDecremented(errors, 'status.collisionCount', status?.collisionCount, old.status?.collisionCount);
}

/** The strategy of Deployments. */
export const deploymentStrategy: Strategy = {
  validate: rules(checkDeployment),
  validateUpdate: changeRules(checkUpdate),
  validateStatusUpdate: changeRules(checkStatus),
  warnings: workloadWarnings,
};
