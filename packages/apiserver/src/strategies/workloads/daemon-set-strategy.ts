/** DaemonSets: one pod on each node. */
import { forbiddenField, invalidValue, type KubeObject, notSupported, required } from '@towtank/apimachinery';
import { deepEqual } from '../../registry/deep-equal.ts';
import type { Strategy } from '../../registry/strategy.ts';
import { checkPodTemplate, checkTemplateSelected } from '../pods/pod-template-rules.ts';
import {
  checkNoneNegative,
  checkNonNegative,
  checkNotDecremented,
  checkUnchanged,
  type Errors,
  type Fields,
} from '../validation/field-rules.ts';
import { checkAtMostAll, checkIntOrPercent, countOf } from '../validation/int-or-percent.ts';
import { checkLabelSelector, isEmptySelector, isUsableSelector } from '../validation/label-selector-rules.ts';
import { changeRules, rules } from '../validation/rules.ts';
import { internalUpdate, workloadWarnings } from './replica-rules.ts';

/** Where the changes of the template were counted before there was `metadata.generation`. */
const TEMPLATE_GENERATION = 'deprecated.daemonset.template.generation';

function checkDaemonSet(errors: Errors, { spec }: KubeObject): void {
  const selector = spec.selector ?? undefined;
  checkLabelSelector(errors, 'spec.selector', selector);
  if (selector !== undefined && isUsableSelector(selector) && !isEmptySelector(selector))
    checkTemplateSelected(errors, 'spec.template', spec.template, selector);
  if (selector === undefined) checkTemplateSelected(errors, 'spec.template', spec.template, undefined);
  if (selector !== undefined && isEmptySelector(selector))
    errors.push(invalidValue('spec.selector', selector, 'empty selector is invalid for daemonset'));
  checkPodTemplate(errors, 'spec.template', spec.template);
  checkForever(errors, 'spec.template.spec', spec.template?.spec ?? {});
  checkNonNegative(errors, 'spec.minReadySeconds', spec.minReadySeconds);
  checkRollout(errors, 'spec.updateStrategy', spec);
  checkNonNegative(errors, 'spec.revisionHistoryLimit', spec.revisionHistoryLimit);
}

function checkForever(errors: Errors, field: string, { restartPolicy = '', activeDeadlineSeconds }: Fields): void {
  if (restartPolicy !== 'Always') errors.push(notSupported(`${field}.restartPolicy`, restartPolicy, ['Always']));
  if (activeDeadlineSeconds !== undefined)
    errors.push(
      forbiddenField(`${field}.activeDeadlineSeconds`, 'activeDeadlineSeconds in DaemonSet is not Supported'),
    );
}

function checkRollout(errors: Errors, field: string, { updateStrategy = {} }: Fields): void {
  const { type = '', rollingUpdate } = updateStrategy;
  if (type === 'OnDelete') return;
  if (type !== 'RollingUpdate') {
    errors.push(notSupported(field, internalUpdate(type, rollingUpdate), ['RollingUpdate', 'OnDelete']));
    return;
  }
  const at = `${field}.rollingUpdate`;
  if (rollingUpdate === undefined) errors.push(required(at));
  else checkRollingUpdate(errors, at, rollingUpdate);
}

function checkRollingUpdate(errors: Errors, field: string, { maxUnavailable = 0, maxSurge = 0 }: Fields): void {
  checkIntOrPercent(errors, `${field}.maxUnavailable`, maxUnavailable);
  checkAtMostAll(errors, `${field}.maxUnavailable`, maxUnavailable);
  checkIntOrPercent(errors, `${field}.maxSurge`, maxSurge);
  checkAtMostAll(errors, `${field}.maxSurge`, maxSurge);
  const [unavailable, surge] = [countOf(maxUnavailable) !== 0, countOf(maxSurge) !== 0];
  if (unavailable && surge)
    errors.push(invalidValue(`${field}.maxSurge`, maxSurge, 'may not be set when maxUnavailable is non-zero'));
  if (!unavailable && !surge) errors.push(required(`${field}.maxUnavailable`, 'cannot be 0 when maxSurge is 0'));
}

function checkUpdate(errors: Errors, daemonSet: KubeObject, old: KubeObject): void {
  checkDaemonSet(errors, daemonSet);
  checkUnchanged(errors, 'spec.selector', daemonSet.spec.selector, old.spec.selector);
}

const COUNTS = [
  'currentNumberScheduled',
  'numberMisscheduled',
  'desiredNumberScheduled',
  'numberReady',
  'observedGeneration',
  'updatedNumberScheduled',
  'numberAvailable',
  'numberUnavailable',
  'collisionCount',
];

function checkStatus(errors: Errors, { status }: KubeObject, old: KubeObject): void {
  checkNoneNegative(errors, 'status', status, COUNTS);
  checkNotDecremented(errors, 'status.collisionCount', status?.collisionCount, old.status?.collisionCount);
}

function setTemplateGeneration({ metadata }: KubeObject, generation: number): void {
  metadata.annotations = { ...metadata.annotations, [TEMPLATE_GENERATION]: String(generation) };
}

/** The strategy of DaemonSets. */
export const daemonSetStrategy: Strategy = {
  prepareForCreate: (daemonSet) => setTemplateGeneration(daemonSet, 1),
  prepareForUpdate(daemonSet, old, { subresource }) {
    if (subresource === 'status') return;
    const generation = Number(old.metadata.annotations?.[TEMPLATE_GENERATION] ?? 0);
    const changed = !deepEqual(daemonSet.spec?.template, old.spec.template);
    setTemplateGeneration(daemonSet, changed ? generation + 1 : generation);
  },
  validate: rules(checkDaemonSet),
  validateUpdate: changeRules(checkUpdate),
  validateStatusUpdate: changeRules(checkStatus),
  warnings: workloadWarnings,
};
