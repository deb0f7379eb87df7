/** Pods: what a creator may not set, what an updater may not change, and graceful deletion. */
import type { KubeObject } from '@towtank/apimachinery';
import type { Strategy } from '../../registry/strategy.ts';
import type { Fields } from '../validation/field-rules.ts';
import { rules } from '../validation/rules.ts';
import { addMatchedLabels } from './matched-labels.ts';
import { checkResize, resizedSpec } from './pod-resize-rules.ts';
import { checkNewPod } from './pod-rules.ts';
import { alignAddresses, checkPodStatus } from './pod-status-rules.ts';
import { checkEphemeralUpdate, checkPodUpdate } from './pod-update-rules.ts';
import { podWarnings } from './pod-warnings.ts';
import { qosClassOf } from './qos-class.ts';

/** The strategy of Pods. */
export const podStrategy: Strategy = {
  returnsDeletedObject: true,
  prepareForCreate(pod) {
    pod.status = { phase: 'Pending', qosClass: qosClassOf(pod) };
    if (pod.spec.schedulingGates?.length > 0) pod.status.conditions = [GATED];
    addMatchedLabels(pod);
  },
  prepareForUpdate(pod, old, { subresource }) {
    if (subresource === 'ephemeralcontainers') keepAllBut(pod, old, withEphemeralContainers(pod, old));
    if (subresource === 'resize') keepAllBut(pod, old, resizedSpec(pod.spec ?? {}, old.spec));
    if (subresource === 'status') {
      pod.status = { ...pod.status, qosClass: pod.status?.qosClass ?? old.status?.qosClass };
      alignAddresses(pod.status);
      keepMetadata(pod, old, 'ownerReferences');
    } else if (subresource !== 'binding') pod.status = structuredClone(old.status);
  },
  validate: rules(checkNewPod),
  validateUpdate(pod, old, { subresource }) {
    if (subresource === 'binding') return [];
    const check = UPDATE_RULES[subresource] ?? checkPodUpdate;
    return rules((errors) => check(errors, pod, old))(pod);
  },
  validateStatusUpdate: (pod, old) => rules((errors) => checkPodStatus(errors, pod, old))(pod),
  warnings: (pod, old) => (old === undefined ? podWarnings(pod) : []),
  gracePeriodSeconds({ spec, status }, requested) {
    const unscheduled = !spec?.nodeName;
    const finished = status?.phase === 'Failed' || status?.phase === 'Succeeded';
    if (unscheduled || finished) return 0;
    const seconds = requested ?? spec?.terminationGracePeriodSeconds ?? 30;
    return seconds < 0 ? 1 : seconds;
  },
};

const GATED = {
  type: 'PodScheduled',
  status: 'False',
  lastProbeTime: null,
  lastTransitionTime: null,
  reason: 'SchedulingGated',
  message: 'Scheduling is blocked due to non-empty scheduling gates',
};

const UPDATE_RULES: Readonly<Record<string, typeof checkPodUpdate>> = {
  ephemeralcontainers: checkEphemeralUpdate,
  resize: checkResize,
};

function withEphemeralContainers(pod: KubeObject, old: KubeObject): Fields {
  const { ephemeralContainers } = pod.spec ?? {};
  const { ephemeralContainers: before, ...spec } = structuredClone(old.spec);
  return ephemeralContainers === undefined ? spec : { ...spec, ephemeralContainers };
}

/** These subresources change a part of the spec; what the request says of the rest is not looked at. */
function keepAllBut(pod: KubeObject, old: KubeObject, spec: Fields): void {
  pod.spec = spec;
  for (const field of ['labels', 'annotations', 'ownerReferences', 'finalizers'] as const)
    keepMetadata(pod, old, field);
}

function keepMetadata(
  pod: KubeObject,
  old: KubeObject,
  field: 'labels' | 'annotations' | 'ownerReferences' | 'finalizers',
): void {
  if (old.metadata[field] === undefined) delete pod.metadata[field];
  else Object.assign(pod.metadata, { [field]: structuredClone(old.metadata[field]) });
}
