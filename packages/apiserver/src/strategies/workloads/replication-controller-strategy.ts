/** ReplicationControllers: the oldest way to so many pods; their selector is a plain map. */
import { type KubeObject, required } from '@towtank/apimachinery';
import type { Strategy } from '../../registry/strategy.ts';
import { checkLongRunning, checkPodTemplate, checkTemplateSelected } from '../pods/pod-template-rules.ts';
import { checkNonNegative, type Errors } from '../validation/field-rules.ts';
import { rules } from '../validation/rules.ts';
import { workloadWarnings } from './replica-rules.ts';
import { checkReplicaStatus } from './replica-set-strategy.ts';

function checkController(errors: Errors, { spec }: KubeObject): void {
  checkNonNegative(errors, 'spec.minReadySeconds', spec.minReadySeconds);
  const selector: Record<string, string> = spec.selector ?? {};
  if (Object.keys(selector).length === 0) errors.push(required('spec.selector'));
  checkNonNegative(errors, 'spec.replicas', spec.replicas);
  if (spec.template === undefined) {
    errors.push(required('spec.template'));
    return;
  }
  checkTemplateSelected(errors, 'spec.template', spec.template, { matchLabels: selector });
  checkPodTemplate(errors, 'spec.template', spec.template);
  checkLongRunning(errors, 'spec.template', spec.template, 'ReplicationController');
}

/** The strategy of ReplicationControllers. */
export const replicationControllerStrategy: Strategy = {
  defaultPropagation: 'Orphan',
  validate: rules(checkController),
  validateStatusUpdate: rules(checkReplicaStatus),
  warnings: workloadWarnings,
};
