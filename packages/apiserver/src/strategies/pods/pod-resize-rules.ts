/** What may change of a pod's resources while it runs. */
import { forbiddenField, invalidValue, type KubeObject } from '@towtank/apimachinery';
import { deepEqual } from '../../registry/deep-equal.ts';
import type { Errors, Fields } from '../validation/field-rules.ts';
import { isMirrorPod } from './pod-annotation-rules.ts';
import { checkPod } from './pod-rules.ts';
import { qosClassOf } from './qos-class.ts';

const RESIZABLE = ['cpu', 'memory'];
const PARTS = ['requests', 'limits'] as const;

/** The stored pod with the resources of a resize put in: all else in the request is left out. */
export function resizedSpec(next: Fields, old: Fields): Fields {
  const spec = structuredClone(old);
  if (next.resources === undefined) delete spec.resources;
  else spec.resources = structuredClone(next.resources);
  for (const list of ['containers', 'initContainers'])
    for (const container of spec[list] ?? []) {
      const wanted = (next[list] ?? []).find(({ name }: Fields) => name === container.name);
      const sidecar = list === 'containers' || container.restartPolicy === 'Always';
      if (wanted === undefined || !sidecar) continue;
      for (const field of ['resources', 'resizePolicy'])
        if (wanted[field] === undefined) delete container[field];
        else container[field] = structuredClone(wanted[field]);
    }
  return spec;
}

/** A change through `resize`. */
export function checkResize(errors: Errors, pod: KubeObject, old: KubeObject): void {
  checkPod(errors, pod);
  const refusal = refusalOf(old);
  if (refusal !== undefined) {
    errors.splice(0, errors.length, forbiddenField('', refusal));
    return;
  }
  if (qosClassOf(pod) !== (old.status?.qosClass ?? qosClassOf(old)))
    errors.push(
      invalidValue('spec', pod.status?.qosClass ?? '', 'Pod QOS Class may not change as a result of resizing'),
    );
  checkPodLevelResize(errors, 'spec.resources', pod.spec.resources, old.spec.resources);
  for (const list of ['initContainers', 'containers'])
    for (const [index, container] of (old.spec[list] ?? []).entries())
      checkContainerResize(
        errors,
        `spec.${list}[${index}].resources`,
        pod.spec[list]?.[index]?.resources,
        container.resources,
      );
}

function refusalOf(old: KubeObject): string | undefined {
  if (isMirrorPod(old)) return 'static pods cannot be resized';
  return old.spec.os?.name === 'windows' ? 'windows pods cannot be resized' : undefined;
}

function checkContainerResize(errors: Errors, field: string, next: Fields, old: Fields): void {
  for (const part of PARTS)
    if (isLacking(next?.[part], old?.[part]))
      errors.push(forbiddenField(`${field}.${part}`, `resource ${part} cannot be removed`));
  if (!PARTS.every((part) => deepEqual(fixed(next?.[part]), fixed(old?.[part]))))
    errors.push(forbiddenField('spec', 'only cpu and memory resources are mutable'));
}

type Amounts = Readonly<Record<string, string>> | undefined;

const isLacking = (next: Amounts = {}, old: Amounts = {}): boolean =>
  Object.keys(old).some((name) => next[name] === undefined);

const fixed = (amounts: Amounts = {}): object =>
  Object.fromEntries(Object.entries(amounts).filter(([name]) => !RESIZABLE.includes(name)));

/** What a pod asks for as a whole may change like what its containers ask for, but does not go away. */
function checkPodLevelResize(errors: Errors, field: string, next: Fields, old: Fields): void {
  if (old !== undefined && next === undefined) {
    errors.push(forbiddenField(field, 'pod-level resources cannot be removed'));
    return;
  }
  for (const part of PARTS)
    if (isLacking(next?.[part], old?.[part]))
      errors.push(forbiddenField(`${field}.${part}`, `pod-level resource ${part} cannot be removed`));
  if (!PARTS.every((part) => deepEqual(fixed(next?.[part]), fixed(old?.[part]))))
    errors.push(forbiddenField('spec', 'only cpu and memory resources are mutable at pod-level'));
}
