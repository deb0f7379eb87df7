/** A Deployment, and the numbers that its spec stands for. */
import { type KubeObject, type LabelSelector, selects } from '@towtank/apimachinery';
import { type Condition, findCondition, type PodTemplate } from '../pod/pod.ts';
import type { WorkloadKind } from '../pod/workload-kind.ts';
import type { ReplicaSet } from '../replicaset/replica-set.ts';

/** A number or a percentage. */
export type IntOrString = number | string;

/** A condition with the time of its last update beside that of its last change. */
export type DeploymentCondition = Condition;

/** `status` of a Deployment. */
export interface DeploymentStatus {
  observedGeneration?: number;
  replicas?: number;
  updatedReplicas?: number;
  readyReplicas?: number;
  availableReplicas?: number;
  unavailableReplicas?: number;
  terminatingReplicas?: number;
  conditions?: DeploymentCondition[];
  collisionCount?: number;
}

/** A Deployment. */
export interface Deployment extends KubeObject {
  spec: {
    replicas?: number;
    selector: LabelSelector;
    template: PodTemplate;
    strategy?: { type?: string; rollingUpdate?: { maxUnavailable?: IntOrString; maxSurge?: IntOrString } };
    minReadySeconds?: number;
    revisionHistoryLimit?: number;
    paused?: boolean;
    progressDeadlineSeconds?: number;
  };
  status?: DeploymentStatus;
}

export const deploymentKind: WorkloadKind<Deployment, ReplicaSet> = {
  gvr: { group: 'apps', version: 'v1', resource: 'deployments' },
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  matches: ({ spec }, { metadata }) => selects(spec.selector, metadata.labels),
};

/** Pods that the Deployment wants. */
export const replicasOf = ({ spec }: Deployment): number => spec.replicas ?? 1;

export const isRollingUpdate = ({ spec }: Deployment): boolean =>
  (spec.strategy?.type ?? 'RollingUpdate') === 'RollingUpdate';

/** No deadline is written as the largest 32-bit number. */
export const hasProgressDeadline = ({ spec }: Deployment): boolean =>
  spec.progressDeadlineSeconds !== undefined && spec.progressDeadlineSeconds !== 2_147_483_647;

/** How many Pods a rolling update may add and take away: both zero would never move, so one may then be missing. */
export function fencesOf(deployment: Deployment): { readonly maxSurge: number; readonly maxUnavailable: number } {
  if (!isRollingUpdate(deployment)) return { maxSurge: 0, maxUnavailable: 0 };
  const { maxSurge, maxUnavailable } = deployment.spec.strategy?.rollingUpdate ?? {};
  const replicas = replicasOf(deployment);
  const surge = scaledValue(maxSurge ?? '25%', replicas, Math.ceil);
  const unavailable = scaledValue(maxUnavailable ?? '25%', replicas, Math.floor);
  if (surge === 0 && unavailable === 0) return { maxSurge: 0, maxUnavailable: Math.min(1, replicas) };
  return { maxSurge: surge, maxUnavailable: Math.min(unavailable, replicas) };
}

/** A number, or a percentage of `total` rounded by `round`. */
export function scaledValue(value: IntOrString, total: number, round: (value: number) => number): number {
  if (typeof value === 'number') return value;
  return value.endsWith('%') ? round((Number(value.slice(0, -1)) * total) / 100) : Number(value);
}

/**
 * Conditions with this one set. A condition of the same status and reason stays as it is, times included; one of the
 * same status keeps its time of change.
 */
export function withCondition(
  conditions: readonly DeploymentCondition[],
  condition: DeploymentCondition,
): DeploymentCondition[] {
  const known = findCondition(conditions, condition.type);
  if (known?.status === condition.status && known.reason === condition.reason) return [...conditions];
  const since = known?.status === condition.status ? { lastTransitionTime: known.lastTransitionTime ?? null } : {};
  return [...withoutCondition(conditions, condition.type), { ...condition, ...since }];
}

export const withoutCondition = (conditions: readonly DeploymentCondition[], type: string): DeploymentCondition[] =>
  conditions.filter((condition) => condition.type !== type);
