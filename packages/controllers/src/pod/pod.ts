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

/** What the Ready condition of a Pod says. */
export interface Readiness {
  readonly ready: boolean;
  /** When the condition last became what it is; undefined when that is not recorded. */
  readonly at: string | undefined;
  readonly atMs: number;
}

const UNKNOWN: Readiness = { ready: false, at: undefined, atMs: 0 };
/** By state of a Pod: controllers ask for all Pods of a Service at each change of one. */
const knownReadiness = new WeakMap<Pod, Readiness>();

/** Reads the Ready condition. Of a stored Pod, which never changes, it is read once. */
export function readinessOf(pod: Pod): Readiness {
  const known = knownReadiness.get(pod);
  if (known !== undefined) return known;
  const readiness = readReadiness(pod);
  if (Object.isFrozen(pod)) knownReadiness.set(pod, readiness);
  return readiness;
}

function readReadiness({ status }: Pod): Readiness {
  const condition = findCondition(status?.conditions, 'Ready');
  if (condition === undefined) return UNKNOWN;
  const at = condition.lastTransitionTime || undefined;
  return { ready: condition.status === 'True', at, atMs: at === undefined ? 0 : Date.parse(at) };
}

/** Whether the Ready condition is True. */
export const isPodReady = (pod: Pod): boolean => readinessOf(pod).ready;

/** Whether the Pod has run to its end, well or not. */
export const isPodTerminal = (pod: Pod): boolean => pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';

/** Whether the Pod still counts towards its workload: neither finished nor being deleted. */
export const isPodActive = (pod: Pod): boolean => !isPodTerminal(pod) && pod.metadata.deletionTimestamp === undefined;

/** Whether the Pod is being deleted and has not finished yet. */
export const isPodTerminating = (pod: Pod): boolean =>
  !isPodTerminal(pod) && pod.metadata.deletionTimestamp !== undefined;

/** When the Ready condition last became what it is; 0 when that is not recorded. */
export function readySinceMs(pod: Pod): number {
  const { ready, atMs } = readinessOf(pod);
  return ready ? atMs : 0;
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

/** Milliseconds until the next of these Pods counts as available; undefined when none is on its way. */
export function msUntilNextAvailable(
  pods: readonly Pod[],
  minReadySeconds: number | undefined,
  nowMs: number,
): number | undefined {
  const waits = pods.map((pod) => msUntilAvailable(pod, minReadySeconds, nowMs) ?? 0).filter((wait) => wait > 0);
  return waits.length > 0 ? Math.min(...waits) : undefined;
}

/** The owner that manages an object. */
export const controllerOf = (object: KubeObject): OwnerReference | undefined =>
  object.metadata.ownerReferences?.find(({ controller }) => controller === true);
