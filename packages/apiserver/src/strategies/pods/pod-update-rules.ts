/** What may change of a pod once it exists. */
import { forbiddenField, invalidValue, type KubeObject, required } from '@towtank/apimachinery';
import { deepEqual } from '../../registry/deep-equal.ts';
import { checkRange, type Errors, type Fields } from '../validation/field-rules.ts';
import { internalDiff } from '../validation/internal-form.ts';
import { checkTolerations } from './affinity-rules.ts';
import { checkPodAnnotationChanges, isMirrorPod } from './pod-annotation-rules.ts';
import { checkGatedChanges, withoutGatedChanges } from './pod-gate-rules.ts';
import { checkPod } from './pod-rules.ts';

const MAX_SECONDS = 2 ** 31 - 1;
const UPDATABLE =
  'pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)';

/** A change of a pod by its own path. */
export function checkPodUpdate(errors: Errors, pod: KubeObject, old: KubeObject): void {
  checkPod(errors, pod);
  checkPodAnnotationChanges(errors, 'metadata.annotations', pod.metadata.annotations, old.metadata.annotations);
  for (const list of ['containers', 'initContainers'])
    if (!checkContainerList(errors, `spec.${list}`, pod.spec[list] ?? [], old.spec[list] ?? [])) return;
  if (!checkDeadline(errors, pod.spec.activeDeadlineSeconds, old.spec.activeDeadlineSeconds)) return;
  checkAddedTolerations(errors, 'spec.tolerations', pod.spec.tolerations ?? [], old.spec.tolerations ?? []);
  checkGatedChanges(errors, pod.spec, old.spec);
  const rest = withoutAllowedChanges(pod.spec, old.spec);
  if (!deepEqual(rest, old.spec))
    errors.push(forbiddenField('spec', `${UPDATABLE}\n${internalDiff('PodSpec', old.spec, rest)}`));
}

/** Answers whether the lists can be compared any further. */
function checkContainerList(errors: Errors, field: string, next: readonly Fields[], old: readonly Fields[]): boolean {
  if (next.length !== old.length) {
    errors.push(forbiddenField(field, 'pod updates may not add or remove containers'));
    return false;
  }
  for (const [index, { image = '' }] of next.entries()) {
    if (image === '') errors.push(required(`${field}[${index}].image`));
    if (image !== image.trim())
      errors.push(invalidValue(`${field}[${index}].image`, image, 'must not have leading or trailing whitespace'));
  }
  return true;
}

/** A deadline may be set once, and then only come nearer. */
function checkDeadline(errors: Errors, next: number | undefined, old: number | undefined): boolean {
  const field = 'spec.activeDeadlineSeconds';
  const before = errors.length;
  if (next === undefined) {
    if (old !== undefined)
      errors.push(invalidValue(field, null, 'must not update from a positive integer to nil value'));
    return true;
  }
  checkRange(errors, field, next, 0, MAX_SECONDS);
  if (errors.length === before && old !== undefined && old < next)
    errors.push(invalidValue(field, next, 'must be less than or equal to previous value'));
  return errors.length === before;
}

function checkAddedTolerations(errors: Errors, field: string, next: readonly Fields[], old: readonly Fields[]): void {
  const withoutSeconds = ({ tolerationSeconds, ...rest }: Fields): object => rest;
  const kept = old.every((toleration) =>
    next.some((candidate) => deepEqual(withoutSeconds(candidate), withoutSeconds(toleration))),
  );
  if (kept) checkTolerations(errors, field, next);
  else errors.push(forbiddenField(field, 'existing toleration can not be modified except its tolerationSeconds'));
}

/** The new spec with everything put back that may change, so that only what may not remains. */
function withoutAllowedChanges(next: Fields, old: Fields): Fields {
  const restored = { ...next };
  for (const list of ['containers', 'initContainers'])
    if (next[list] !== undefined)
      restored[list] = next[list].map((container: Fields, index: number) =>
        withField(container, 'image', old[list]?.[index]?.image),
      );
  for (const field of ['activeDeadlineSeconds', 'tolerations', 'schedulingGates'])
    Object.assign(restored, withField(restored, field, old[field]));
  if (old.terminationGracePeriodSeconds < 0 && next.terminationGracePeriodSeconds === 1)
    restored.terminationGracePeriodSeconds = old.terminationGracePeriodSeconds;
  return withoutGatedChanges(restored, old);
}

const withField = (object: Fields, field: string, value: unknown): Fields => ({ ...object, [field]: value });

/** A change through `ephemeralcontainers`: containers are added, never changed or removed. */
export function checkEphemeralUpdate(errors: Errors, pod: KubeObject, old: KubeObject): void {
  checkPod(errors, pod);
  if (isMirrorPod(old)) {
    errors.splice(0, errors.length, forbiddenField('', 'static pods do not support ephemeral containers'));
    return;
  }
  const field = 'spec.ephemeralContainers';
  for (const container of old.spec.ephemeralContainers ?? []) {
    const name = JSON.stringify(container.name);
    const next = (pod.spec.ephemeralContainers ?? []).find((other: Fields) => other.name === container.name);
    if (next === undefined)
      errors.push(forbiddenField(field, `existing ephemeral containers ${name} may not be removed\n`));
    else if (!deepEqual(next, container))
      errors.push(
        forbiddenField(
          field,
          `existing ephemeral containers ${name} may not be changed\n${internalDiff('EphemeralContainer', container, next)}`,
        ),
      );
  }
}
