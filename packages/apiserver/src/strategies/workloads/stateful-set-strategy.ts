/** StatefulSets: pods with an identity each, of which little may change. */
import {
  dns1123LabelErrors,
  forbiddenField,
  invalidValue,
  type KubeObject,
  notSupported,
  required,
} from '@towtank/apimachinery';
import { deepEqual } from '../../registry/deep-equal.ts';
import type { Strategy } from '../../registry/strategy.ts';
import { checkLongRunning, checkPodTemplate, checkTemplateSelected } from '../pods/pod-template-rules.ts';
import {
  checkName,
  checkNonNegative,
  checkNotDecremented,
  type Errors,
  type Fields,
} from '../validation/field-rules.ts';
import { checkAtMostAll, checkIntOrPercent, countOf } from '../validation/int-or-percent.ts';
import { isUsableSelector } from '../validation/label-selector-rules.ts';
import { changeRules, rules } from '../validation/rules.ts';
import { ABOVE_REPLICAS, checkCounts, checkWorkloadSelector, workloadWarnings } from './replica-rules.ts';

const UPDATABLE = [
  'replicas',
  'ordinals',
  'template',
  'updateStrategy',
  'revisionHistoryLimit',
  'persistentVolumeClaimRetentionPolicy',
  'minReadySeconds',
];
const UPDATE_MESSAGE =
  "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden";

/** Names of services and templates that were stored when nobody looked at them are borne. */
function checkStatefulSet(errors: Errors, { spec }: KubeObject, old?: KubeObject): void {
  const policy = spec.podManagementPolicy ?? '';
  if (policy === '') errors.push(required('spec.podManagementPolicy'));
  else if (policy !== 'OrderedReady' && policy !== 'Parallel')
    errors.push(invalidValue('spec.podManagementPolicy', policy, "must be 'OrderedReady' or 'Parallel'"));
  checkRollout(errors, 'spec.updateStrategy', spec.updateStrategy ?? {});
  checkRetention(errors, 'spec.persistentVolumeClaimRetentionPolicy', spec.persistentVolumeClaimRetentionPolicy);
  checkNonNegative(errors, 'spec.replicas', spec.replicas);
  checkNonNegative(errors, 'spec.minReadySeconds', spec.minReadySeconds);
  checkNonNegative(errors, 'spec.ordinals.start', spec.ordinals?.start);
  if (old === undefined && spec.serviceName)
    checkName(errors, 'spec.serviceName', spec.serviceName, dns1123LabelErrors);
  checkWorkloadSelector(errors, 'spec.selector', spec.selector, 'empty selector is invalid for statefulset');
  checkTemplate(errors, 'spec.template', spec, old);
  checkLongRunning(errors, 'spec.template', spec.template, 'StatefulSet');
}

/** Claims are volumes too: those of the template need not name them. */
function checkTemplate(errors: Errors, field: string, spec: Fields, old: KubeObject | undefined): void {
  const selector = spec.selector ?? undefined;
  if (selector !== undefined && !isUsableSelector(selector)) {
    errors.push(invalidValue('spec.selector', selector, ''));
    return;
  }
  checkTemplateSelected(errors, field, spec.template, selector);
  const before = errors.length;
  checkPodTemplate(errors, field, withClaims(spec));
  if (errors.length > before && old !== undefined && hadBadTemplate(field, old.spec)) errors.length = before;
}

function hadBadTemplate(field: string, spec: Fields): boolean {
  const errors: Errors = [];
  checkPodTemplate(errors, field, withClaims(spec));
  return errors.length > 0;
}

function withClaims({ template, volumeClaimTemplates = [] }: Fields): Fields {
  if (volumeClaimTemplates.length === 0) return template;
  const claims = volumeClaimTemplates.map(({ metadata }: Fields) => metadata?.name);
  const own = (template.spec?.volumes ?? []).filter(({ name }: Fields) => !claims.includes(name));
  const volumes = claims.filter(Boolean).map((name: string) => ({ name, persistentVolumeClaim: { claimName: name } }));
  return { ...template, spec: { ...template.spec, volumes: [...own, ...volumes] } };
}

