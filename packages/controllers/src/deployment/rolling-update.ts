/** The RollingUpdate strategy: new Pods come as old ones go, within the fences. */
import { fencesOf, replicasOf } from './deployment.ts';
import { type Rollout, sizeOf, totalAvailable, totalSize } from './rollout.ts';

/** One step of a rolling update. */
export async function rollingUpdate(rollout: Rollout): Promise<void> {
  const newSet = await rollout.ensureNewSet();
  const wanted = replicasOf(rollout.deployment);
  const size = sizeOf(newSet);
  if (size !== wanted) {
    const scaled = await rollout.scale(newSet, size > wanted ? wanted : rollout.newSetSize(size));
    if (scaled) return;
  }
  await scaleDownOldSets(rollout);
}

async function scaleDownOldSets(rollout: Rollout): Promise<void> {
  const { deployment, newSet, allSets } = rollout;
  if (newSet === undefined || totalSize(rollout.oldSets) === 0) return;
  const minAvailable = replicasOf(deployment) - fencesOf(deployment).maxUnavailable;
  // Pods of the new ReplicaSet that are not available yet must not make old ones go.
  const newUnavailable = sizeOf(newSet) - (newSet.status?.availableReplicas ?? 0);
  const maxScaledDown = totalSize(allSets) - minAvailable - newUnavailable;
  if (maxScaledDown <= 0) return;
  await removeUnhealthy(rollout, maxScaledDown);
  await removeAvailable(rollout, totalAvailable(rollout.allSets) - minAvailable);
}

/** Old Pods that do not work go first: taking them away costs nothing. */
async function removeUnhealthy(rollout: Rollout, limit: number): Promise<void> {
  let removed = 0;
  for (const set of [...rollout.oldSets]) {
    const unhealthy = sizeOf(set) - (set.status?.availableReplicas ?? 0);
    const count = Math.min(limit - removed, unhealthy);
    if (sizeOf(set) === 0 || count <= 0) continue;
    await rollout.scale(set, sizeOf(set) - count);
    removed += count;
  }
}

async function removeAvailable(rollout: Rollout, limit: number): Promise<void> {
  let removed = 0;
  for (const set of [...rollout.oldSets]) {
    const count = Math.min(limit - removed, sizeOf(set));
    if (count <= 0) continue;
    await rollout.scale(set, sizeOf(set) - count);
    removed += count;
  }
}
