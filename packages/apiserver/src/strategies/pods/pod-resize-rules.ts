/** What may change of a pod's resources while it runs. */
import { forbiddenField, invalidValue, type KubeObject } from '@towtank/apimachinery';
import { deepEqual } from '../../registry/deep-equal.ts';
import type { Errors, Fields } from '../validation/field-rules.ts';
import { isMirrorPod } from './pod-annotation-rules.ts';
import { checkPod } from './pod-rules.ts';
import { qosClassOf } from './qos-class.ts';

const RESIZABLE = ['cpu', 'memory'];

/** The stored pod with the resources of a resize put in: all else in the request is left out. */
export function resizedSpec(next: Fields, old: Fields): Fields {
  const spec = structuredClone(old);
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
  for (const [part, word] of [
    ['limits', 'limits'],
    ['requests', 'requests'],
  ] as const) {
    const before: Record<string, string> = old?.[part] ?? {};
    const after: Record<string, string> = next?.[part] ?? {};
    if (Object.keys(before).some((name) => after[name] === undefined))
      errors.push(forbiddenField(`${field}.${part}`, `resource ${word} cannot be removed`));
    const fixed = (list: Record<string, string>): object =>
      Object.fromEntries(Object.entries(list).filter(([name]) => !RESIZABLE.includes(name)));
    if (!deepEqual(fixed(before), fixed(after)))
      errors.push(forbiddenField('spec', 'only cpu and memory resources are mutable'));
  }
}
