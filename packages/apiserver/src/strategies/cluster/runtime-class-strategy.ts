/** RuntimeClasses: how nodes run the containers of a pod. */
import { dns1123LabelErrors, type KubeObject } from '@towtank/apimachinery';
import type { Strategy } from '../../registry/strategy.ts';
import { checkTolerations } from '../pods/affinity-rules.ts';
import { checkLabels, checkName, checkUnchanged, type Errors } from '../validation/field-rules.ts';
import { checkResources } from '../validation/resource-rules.ts';
import { changeRules, rules } from '../validation/rules.ts';

function checkClass(errors: Errors, { handler = '', overhead, scheduling }: KubeObject): void {
  checkName(errors, 'handler', handler, dns1123LabelErrors);
  if (overhead !== undefined) checkResources(errors, 'overhead', { limits: overhead.podFixed }, []);
  if (scheduling === undefined) return;
  checkLabels(errors, 'scheduling.nodeSelector', scheduling.nodeSelector);
  checkTolerations(errors, 'scheduling.tolerations', scheduling.tolerations ?? []);
}

/** The strategy of RuntimeClasses. */
export const runtimeClassStrategy: Strategy = {
  allowUnconditionalUpdate: false,
  takesAnyFinalizer: true,
  validate: rules(checkClass),
  validateUpdate: changeRules((errors, next, old) => checkUnchanged(errors, 'handler', next.handler, old.handler)),
};
