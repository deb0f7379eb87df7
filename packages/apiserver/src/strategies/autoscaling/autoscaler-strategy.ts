/** HorizontalPodAutoscalers: bounds, a target, and metrics to follow. */
import { forbiddenField, invalidValue, type KubeObject, required } from '@towtank/apimachinery';
import type { Strategy } from '../../registry/strategy.ts';
import { checkNonNegative, type Errors, type Fields } from '../validation/field-rules.ts';
import { changeRules, rules } from '../validation/rules.ts';
import { checkMetrics, checkTarget, groupProblem } from './metric-rules.ts';
import { checkBehavior } from './scaling-rules.ts';

const NO_METRIC_AT_ZERO = 'must specify at least one Object or External metric to support scaling to zero replicas';

/** Only a ReplicationController is scaled without a group; a target that was stored with none keeps it. */
function checkAutoscaler(errors: Errors, { spec = {} }: KubeObject, old?: KubeObject): void {
  const { minReplicas, maxReplicas = 0, scaleTargetRef = {}, metrics = [], behavior } = spec;
  const least = old?.spec.minReplicas === 0 ? 0 : 1;
  if (minReplicas < least)
    errors.push(invalidValue('spec.minReplicas', minReplicas, `must be greater than or equal to ${least}`));
  if (maxReplicas === 0) errors.push(required('spec.maxReplicas', 'must be set and greater than 0'));
  if (maxReplicas < 0) errors.push(invalidValue('spec.maxReplicas', maxReplicas, 'must be greater than or equal to 1'));
  if (minReplicas !== undefined && maxReplicas < minReplicas)
    errors.push(invalidValue('spec.maxReplicas', maxReplicas, 'must be greater than or equal to `minReplicas`'));
  checkTarget(errors, 'spec.scaleTargetRef', scaleTargetRef, needsGroup(scaleTargetRef, old));
  checkMetrics(errors, 'spec.metrics', metrics);
  if (minReplicas === 0 && !metrics.some(({ type }: Fields) => type === 'Object' || type === 'External'))
    errors.push(forbiddenField('spec.metrics', NO_METRIC_AT_ZERO));
  if (behavior !== undefined) checkBehavior(errors, 'spec.behavior', behavior);
}

function needsGroup({ kind }: Fields, old: KubeObject | undefined): boolean {
  if (kind === 'ReplicationController') return false;
  return old === undefined || groupProblem(old.spec.scaleTargetRef?.apiVersion ?? '', true) === undefined;
}

/** The strategy of HorizontalPodAutoscalers, which are stored as `autoscaling/v2`. */
export const autoscalerStrategy: Strategy = {
  validate: rules((errors, autoscaler) => checkAutoscaler(errors, autoscaler)),
  validateUpdate: changeRules(checkAutoscaler),
  validateStatusUpdate: rules((errors, { status }) => {
    checkNonNegative(errors, 'status.currentReplicas', status?.currentReplicas);
    checkNonNegative(errors, 'status.desiredReplicas', status?.desiredReplicas);
  }),
};
