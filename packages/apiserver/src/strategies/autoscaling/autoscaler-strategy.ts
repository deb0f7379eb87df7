/** HorizontalPodAutoscalers: bounds, a target, and metrics to follow. */
import { invalidValue, type KubeObject, required } from '@towtank/apimachinery';
import type { Strategy } from '../../registry/strategy.ts';
import { checkNonNegative, type Errors, type Fields } from '../validation/field-rules.ts';
import { rules } from '../validation/rules.ts';
import { checkMetrics, checkTarget } from './metric-rules.ts';
import { checkBehavior } from './scaling-rules.ts';

function checkAutoscaler(errors: Errors, { spec = {} }: KubeObject): void {
  const { minReplicas, maxReplicas = 0, scaleTargetRef = {}, metrics = [], behavior } = spec;
  const scalesToZero = metrics.some(({ type }: Fields) => type === 'Object' || type === 'External');
  if (minReplicas < 1) errors.push(invalidValue('spec.minReplicas', minReplicas, 'must be greater than or equal to 1'));
  if (maxReplicas < 1) errors.push(required('spec.maxReplicas', 'must be set and greater than 0'));
  if (minReplicas !== undefined && maxReplicas < minReplicas)
    errors.push(invalidValue('spec.maxReplicas', maxReplicas, 'must be greater than or equal to `minReplicas`'));
  checkTarget(errors, 'spec.scaleTargetRef', scaleTargetRef);
  checkMetrics(errors, 'spec.metrics', metrics);
  if (minReplicas === 0 && !scalesToZero)
    errors.push(
      required(
        'spec.metrics',
        'must specify at least one Object or External metric to support scaling to zero replicas',
      ),
    );
  if (behavior !== undefined) checkBehavior(errors, 'spec.behavior', behavior);
}

/** The strategy of HorizontalPodAutoscalers, which are stored as `autoscaling/v2`. */
export const autoscalerStrategy: Strategy = {
  validate: rules(checkAutoscaler),
  validateStatusUpdate: rules((errors, { status }) => {
    checkNonNegative(errors, 'status.currentReplicas', status?.currentReplicas);
    checkNonNegative(errors, 'status.desiredReplicas', status?.desiredReplicas);
  }),
};
