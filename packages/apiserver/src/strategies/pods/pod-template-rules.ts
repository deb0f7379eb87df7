/** Rules for the templates from which workloads make pods. */
import { forbiddenField, invalidValue, type LabelSelector, notSupported } from '@towtank/apimachinery';
import { validateAnnotations } from '../../registry/object-meta-rules.ts';
import { checkLabels, type Errors, type Fields } from '../validation/field-rules.ts';
import { isEmptySelector, selectorMatches } from '../validation/label-selector-rules.ts';
import { checkPodAnnotations } from './pod-annotation-rules.ts';
import { checkPodSpec } from './pod-spec-rules.ts';

/** A template. Kubernetes names its labels and annotations without the metadata in between. */
export function checkPodTemplate(errors: Errors, field: string, template: Fields): void {
  const { metadata = {}, spec = {} } = template ?? {};
  checkLabels(errors, `${field}.labels`, metadata.labels);
  if (metadata.annotations !== undefined) {
    errors.push(...validateAnnotations(metadata.annotations, `${field}.annotations`));
    checkPodAnnotations(errors, `${field}.annotations`, metadata.annotations, spec);
  }
  checkPodSpec(errors, `${field}.spec`, spec);
  if (spec.ephemeralContainers?.length > 0)
    errors.push(
      forbiddenField(`${field}.spec.ephemeralContainers`, 'ephemeral containers not allowed in pod template'),
    );
}

/** The labels of a template are such that its pods are selected. */
export function checkTemplateSelected(
  errors: Errors,
  field: string,
  template: Fields,
  selector: LabelSelector | undefined,
): void {
  const labels = template?.metadata?.labels;
  if (selector !== undefined && isEmptySelector(selector)) return;
  if (!selectorMatches(selector, labels))
    errors.push(invalidValue(`${field}.metadata.labels`, labels, '`selector` does not match template `labels`'));
}

/** Pods that are to be replaced restart always, and have no deadline. */
export function checkLongRunning(errors: Errors, field: string, template: Fields, kind: string): void {
  const { restartPolicy, activeDeadlineSeconds } = template?.spec ?? {};
  if (restartPolicy !== 'Always')
    errors.push(notSupported(`${field}.spec.restartPolicy`, restartPolicy ?? '', ['Always']));
  if (activeDeadlineSeconds !== undefined)
    errors.push(
      forbiddenField(`${field}.spec.activeDeadlineSeconds`, `activeDeadlineSeconds in ${kind} is not Supported`),
    );
}
