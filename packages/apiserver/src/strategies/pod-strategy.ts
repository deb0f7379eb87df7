/** Pods: what a creator may not set, what an updater may not change, and graceful deletion. */
import { type FieldError, forbiddenField, type KubeObject, parseQuantity } from '@towtank/apimachinery';
import { deepEqual } from '../registry/deep-equal.ts';
import type { Strategy } from '../registry/strategy.ts';

type Container = {
  name?: string;
  image?: string;
  resources?: { requests?: Record<string, string>; limits?: Record<string, string> };
};

/** The strategy of Pods, but for the rules of `spec`. */
export const podStrategy: Strategy = {
  returnsDeletedObject: true,
  prepareForCreate(pod) {
    pod.status = { phase: 'Pending', qosClass: qosClassOf(pod) };
  },
  prepareForUpdate(pod, old, { subresource }) {
    if (subresource === 'ephemeralcontainers') {
      const { ephemeralContainers } = pod.spec ?? {};
      pod.spec = {
        ...structuredClone(old.spec),
        ...(ephemeralContainers === undefined ? {} : { ephemeralContainers }),
      };
    }
    if (subresource === 'status')
      pod.status = { ...pod.status, qosClass: pod.status?.qosClass ?? old.status?.qosClass };
    else pod.status = structuredClone(old.status);
  },
  /** A binding sets the node, which nothing else may. */
  validateUpdate: (pod, old, { subresource }) => (subresource === 'binding' ? [] : changeErrors(pod, old)),
  gracePeriodSeconds({ spec, status }, requested) {
    const unscheduled = !spec?.nodeName;
    const finished = status?.phase === 'Failed' || status?.phase === 'Succeeded';
    if (unscheduled || finished) return 0;
    const seconds = requested ?? spec?.terminationGracePeriodSeconds ?? 30;
    return seconds < 0 ? 1 : seconds;
  },
};

/** The quality of service class: Guaranteed when every container's limits equal its requests, BestEffort without any. */
export function qosClassOf({ spec }: KubeObject): string {
  const containers: Container[] = [...(spec?.containers ?? []), ...(spec?.initContainers ?? [])];
  const given = (container: Container, part: 'requests' | 'limits', name: string): bigint =>
    parseQuantity(container.resources?.[part]?.[name] ?? '0')?.nano ?? 0n;
  const names = ['cpu', 'memory'];
  if (
    containers.every((container) =>
      names.every((name) => given(container, 'requests', name) === 0n && given(container, 'limits', name) === 0n),
    )
  )
    return 'BestEffort';
  const guaranteed = containers.every((container) =>
    names.every(
      (name) =>
        given(container, 'limits', name) > 0n &&
        given(container, 'limits', name) === given(container, 'requests', name),
    ),
  );
  return guaranteed ? 'Guaranteed' : 'Burstable';
}

const IMMUTABLE_MESSAGE =
  'pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)';

function changeErrors(pod: KubeObject, old: KubeObject): FieldError[] {
  if (deepEqual(masked(pod), masked(old))) return [];
  return [forbiddenField('spec', IMMUTABLE_MESSAGE)];
}

/** A spec without what may change: images, the active deadline, tolerations, scheduling gates. */
function masked({ spec = {} }: KubeObject): unknown {
  const withoutImages = (containers: Container[] | undefined): unknown => containers?.map(({ image, ...rest }) => rest);
  const {
    activeDeadlineSeconds,
    tolerations,
    schedulingGates,
    ephemeralContainers,
    containers,
    initContainers,
    ...rest
  } = spec;
  return { ...rest, containers: withoutImages(containers), initContainers: withoutImages(initContainers) };
}
