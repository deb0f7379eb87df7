/** Rules that workloads with replicas share. */
import { invalidValue, type KubeObject } from '@towtank/apimachinery';
import { deepEqual } from '../../registry/deep-equal.ts';
import { checkLongRunning, checkPodTemplate, checkTemplateSelected } from '../pods/pod-template-rules.ts';
import { nameWarning, templateWarnings } from '../pods/pod-warnings.ts';
import { checkGiven, checkNoneNegative, type Errors, type Fields } from '../validation/field-rules.ts';
import { checkLabelSelector, isEmptySelector, isUsableSelector } from '../validation/label-selector-rules.ts';

/** A selector is given, and requires something. */
export function checkWorkloadSelector(errors: Errors, field: string, selector: Fields, emptyMessage: string): void {
  checkGiven(errors, field, selector);
  if (selector === undefined || selector === null) return;
  checkLabelSelector(errors, field, selector);
  if (isEmptySelector(selector)) errors.push(invalidValue(field, selector, emptyMessage));
}

/** The template of pods that run until they are no longer wanted. */
export function checkWorkloadTemplate(errors: Errors, field: string, spec: Fields, kind: string): void {
  const selector = spec.selector ?? undefined;
  if (selector !== undefined && !isUsableSelector(selector)) {
    errors.push(invalidValue(`${field}.selector`, selector, 'invalid label selector'));
    return;
  }
  checkTemplateSelected(errors, `${field}.template`, spec.template, selector);
  checkPodTemplate(errors, `${field}.template`, spec.template);
  checkLongRunning(errors, `${field}.template`, spec.template, kind);
}

/** Counts of a status: none negative, and none above the count it is a part of. */
export function checkCounts(
  errors: Errors,
  status: Fields,
  counts: readonly string[],
  limits: readonly (readonly [part: string, whole: string, message: string])[],
): void {
  checkNoneNegative(errors, 'status', status, counts);
  for (const [part, whole, message] of limits) {
    const value = status?.[part] ?? 0;
    if (value > (status?.[whole] ?? 0)) errors.push(invalidValue(`status.${part}`, value, message));
  }
}

/** The way from one template to the next, as the API server holds it in memory. */
export const internalUpdate = (type: string, rollingUpdate: Fields | undefined): object => ({
  Type: type,
  RollingUpdate:
    rollingUpdate === undefined
      ? null
      : { MaxUnavailable: rollingUpdate.maxUnavailable ?? 0, MaxSurge: rollingUpdate.maxSurge ?? 0 },
});

/** What Kubernetes says of a count above all replicas. */
export const ABOVE_REPLICAS = 'cannot be greater than status.replicas';

/** Warnings for a workload: its name becomes a part of host names, its template may hold what is deprecated. */
export function workloadWarnings(workload: KubeObject, old: KubeObject | undefined): string[] {
  if (old !== undefined && deepEqual(workload.spec, old.spec)) return [];
  const named = old === undefined ? nameWarning('Pod names and hostnames', workload.metadata.name ?? '') : [];
  return [...named, ...templateWarnings('spec.template', workload.spec?.template)];
}
