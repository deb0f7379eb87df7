/** PriorityClasses: a number that never changes; the highest are the system's own. */
import { forbiddenField, invalidValue, type KubeObject } from '@towtank/apimachinery';
import type { Strategy } from '../../registry/strategy.ts';
import { checkChoice, type Errors, IMMUTABLE } from '../validation/field-rules.ts';
import { changeRules, rules } from '../validation/rules.ts';

/** Above this, only classes that Kubernetes comes with. */
const HIGHEST_USER_PRIORITY = 1_000_000_000;
const SYSTEM_CLASSES: Readonly<Record<string, number>> = {
  'system-node-critical': 2_000_001_000,
  'system-cluster-critical': 2_000_000_000,
};
const POLICIES = ['PreemptLowerPriority', 'Never'];

function checkClass(
  errors: Errors,
  { metadata, value = 0, globalDefault = false, preemptionPolicy }: KubeObject,
): void {
  const name = metadata.name ?? '';
  if (name.startsWith('system-')) {
    const known = SYSTEM_CLASSES[name];
    if (known === undefined)
      errors.push(forbiddenField('metadata.name', reserved(`${name} is not a known system priority class`)));
    else if (known !== value)
      errors.push(forbiddenField('metadata.name', reserved(`value of ${name} PriorityClass must be ${known}`)));
    else if (globalDefault)
      errors.push(forbiddenField('metadata.name', reserved(`globalDefault of ${name} PriorityClass must be false`)));
  } else if (value > HIGHEST_USER_PRIORITY)
    errors.push(
      forbiddenField('value', `maximum allowed value of a user defined priority is ${HIGHEST_USER_PRIORITY}`),
    );
  if (preemptionPolicy !== undefined) checkChoice(errors, 'preemptionPolicy', preemptionPolicy, POLICIES);
}

const reserved = (why: string): string =>
  `priority class names with 'system-' prefix are reserved for system use only. error: ${why}`;

function checkUpdate(errors: Errors, next: KubeObject, old: KubeObject): void {
  if ((next.value ?? 0) !== (old.value ?? 0)) errors.push(forbiddenField('value', 'may not be changed in an update.'));
  if (next.preemptionPolicy !== old.preemptionPolicy)
    errors.push(invalidValue('preemptionPolicy', next.preemptionPolicy, IMMUTABLE));
}

/** The strategy of PriorityClasses. */
export const priorityClassStrategy: Strategy = {
  validate: rules(checkClass),
  validateUpdate: changeRules(checkUpdate),
};
