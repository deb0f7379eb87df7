/** The status of a DaemonSet, counted in Nodes. */
import { isPodAvailable, isPodReady } from '../pod/pod.ts';
import type { DaemonView } from './daemon-rollout.ts';
import { hashOf, placementOn } from './daemon-set.ts';

/** The status that holds now. */
export function daemonSetStatus(view: DaemonView): Record<string, number> {
  const { set, nodes, podsByNode, hash, nowMs } = view;
  const counts = { desired: 0, current: 0, misscheduled: 0, ready: 0, available: 0, updated: 0 };
  for (const node of nodes) {
    const pods = podsByNode.get(node.metadata.name ?? '') ?? [];
    const [oldest] = pods;
    if (!placementOn(set, node).run) {
      if (oldest !== undefined) counts.misscheduled += 1;
      continue;
    }
    counts.desired += 1;
    if (oldest === undefined) continue;
    counts.current += 1;
    const pod = pods.find(isPodReady) ?? oldest;
    if (isPodReady(pod)) counts.ready += 1;
    if (isPodAvailable(pod, set.spec.minReadySeconds, nowMs)) counts.available += 1;
    if (hashOf(oldest) === hash) counts.updated += 1;
  }
  const optional = {
    observedGeneration: set.metadata.generation ?? 0,
    updatedNumberScheduled: counts.updated,
    numberAvailable: counts.available,
    numberUnavailable: Math.max(0, counts.desired - counts.available),
  };
  return {
    currentNumberScheduled: counts.current,
    numberMisscheduled: counts.misscheduled,
    desiredNumberScheduled: counts.desired,
    numberReady: counts.ready,
    ...Object.fromEntries(Object.entries(optional).filter(([, count]) => count !== 0)),
  };
}
