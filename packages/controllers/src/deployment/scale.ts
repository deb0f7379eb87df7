/** Scaling in the middle of a rollout: every ReplicaSet takes its share, so that the rollout does not leap ahead. */
import type { ReplicaSet } from '../replicaset/replica-set.ts';
import { type Deployment, fencesOf, isRollingUpdate, replicasOf } from './deployment.ts';
import { byAge, desiredReplicasOf, maxReplicasOf } from './revision.ts';
import { type Rollout, sizeOf, totalSize } from './rollout.ts';

/** Whether the Deployment has changed its size since its ReplicaSets were last sized. */
export const isScalingEvent = ({ allSets, deployment }: Rollout): boolean =>
  allSets.some((set) => {
    const desired = desiredReplicasOf(set);
    return sizeOf(set) > 0 && desired !== undefined && desired !== replicasOf(deployment);
  });

/** Brings the ReplicaSets to the Deployment's size without moving the rollout. */
export async function scale(rollout: Rollout): Promise<void> {
  const { deployment, newSet } = rollout;
  const wanted = replicasOf(deployment);
  const single = activeOrLatest(rollout);
  if (single !== undefined) return void (sizeOf(single) !== wanted && (await rollout.scale(single, wanted)));
  if (newSet !== undefined && isSaturated(deployment, newSet)) {
    for (const set of [...rollout.oldSets]) if (sizeOf(set) > 0) await rollout.scale(set, 0);
    return;
  }
  if (!isRollingUpdate(deployment)) return;
  for (const [set, size] of proportionalSizes(rollout)) await rollout.scale(set, size);
}

/** The only ReplicaSet with Pods, or the newest when none has any. */
function activeOrLatest({ newSet, oldSets, allSets }: Rollout): ReplicaSet | undefined {
  const active = allSets.filter((set) => sizeOf(set) > 0);
  if (active.length === 0) return newSet ?? oldSets.at(-1);
  return active.length === 1 ? active[0] : undefined;
}

/** Whether the new ReplicaSet has all the Pods that the Deployment wants, and all of them are available. */
function isSaturated(deployment: Deployment, set: ReplicaSet): boolean {
  const wanted = replicasOf(deployment);
  return sizeOf(set) === wanted && desiredReplicasOf(set) === wanted && set.status?.availableReplicas === wanted;
}

/** Sizes by share of the whole; what rounding leaves over goes to the largest. */
function proportionalSizes({ deployment, allSets }: Rollout): [ReplicaSet, number][] {
  const wanted = replicasOf(deployment);
  const active = allSets.filter((set) => sizeOf(set) > 0);
  const allowed = wanted > 0 ? wanted + fencesOf(deployment).maxSurge : 0;
  const toAdd = allowed - totalSize(active);
  // Of equal sizes, scaling up favours the newer and scaling down takes from the older.
  active.sort((a, b) => sizeOf(b) - sizeOf(a) || (toAdd > 0 ? byAge(b, a) : byAge(a, b)));
  let added = 0;
  const sizes = active.map((set): [ReplicaSet, number] => {
    const share = toAdd === 0 ? 0 : clamp(shareOf(set, deployment), toAdd - added);
    added += share;
    return [set, sizeOf(set) + share];
  });
  const largest = sizes[0];
  if (largest !== undefined && toAdd !== 0) largest[1] = Math.max(0, largest[1] + toAdd - added);
  return sizes;
}

const clamp = (share: number, left: number): number => (left > 0 ? Math.min(share, left) : Math.max(share, left));

function shareOf(set: ReplicaSet, deployment: Deployment): number {
  const size = sizeOf(set);
  const wanted = replicasOf(deployment);
  if (wanted === 0) return -size;
  const before = maxReplicasOf(set) ?? deployment.status?.replicas ?? 0;
  if (before === 0) return 0;
  return Math.round((size * (wanted + fencesOf(deployment).maxSurge)) / before) - size;
}
