/** Rules for the three lists of containers. */
import { duplicate, forbiddenField, notFoundField, required } from '@towtank/apimachinery';
import type { Errors, Fields } from '../validation/field-rules.ts';
import {
  checkContainer,
  checkContainerRestart,
  checkHostPorts,
  checkImageBlanks,
  type PodContext,
} from './container-rules.ts';
import { checkLifecycle, checkProbes } from './probe-rules.ts';

/** `containers`: at least one, each with a name of its own. */
export function checkContainers(errors: Errors, field: string, pod: PodContext): void {
  const containers: Fields[] = pod.spec.containers ?? [];
  if (containers.length === 0) {
    errors.push(required(field));
    return;
  }
  const names = new Set<string>();
  for (const [index, container] of containers.entries()) {
    const at = `${field}[${index}]`;
    checkContainer(errors, at, container, pod);
    const { name = '' } = container;
    if (names.has(name)) errors.push(duplicate(`${at}.name`, name));
    names.add(name);
    checkLifecycle(errors, `${at}.lifecycle`, container.lifecycle, pod.spec);
    checkProbes(errors, at, container);
    checkContainerRestart(errors, at, container);
  }
  checkHostPorts(errors, field, containers);
}

const NOT_FOR_INIT = ['lifecycle', 'livenessProbe', 'readinessProbe', 'startupProbe'];

/** `initContainers`; those that restart always are sidecars, and may be probed. */
export function checkInitContainers(errors: Errors, field: string, pod: PodContext): void {
  const { containers, initContainers = [] } = pod.spec;
  if (initContainers.length === 0) return;
  const names = new Set(containers?.map(({ name }: Fields) => name));
  for (const [index, container] of initContainers.entries()) {
    const at = `${field}[${index}]`;
    checkContainer(errors, at, container, pod);
    checkContainerRestart(errors, at, container);
    if (names.has(container.name)) errors.push(duplicate(`${at}.name`, container.name));
    else if (container.name) names.add(container.name);
    checkHostPorts(errors, field, [container]);
    if (container.restartPolicy === 'Always') {
      checkLifecycle(errors, `${at}.lifecycle`, container.lifecycle, pod.spec);
      checkProbes(errors, at, container);
      continue;
    }
    for (const part of NOT_FOR_INIT)
      if (container[part] !== undefined)
        errors.push(forbiddenField(`${at}.${part}`, 'may not be set for init containers without restartPolicy=Always'));
  }
}

const NOT_FOR_EPHEMERAL = [
  'ports',
  'resources',
  'resizePolicy',
  'restartPolicy',
  'restartPolicyRules',
  'livenessProbe',
  'readinessProbe',
  'startupProbe',
  'lifecycle',
];

/** `ephemeralContainers`: for looking around, so without ports, probes and resources. */
export function checkEphemeralContainers(errors: Errors, field: string, pod: PodContext): void {
  const { containers = [], initContainers = [], ephemeralContainers = [] } = pod.spec;
  if (ephemeralContainers.length === 0) return;
  const others = new Set([...containers, ...initContainers].map(({ name }: Fields) => name));
  const names = new Set(others);
  for (const [index, container] of ephemeralContainers.entries()) {
    const at = `${field}[${index}]`;
    checkContainer(errors, at, container, pod);
    checkImageBlanks(errors, field, [container]);
    if (names.has(container.name)) errors.push(duplicate(`${at}.name`, container.name));
    names.add(container.name);
    const target = container.targetContainerName;
    if (target && !others.has(target)) errors.push(notFoundField(`${at}.targetContainerName`, target));
    checkEphemeralFields(errors, at, container);
  }
}

function checkEphemeralFields(errors: Errors, field: string, container: Fields): void {
  const why = 'cannot be set for an Ephemeral Container';
  for (const name of NOT_FOR_EPHEMERAL)
    if (container[name] !== undefined && Object.keys(container[name]).length > 0)
      errors.push(forbiddenField(`${field}.${name}`, why));
  for (const [index, mount] of (container.volumeMounts ?? []).entries())
    for (const name of ['subPath', 'subPathExpr'])
      if (mount[name]) errors.push(forbiddenField(`${field}.volumeMounts[${index}].${name}`, why));
}
