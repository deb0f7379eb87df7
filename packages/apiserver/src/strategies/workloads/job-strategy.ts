/** Jobs: pods that end. Their selector is made by the server unless the creator insists. */
import { dns1123LabelErrors, invalidValue, type KubeObject, required } from '@towtank/apimachinery';
import { deepEqual } from '../../registry/deep-equal.ts';
import type { Strategy } from '../../registry/strategy.ts';
import { nameWarning, templateWarnings } from '../pods/pod-warnings.ts';
import { checkUnchanged, type Errors, type Fields } from '../validation/field-rules.ts';
import { checkLabelSelector, selectorMatches } from '../validation/label-selector-rules.ts';
import { changeRules, rules } from '../validation/rules.ts';
import { checkJobSpec } from './job-spec-rules.ts';
import { checkJobStatus } from './job-status-rules.ts';

const UID_LABEL = 'batch.kubernetes.io/controller-uid';
const NAME_LABEL = 'batch.kubernetes.io/job-name';

/** The labels by which a Job finds its pods, under their older names and their newer ones. */
const labelsOf = ({ metadata }: KubeObject): Record<string, string> => ({
  'controller-uid': metadata.uid ?? '',
  [UID_LABEL]: metadata.uid ?? '',
  'job-name': metadata.name ?? '',
  [NAME_LABEL]: metadata.name ?? '',
});

function generateSelector(job: KubeObject): void {
  if (job.spec.manualSelector === true) return;
  const template: Fields = job.spec.template ?? {};
  template.metadata = { ...template.metadata, labels: { ...labelsOf(job), ...template.metadata?.labels } };
  job.spec.template = template;
  const selector: Fields = { ...job.spec.selector };
  job.spec.selector = { ...selector, matchLabels: { [UID_LABEL]: job.metadata.uid, ...selector.matchLabels } };
}

function checkJob(errors: Errors, job: KubeObject): void {
  const { spec } = job;
  if (spec.manualSelector !== true && spec.selector !== undefined) checkGenerated(errors, job);
  checkJobSpec(errors, 'spec', spec);
  checkSelector(errors, spec);
  if (spec.completionMode === 'Indexed' && spec.completions > 0) checkHostnames(errors, job);
}

/** The pods of an indexed Job are named after it and their indexes. */
function checkHostnames(errors: Errors, { metadata, spec }: KubeObject): void {
  const { name = '' } = metadata;
  const last = `${name}-${spec.completions - 1}`;
  if (dns1123LabelErrors(last).length > 0)
    errors.push(invalidValue('metadata.name', name, `will not able to create pod with invalid DNS label: ${last}`));
}

function checkSelector(errors: Errors, { selector, template }: Fields): void {
  if (selector === undefined) errors.push(required('spec.selector'));
  else checkLabelSelector(errors, 'spec.selector', selector);
  const labels = template?.metadata?.labels;
  if (!selectorMatches(selector, labels))
    errors.push(invalidValue('spec.template.metadata.labels', labels, '`selector` does not match template `labels`'));
}

/** The creator may have said otherwise than the server would. */
function checkGenerated(errors: Errors, job: KubeObject): void {
  const labels = job.spec.template?.metadata?.labels;
  const expected = labelsOf(job);
  for (const [key, value] of Object.entries(expected)) {
    const field = `spec.template.metadata.labels[${key}]`;
    if (labels?.[key] === undefined) errors.push(required(field, `must be '${value}'`));
    else if (labels[key] !== value) errors.push(invalidValue(field, labels, `must be '${value}'`));
  }
  if (!selectorMatches(job.spec.selector, expected))
    errors.push(invalidValue('spec.selector', job.spec.selector, '`selector` not auto-generated'));
}

/** With the types of those that are structs. */
const FIXED: readonly (readonly [string, string?])[] = [
  ['completionMode'],
  ['podFailurePolicy', 'PodFailurePolicy'],
  ['backoffLimitPerIndex'],
  ['managedBy'],
  ['successPolicy', 'SuccessPolicy'],
];

