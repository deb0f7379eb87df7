/** The Pods of a Job: how they are made, and what became of them. */
import type { Container, Pod, PodSpec } from '../pod/pod.ts';
import { podFromTemplate } from '../pod/pod-control.ts';
import { COMPLETION_INDEX, type Job, jobKind, type PodFailureRule, TRACKING_FINALIZER } from './job.ts';

const INDEX_ENV = 'JOB_COMPLETION_INDEX';

/** A Pod of the Job; of an indexed Job, the one with this index. */
export function jobPod(job: Job, index: number | undefined): Pod {
  const pod = podFromTemplate(job.spec.template, jobKind, job);
  const finalizers = [...(pod.metadata.finalizers ?? []), TRACKING_FINALIZER];
  if (index === undefined) return { ...pod, metadata: { ...pod.metadata, finalizers } };
  const name = `${job.metadata.name}-${index}`;
  const mark = { [COMPLETION_INDEX]: String(index) };
  return {
    ...pod,
    metadata: {
      ...pod.metadata,
      generateName: `${name}-`,
      labels: { ...pod.metadata.labels, ...mark },
      annotations: { ...pod.metadata.annotations, ...mark },
      finalizers,
    },
    spec: { ...pod.spec, hostname: name, ...withIndex(pod.spec) },
  };
}

/** The index of a Pod of an indexed Job. */
export function indexOf({ metadata }: Pod): number | undefined {
  const text = metadata.annotations?.[COMPLETION_INDEX];
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined;
}

export const isTracked = ({ metadata }: Pod): boolean => metadata.finalizers?.includes(TRACKING_FINALIZER) ?? false;

/** Whether the Pod counts as failed: a Pod that is being deleted does too, unless only failed ones are replaced. */
export const hasFailed = (job: Job, { metadata, status }: Pod): boolean =>
  status?.phase === 'Failed' ||
  (job.spec.podReplacementPolicy !== 'Failed' &&
    metadata.deletionTimestamp !== undefined &&
    status?.phase !== 'Succeeded');

/** What the Job's policy does about a failed Pod, and the message of a rule that ends the Job. */
export function failureAction(job: Job, pod: Pod): { readonly action: string; readonly message: string } {
  const rules = job.spec.podFailurePolicy?.rules ?? [];
  for (const [at, rule] of rules.entries()) {
    const match = pod.status?.phase === 'Failed' ? matchRule(rule, pod) : undefined;
    if (match !== undefined)
      return { action: rule.action, message: `${match} matching ${rule.action} rule at index ${at}` };
  }
  return { action: 'Count', message: '' };
}

function matchRule({ onExitCodes, onPodConditions }: PodFailureRule, { metadata, status }: Pod): string | undefined {
  const subject = `pod ${metadata.namespace}/${metadata.name}`;
  if (onExitCodes !== undefined) {
    const { containerName, operator, values } = onExitCodes;
    for (const { name, state } of [...(status?.containerStatuses ?? []), ...(status?.initContainerStatuses ?? [])]) {
      const code = state?.terminated?.exitCode;
      if (!code || (containerName && containerName !== name)) continue;
      if (values.includes(code) === (operator === 'In'))
        return `Container ${name} for ${subject} failed with exit code ${code}`;
    }
    return undefined;
  }
  const condition = (onPodConditions ?? []).find(({ type, status: wanted = 'True' }) =>
    status?.conditions?.some((known) => known.type === type && known.status === wanted),
  );
  return condition === undefined
    ? undefined
    : `Pod ${metadata.namespace}/${metadata.name} has condition ${condition.type}`;
}

function withIndex({ containers, initContainers }: PodSpec): Partial<PodSpec> {
  const fieldPath = `metadata.labels['${COMPLETION_INDEX}']`;
  const variable = { name: INDEX_ENV, valueFrom: { fieldRef: { fieldPath } } };
  const extend = (container: Container): Container =>
    container.env?.some(({ name }) => name === INDEX_ENV)
      ? container
      : { ...container, env: [...(container.env ?? []), variable] };
  return {
    containers: containers.map(extend),
    ...(initContainers === undefined ? {} : { initContainers: initContainers.map(extend) }),
  };
}
