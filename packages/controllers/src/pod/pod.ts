/** What the controllers read of a Pod, and the questions they ask about its state. */
import type { KubeObject, ObjectMeta, OwnerReference } from '@towtank/apimachinery';

/** A condition in the form that most kinds share. */
export interface Condition {
  type: string;
  status: 'True' | 'False' | 'Unknown';
  reason?: string;
  message?: string;
  lastTransitionTime?: string | null;
  lastProbeTime?: string | null;
  lastUpdateTime?: string | null;
  observedGeneration?: number;
}

/** `status.containerStatuses[]`, as far as controllers read it. */
export interface ContainerStatus {
  name: string;
  restartCount?: number;
  state?: { terminated?: { exitCode: number; reason?: string } };
}

/** `spec` of a Pod or of a pod template. Fields that no controller reads stay untyped. */
export interface PodSpec {
  nodeName?: string;
  hostname?: string;
  subdomain?: string;
  schedulerName?: string;
  restartPolicy?: string;
  priority?: number;
  volumes?: { name: string; [source: string]: unknown }[];
  containers: Container[];
  initContainers?: Container[];
  // biome-ignore lint/suspicious/noExplicitAny: the many fields that are only carried along
  [field: string]: any;
}

/** A container of a pod spec, as far as controllers read it. */
export interface Container {
  name: string;
  image?: string;
  restartPolicy?: string;
  resources?: { requests?: Record<string, string>; limits?: Record<string, string> };
  ports?: { name?: string; containerPort: number; hostPort?: number; hostIP?: string; protocol?: string }[];
  env?: { name: string; value?: string; valueFrom?: unknown }[];
}

/** A Pod. */
export interface Pod extends KubeObject {
  spec: PodSpec;
  status?: {
    phase?: string;
    reason?: string;
    startTime?: string;
    nominatedNodeName?: string;
    podIP?: string;
    podIPs?: { ip: string }[];
    conditions?: Condition[];
    containerStatuses?: ContainerStatus[];
    initContainerStatuses?: ContainerStatus[];
  };
}

/** `spec.template` of a workload. */
export interface PodTemplate {
  metadata?: ObjectMeta;
  spec: PodSpec;
}

/** The condition of this type. */
export const findCondition = <C extends { type: string }>(
  conditions: readonly C[] | undefined,
  type: string,
): C | undefined => conditions?.find((condition) => condition.type === type);

/** Whether the Ready condition is True. */
export const isPodReady = (pod: Pod): boolean => findCondition(pod.status?.conditions, 'Ready')?.status === 'True';

/** Whether the Pod has run to its end, well or not. */
export const isPodTerminal = (pod: Pod): boolean => pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';

/** Whether the Pod still counts towards its workload: neither finished nor being deleted. */
export const isPodActive = (pod: Pod): boolean => !isPodTerminal(pod) && pod.metadata.deletionTimestamp === undefined;

/** Whether the Pod is being deleted and has not finished yet. */
export const isPodTerminating = (pod: Pod): boolean =>
  !isPodTerminal(pod) && pod.metadata.deletionTimestamp !== undefined;

/** When the Ready condition last became what it is; 0 when that is not recorded. */
export function readySinceMs(pod: Pod): number {
  const ready = findCondition(pod.status?.conditions, 'Ready');
  return ready?.status === 'True' && ready.lastTransitionTime ? Date.parse(ready.lastTransitionTime) : 0;
}

/**
 * Milliseconds until a ready Pod counts as available: 0 when it does already, undefined when it is not ready. A Ready
 * condition without a transition time is available only where no minimum is asked, as in Kubernetes.
 */
export function msUntilAvailable(pod: Pod, minReadySeconds: number | undefined, nowMs: number): number | undefined {
  if (!isPodReady(pod)) return undefined;
  if (!minReadySeconds) return 0;
  const since = readySinceMs(pod);
  return since === 0 ? undefined : Math.max(0, since + minReadySeconds * 1000 - nowMs);
}

/** Whether the Pod has been ready for at least this long. */
export const isPodAvailable = (pod: Pod, minReadySeconds: number | undefined, nowMs: number): boolean =>
  msUntilAvailable(pod, minReadySeconds, nowMs) === 0;

/** The owner that manages an object. */
export const controllerOf = (object: KubeObject): OwnerReference | undefined =>
  object.metadata.ownerReferences?.find(({ controller }) => controller === true);
