/** Which Pods go first when there are too many. */
import { isPodReady, type Pod, readySinceMs } from './pod.ts';

/** A Pod with the number of its siblings on the same node. */
export interface RankedPod {
  readonly pod: Pod;
  readonly siblings: number;
}

const DELETION_COST = 'controller.kubernetes.io/pod-deletion-cost';
const PHASE_ORDER: Readonly<Record<string, number>> = { Pending: 0, Unknown: 1, Running: 2 };

/**
 * Orders Pods for deletion, the first to delete first: unassigned before assigned, pending before running, not ready
 * before ready, cheap before dear, from crowded nodes before lonely ones, lately ready before long ready, often
 * restarted before never, young before old. Ages compare by magnitude, so that close ones are told apart by uid: the
 * order of kube-controller-manager.
 */
export function comparePodsForDeletion(a: RankedPod, b: RankedPod, nowMs: number): number {
  return (
    Number(Boolean(a.pod.spec.nodeName)) - Number(Boolean(b.pod.spec.nodeName)) ||
    phaseOf(a.pod) - phaseOf(b.pod) ||
    Number(isPodReady(a.pod)) - Number(isPodReady(b.pod)) ||
    deletionCost(a.pod) - deletionCost(b.pod) ||
    b.siblings - a.siblings ||
    compareReadyTimes(a.pod, b.pod, nowMs) ||
    restarts(b.pod) - restarts(a.pod) ||
    compareAges(
      Date.parse(a.pod.metadata.creationTimestamp ?? ''),
      Date.parse(b.pod.metadata.creationTimestamp ?? ''),
      {
        nowMs,
        uids: [a.pod.metadata.uid ?? '', b.pod.metadata.uid ?? ''],
      },
    )
  );
}

/** The Pods to delete, `count` of them. `related` are all Pods of the same application: they make nodes crowded. */
export function podsToDelete(pods: readonly Pod[], related: readonly Pod[], count: number, nowMs: number): Pod[] {
  if (count >= pods.length) return [...pods];
  const perNode = new Map<string, number>();
  for (const { spec } of related) if (spec.nodeName) perNode.set(spec.nodeName, (perNode.get(spec.nodeName) ?? 0) + 1);
  return pods
    .map((pod) => ({ pod, siblings: perNode.get(pod.spec.nodeName ?? '') ?? 0 }))
    .sort((a, b) => comparePodsForDeletion(a, b, nowMs))
    .slice(0, count)
    .map(({ pod }) => pod);
}

const phaseOf = ({ status }: Pod): number => PHASE_ORDER[status?.phase ?? ''] ?? 0;

function deletionCost({ metadata }: Pod): number {
  const text = metadata.annotations?.[DELETION_COST] ?? '0';
  return /^-?\d+$/.test(text) ? Number(text) : 0;
}

const restarts = ({ status }: Pod): number =>
  Math.max(0, ...(status?.containerStatuses ?? []).map(({ restartCount = 0 }) => restartCount));

function compareReadyTimes(a: Pod, b: Pod, nowMs: number): number {
  if (!isPodReady(a) || !isPodReady(b)) return 0;
  const [since, otherSince] = [readySinceMs(a), readySinceMs(b)];
  if (since === otherSince) return 0;
  return compareAges(since, otherSince, { nowMs, uids: [a.metadata.uid ?? '', b.metadata.uid ?? ''] });
}

/** A moment that is not known counts as the youngest. */
function compareAges(
  a: number,
  b: number,
  { nowMs, uids }: { nowMs: number; uids: readonly [string, string] },
): number {
  if (a === b || Number.isNaN(a) || Number.isNaN(b)) return 0;
  if (a === 0 || b === 0) return a === 0 ? -1 : 1;
  const magnitude = magnitudeOf(nowMs - a) - magnitudeOf(nowMs - b);
  if (magnitude !== 0) return magnitude;
  return uids[0] < uids[1] ? -1 : uids[0] > uids[1] ? 1 : 0;
}

/** The power of two of an age in nanoseconds. */
const magnitudeOf = (ageMs: number): number => (ageMs > 0 ? Math.floor(Math.log2(ageMs * 1e6)) : -1);
