/** The status of a Deployment: its numbers, and how its rollout gets on. */
import { findCondition } from '../pod/pod.ts';
import type { ReplicaSet } from '../replicaset/replica-set.ts';
import {
  type Deployment,
  type DeploymentCondition,
  type DeploymentStatus,
  fencesOf,
  hasProgressDeadline,
  replicasOf,
  withCondition,
  withoutCondition,
} from './deployment.ts';
import { type Rollout, totalAvailable, totalSize } from './rollout.ts';

/** The numbers and the Available condition. */
export function deploymentStatus(rollout: Rollout): DeploymentStatus {
  const { deployment, allSets, newSet } = rollout;
  const available = totalAvailable(allSets);
  const enough = available >= replicasOf(deployment) - fencesOf(deployment).maxUnavailable;
  const condition = enough
    ? rollout.condition('Available', 'True', 'MinimumReplicasAvailable', 'Deployment has minimum availability.')
    : rollout.condition(
        'Available',
        'False',
        'MinimumReplicasUnavailable',
        'Deployment does not have minimum availability.',
      );
  const { collisionCount, conditions = [] } = deployment.status ?? {};
  return {
    ...nonZero({
      observedGeneration: deployment.metadata.generation ?? 0,
      replicas: sum(allSets, 'replicas'),
      updatedReplicas: newSet?.status?.replicas ?? 0,
      readyReplicas: sum(allSets, 'readyReplicas'),
      availableReplicas: available,
      unavailableReplicas: Math.max(0, totalSize(allSets) - available),
    }),
    terminatingReplicas: sum(allSets, 'terminatingReplicas'),
    conditions: withCondition(conditions, condition),
    ...(collisionCount === undefined ? {} : { collisionCount }),
  };
}

/** The status in the course of a rollout: the numbers, whether it progresses, and what keeps Pods from being made. */
export function rolloutStatus(rollout: Rollout): DeploymentStatus {
  const status = deploymentStatus(rollout);
  const { deployment, allSets, newSet } = rollout;
  let conditions = progressConditions(rollout, status);
  const failure = [newSet, ...allSets]
    .map((set) => findCondition(set?.status?.conditions, 'ReplicaFailure'))
    .find((condition) => condition !== undefined);
  conditions =
    failure === undefined
      ? withoutCondition(conditions, 'ReplicaFailure')
      : withCondition(conditions, { ...failure, lastUpdateTime: failure.lastTransitionTime ?? null });
  if (!hasProgressDeadline(deployment)) conditions = withoutCondition(conditions, 'Progressing');
  return { ...status, conditions };
}

/** Whether all Pods are of the new ReplicaSet and available. */
export function isComplete(deployment: Deployment, status: DeploymentStatus): boolean {
  const wanted = replicasOf(deployment);
  return (
    (status.updatedReplicas ?? 0) === wanted &&
    (status.replicas ?? 0) === wanted &&
    (status.availableReplicas ?? 0) === wanted &&
    (status.observedGeneration ?? 0) >= (deployment.metadata.generation ?? 0)
  );
}

/** When a rollout that stands still has to be looked at again; undefined when there is nothing to wait for. */
export function progressCheckAtMs(deployment: Deployment, status: DeploymentStatus): number | undefined {
  const current = findCondition(deployment.status?.conditions, 'Progressing');
  if (!hasProgressDeadline(deployment) || current === undefined) return undefined;
  if (isComplete(deployment, status) || current.reason === 'ProgressDeadlineExceeded') return undefined;
  return Date.parse(current.lastUpdateTime ?? '') + (deployment.spec.progressDeadlineSeconds ?? 0) * 1000;
}

function progressConditions(rollout: Rollout, status: DeploymentStatus): DeploymentCondition[] {
  const { deployment, newSet } = rollout;
  const conditions = status.conditions ?? [];
  const current = findCondition(deployment.status?.conditions, 'Progressing');
  const isDone =
    (status.replicas ?? 0) === (status.updatedReplicas ?? 0) && current?.reason === 'NewReplicaSetAvailable';
  if (!hasProgressDeadline(deployment) || isDone) return conditions;
  const subject =
    newSet === undefined ? `Deployment "${deployment.metadata.name}"` : `ReplicaSet "${newSet.metadata.name}"`;
  if (isComplete(deployment, status)) {
    const message = `${subject} has successfully progressed.`;
    return withCondition(conditions, rollout.condition('Progressing', 'True', 'NewReplicaSetAvailable', message));
  }
  if (hasMoved(deployment, status)) {
    const condition = rollout.condition('Progressing', 'True', 'ReplicaSetUpdated', `${subject} is progressing.`);
    const since = current?.status === 'True' ? { lastTransitionTime: current.lastTransitionTime ?? null } : {};
    return [...withoutCondition(conditions, 'Progressing'), { ...condition, ...since }];
  }
  if (hasTimedOut(rollout, status)) {
    const message = `${subject} has timed out progressing.`;
    return withCondition(conditions, rollout.condition('Progressing', 'False', 'ProgressDeadlineExceeded', message));
  }
  return conditions;
}

/** Whether a Pod was added, taken away or became ready or available since the last look. */
function hasMoved({ status: before = {} }: Deployment, now: DeploymentStatus): boolean {
  const old = (status: DeploymentStatus): number => (status.replicas ?? 0) - (status.updatedReplicas ?? 0);
  return (
    (now.updatedReplicas ?? 0) > (before.updatedReplicas ?? 0) ||
    old(now) < old(before) ||
    (now.readyReplicas ?? 0) > (before.readyReplicas ?? 0) ||
    (now.availableReplicas ?? 0) > (before.availableReplicas ?? 0)
  );
}

function hasTimedOut({ deployment, options }: Rollout, status: DeploymentStatus): boolean {
  const current = findCondition(deployment.status?.conditions, 'Progressing');
  if (current === undefined || current.reason === 'NewReplicaSetAvailable') return false;
  if (current.reason === 'ProgressDeadlineExceeded') return true;
  const deadline = progressCheckAtMs(deployment, status);
  return deadline !== undefined && deadline < options.nowMs;
}

const sum = (sets: readonly ReplicaSet[], field: 'replicas' | 'readyReplicas' | 'terminatingReplicas'): number =>
  sets.reduce((total, { status }) => total + (status?.[field] ?? 0), 0);

const nonZero = (fields: Record<string, number>): Record<string, number> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== 0));
