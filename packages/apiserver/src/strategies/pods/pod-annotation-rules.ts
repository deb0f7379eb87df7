/** Rules for the annotations of pods and of their templates that mean something to Kubernetes. */
import { forbiddenField, invalidValue } from '@towtank/apimachinery';
import type { Errors, Fields } from '../validation/field-rules.ts';
import { checkLocalPath } from '../validation/path-rules.ts';
import { containersWithPaths } from './windows-rules.ts';

const MIRROR = 'kubernetes.io/config.mirror';
const DELETION_COST = 'controller.kubernetes.io/pod-deletion-cost';
const SECCOMP_POD = 'seccomp.security.alpha.kubernetes.io/pod';
const SECCOMP_CONTAINER = 'container.seccomp.security.alpha.kubernetes.io/';
const APP_ARMOR = 'container.apparmor.security.beta.kubernetes.io/';

type Annotations = Readonly<Record<string, string>> | undefined;

/** Annotations of a pod, or of the template of one. */
export function checkPodAnnotations(errors: Errors, field: string, annotations: Annotations, spec: Fields): void {
  if (annotations === undefined) return;
  const mirror = annotations[MIRROR];
  if (mirror !== undefined && !spec.nodeName)
    errors.push(invalidValue(`${field}[${MIRROR}]`, mirror, 'must set spec.nodeName if mirror pod annotation is set'));
  const cost = annotations[DELETION_COST];
  if (cost !== undefined && !isInt32(cost))
    errors.push(invalidValue(`${field}[${DELETION_COST}]`, cost, 'must be a 32bit integer'));
  for (const [key, value] of Object.entries(annotations)) {
    if (key === SECCOMP_POD || key.startsWith(SECCOMP_CONTAINER)) checkSeccomp(errors, `${field}.${key}`, value);
    if (key.startsWith(APP_ARMOR)) checkAppArmor(errors, `${field}[${key}]`, key.slice(APP_ARMOR.length), value, spec);
  }
}

/** A leading zero or plus sign is no number here. */
const isInt32 = (text: string): boolean =>
  /^(0|-?[1-9]\d*)$/.test(text) && Number(text) >= -(2 ** 31) && Number(text) < 2 ** 31;

function checkSeccomp(errors: Errors, field: string, profile: string): void {
  if (profile === 'runtime/default' || profile === 'docker/default' || profile === 'unconfined') return;
  if (profile.startsWith('localhost/')) checkLocalPath(errors, field, profile.slice('localhost/'.length));
  else errors.push(invalidValue(field, profile, 'must be a valid seccomp profile'));
}

function checkAppArmor(errors: Errors, field: string, container: string, profile: string, spec: Fields): void {
  if (![...containersWithPaths(spec, '')].some(([{ name }]) => name === container))
    errors.push(invalidValue(field, container, 'container not found'));
  if (profile !== '' && profile !== 'runtime/default' && profile !== 'unconfined' && !profile.startsWith('localhost/'))
    errors.push(invalidValue(field, profile, `invalid AppArmor profile name: ${JSON.stringify(profile)}`));
}

/** Annotations of a pod that never change. */
export function checkPodAnnotationChanges(errors: Errors, field: string, next: Annotations, old: Annotations): void {
  for (const key of Object.keys(old ?? {})) {
    if (next?.[key] === old?.[key]) continue;
    if (key.startsWith(APP_ARMOR))
      errors.push(forbiddenField(`${field}[${key}]`, 'may not remove or update AppArmor annotations'));
    if (key === MIRROR)
      errors.push(forbiddenField(`${field}[${key}]`, 'may not remove or update mirror pod annotation'));
  }
  for (const key of Object.keys(next ?? {})) {
    if (old?.[key] !== undefined) continue;
    if (key.startsWith(APP_ARMOR)) errors.push(forbiddenField(`${field}[${key}]`, 'may not add AppArmor annotations'));
    if (key === MIRROR) errors.push(forbiddenField(`${field}[${key}]`, 'may not add mirror pod annotation'));
  }
}

/** Whether a pod stands for one that its node runs of itself. */
export const isMirrorPod = ({ metadata }: Fields): boolean => metadata.annotations?.[MIRROR] !== undefined;
