/** ReplicaSets: so many pods of one template. */
import type { KubeObject } from '@towtank/apimachinery';
import type { Strategy } from '../../registry/strategy.ts';
import { checkNonNegative, checkUnchanged, type Errors } from '../validation/field-rules.ts';
import { changeRules, rules } from '../validation/rules.ts';
import {
  ABOVE_REPLICAS,
  checkCounts,
  checkWorkloadSelector,
  checkWorkloadTemplate,
  workloadWarnings,
} from './replica-rules.ts';

function checkReplicaSet(errors: Errors, { spec }: KubeObject): void {
  checkNonNegative(errors, 'spec.replicas', spec.replicas);
  checkNonNegative(errors, 'spec.minReadySeconds', spec.minReadySeconds);
  checkWorkloadSelector(errors, 'spec.selector', spec.selector, 'empty selector is invalid for deployment');
  checkWorkloadTemplate(errors, 'spec', spec, 'ReplicaSet');
}

function checkUpdate(errors: Errors, replicaSet: KubeObject, old: KubeObject): void {
  checkReplicaSet(errors, replicaSet);
  checkUnchanged(errors, 'spec.selector', replicaSet.spec.selector, old.spec.selector);
}

const COUNTS = [
  'replicas',
  'fullyLabeledReplicas',
  'readyReplicas',
  'availableReplicas',
  'terminatingReplicas',
  'observedGeneration',
];

/** `status` of ReplicaSets and ReplicationControllers. */
export function checkReplicaStatus(errors: Errors, { status }: KubeObject): void {
  checkCounts(errors, status, COUNTS, [
    ['fullyLabeledReplicas', 'replicas', ABOVE_REPLICAS],
    ['readyReplicas', 'replicas', ABOVE_REPLICAS],
    ['availableReplicas', 'replicas', ABOVE_REPLICAS],
    ['availableReplicas', 'readyReplicas', 'cannot be greater than readyReplicas'],
  ]);
}

/** The strategy of ReplicaSets. */
export const replicaSetStrategy: Strategy = {
  validate: rules(checkReplicaSet),
  validateUpdate: changeRules(checkUpdate),
  validateStatusUpdate: rules(checkReplicaStatus),
  warnings: workloadWarnings,
};