function checkRollout(errors: Errors, field: string, { type = '', rollingUpdate }: Fields): void {
  const at = `${field}.rollingUpdate`;
  if (type === '') errors.push(required(field));
  else if (type === 'OnDelete') {
    if (rollingUpdate !== undefined)
      errors.push(
        invalidValue(at, internalRollingUpdate(rollingUpdate), "only allowed for updateStrategy 'RollingUpdate'"),
      );
  } else if (type === 'RollingUpdate') {
    if (rollingUpdate !== undefined) checkRollingUpdate(errors, at, rollingUpdate);
  } else {
    const shown = {
      Type: type,
      RollingUpdate: rollingUpdate === undefined ? null : internalRollingUpdate(rollingUpdate),
    };
    errors.push(invalidValue(field, shown, "must be 'RollingUpdate' or 'OnDelete'"));
  }
}

const internalRollingUpdate = ({ partition = 0, maxUnavailable }: Fields): object => ({
  Partition: partition,
  MaxUnavailable: maxUnavailable ?? null,
});

function checkRollingUpdate(errors: Errors, field: string, { partition, maxUnavailable }: Fields): void {
  checkNonNegative(errors, `${field}.partition`, partition);
  if (maxUnavailable === undefined) return;
  const at = `${field}.maxUnavailable`;
  checkIntOrPercent(errors, at, maxUnavailable);
  if (countOf(maxUnavailable) === 0) errors.push(invalidValue(at, maxUnavailable, 'cannot be 0'));
  checkAtMostAll(errors, at, maxUnavailable);
}

function checkRetention(errors: Errors, field: string, policy: Fields): void {
  if (policy === undefined) return;
  for (const name of ['whenDeleted', 'whenScaled']) {
    const value = policy[name] ?? '';
    if (value !== 'Delete' && value !== 'Retain')
      errors.push(notSupported(`${field}.${name}`, value, ['Retain', 'Delete']));
  }
}

function checkUpdate(errors: Errors, statefulSet: KubeObject, old: KubeObject): void {
  checkStatefulSet(errors, statefulSet, old);
  const rest = (spec: Fields): object =>
    Object.fromEntries(Object.entries(spec).filter(([field]) => !UPDATABLE.includes(field)));
  if (!deepEqual(rest(statefulSet.spec), rest(old.spec))) errors.push(forbiddenField('spec', UPDATE_MESSAGE));
}

function checkStatus(errors: Errors, { status }: KubeObject, old: KubeObject): void {
  const counts = ['replicas', 'readyReplicas', 'currentReplicas', 'updatedReplicas', 'availableReplicas'];
  checkCounts(
    errors,
    status,
    [...counts, 'observedGeneration', 'collisionCount'],
    [
      ['readyReplicas', 'replicas', ABOVE_REPLICAS],
      ['currentReplicas', 'replicas', ABOVE_REPLICAS],
      ['updatedReplicas', 'replicas', ABOVE_REPLICAS],
      ['availableReplicas', 'replicas', ABOVE_REPLICAS],
      ['availableReplicas', 'readyReplicas', 'cannot be greater than status.readyReplicas'],
    ],
  );
  checkNotDecremented(errors, 'status.collisionCount', status?.collisionCount, old.status?.collisionCount);
}

function warnings(statefulSet: KubeObject, old: KubeObject | undefined): string[] {
  const limit = statefulSet.spec?.revisionHistoryLimit;
  const negative =
    limit < 0
      ? ['spec.revisionHistoryLimit: a negative value retains all historical revisions; a value >= 0 is recommended']
      : [];
  return [...workloadWarnings(statefulSet, old), ...negative];
}

/** The strategy of StatefulSets. */
export const statefulSetStrategy: Strategy = {
  validate: rules((errors, statefulSet) => checkStatefulSet(errors, statefulSet)),
  validateUpdate: changeRules(checkUpdate),
  validateStatusUpdate: changeRules(checkStatus),
  warnings,
};