function checkUpdate(errors: Errors, { spec }: KubeObject, old: KubeObject): void {
  checkJobSpec(errors, 'spec', spec);
  checkSelector(errors, spec);
  checkCompletions(errors, spec, old.spec);
  checkUnchanged(errors, 'spec.selector', spec.selector, old.spec.selector);
  checkTemplate(errors, 'spec.template', spec.template, old);
  for (const [field, type] of FIXED) checkUnchanged(errors, `spec.${field}`, spec[field], old.spec[field], type);
}

/** Indexed Jobs may change their size: completions together with parallelism. */
function checkCompletions(errors: Errors, spec: Fields, old: Fields): void {
  if (spec.completions === old.completions) return;
  if (spec.completionMode !== 'Indexed') checkUnchanged(errors, 'spec.completions', spec.completions, old.completions);
  else if (spec.completions !== undefined && spec.parallelism !== spec.completions)
    errors.push(
      invalidValue('spec.completions', spec.completions, 'can only be modified in tandem with spec.parallelism'),
    );
}

/** While no pods run for a Job that is suspended, it may be told where they will run, and with what. */
function checkTemplate(errors: Errors, field: string, template: Fields, { spec, status }: KubeObject): void {
  const before = spec.template;
  if (!isAtRest(spec, status)) {
    checkUnchanged(errors, field, template, before, 'PodTemplateSpec');
    return;
  }
  const { labels, annotations } = before.metadata ?? {};
  const metadata = withoutAbsent({ ...template.metadata, labels, annotations });
  if (!deepEqual(metadata, withoutAbsent(before.metadata ?? {})))
    checkUnchanged(errors, field, template, before, 'PodTemplateSpec');
  if (!deepEqual(withoutAllowedChanges(template.spec, before.spec), before.spec))
    checkUnchanged(errors, `${field}.spec`, template.spec, before.spec, 'PodSpec');
}

function isAtRest({ suspend }: Fields, status: Fields = {}): boolean {
  if (suspend !== true || status.active > 0) return false;
  const { startTime, conditions = [] } = status;
  return (
    startTime === undefined || conditions.some((each: Fields) => each.type === 'Suspended' && each.status === 'True')
  );
}

const withoutAbsent = (fields: Fields): Fields =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));

function withoutAllowedChanges(spec: Fields, old: Fields): Fields {
  const restored = structuredClone(spec);
  for (const field of ['nodeSelector', 'tolerations', 'schedulingGates']) restored[field] = old[field];
  const { nodeAffinity, ...others } = restored.affinity ?? {};
  restored.affinity = withoutAbsent({ ...others, nodeAffinity: old.affinity?.nodeAffinity });
  if (Object.keys(restored.affinity).length === 0) restored.affinity = old.affinity;
  for (const list of ['containers', 'initContainers'])
    for (const [index, container] of (restored[list] ?? []).entries()) {
      const before = old[list]?.[index];
      if (before?.name === container.name) container.resources = before?.resources;
    }
  return withoutAbsent(restored);
}

/** Indexed Jobs name their pods after themselves, so those with a long name fail. */
function warnings(job: KubeObject, old: KubeObject | undefined): string[] {
  if (old !== undefined && deepEqual(job.spec, old.spec)) return [];
  const named = old === undefined ? nameWarning('Pod names and hostnames', job.metadata.name ?? '') : [];
  return [...named, ...templateWarnings('spec.template', job.spec?.template)];
}

/** The strategy of Jobs. */
export const jobStrategy: Strategy = {
  defaultPropagation: 'Orphan',
  prepareForCreate: generateSelector,
  validate: rules(checkJob),
  validateUpdate: changeRules(checkUpdate),
  validateStatusUpdate: changeRules(checkJobStatus),
  warnings,
};
