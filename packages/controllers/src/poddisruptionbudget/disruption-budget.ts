/** A PodDisruptionBudget, and how many Pods it can spare. Pure arithmetic. */
import { formatTime, type GroupVersionResource, type KubeObject, type LabelSelector } from '@towtank/apimachinery';
import { type IntOrString, scaledValue } from '../deployment/deployment.ts';
import { type Condition, findCondition, isPodReady, isPodTerminal, type Pod } from '../pod/pod.ts';

/** `status` of a PodDisruptionBudget. */
export interface DisruptionBudgetStatus {
  observedGeneration?: number;
  disruptionsAllowed: number;
  currentHealthy: number;
  desiredHealthy: number;
  expectedPods: number;
  disruptedPods?: Record<string, string>;
  conditions?: Condition[];
}

/** A PodDisruptionBudget. */
export interface DisruptionBudget extends KubeObject {
  spec: { minAvailable?: IntOrString; maxUnavailable?: IntOrString; selector?: LabelSelector };
  status?: DisruptionBudgetStatus;
}

export const DISRUPTION_BUDGETS: GroupVersionResource = {
  group: 'policy',
  version: 'v1',
  resource: 'poddisruptionbudgets',
};

/** An eviction that was granted counts against the budget until its Pod goes, but no longer than this. */
const DISRUPTION_TIMEOUT_MS = 2 * 60_000;

/** What the status is made from. */
export interface DisruptionInput {
  readonly budget: DisruptionBudget;
  readonly pods: readonly Pod[];
  /** Pods that the controllers of these Pods want. */
  readonly expected: number;
  readonly nowMs: number;
}

/** The status that holds now. */
export function disruptionStatus({ budget, pods, expected, nowMs }: DisruptionInput): DisruptionBudgetStatus {
  const { minAvailable, maxUnavailable } = budget.spec;
  const isCounted = maxUnavailable !== undefined || typeof minAvailable === 'string';
  const expectedPods = isCounted ? expected : pods.filter((pod) => !isPodTerminal(pod)).length;
  const desiredHealthy =
    maxUnavailable !== undefined
      ? Math.max(0, expectedPods - scaledValue(maxUnavailable, expectedPods, Math.ceil))
      : scaledValue(minAvailable ?? 0, expectedPods, Math.ceil);
  const disruptedPods = stillDisrupted(budget.status?.disruptedPods ?? {}, pods, nowMs);
  const currentHealthy = pods.filter(
    (pod) => pod.metadata.deletionTimestamp === undefined && !(podName(pod) in disruptedPods) && isPodReady(pod),
  ).length;
  const disruptionsAllowed = expectedPods > 0 ? Math.max(0, currentHealthy - desiredHealthy) : 0;
  return {
    ...(budget.metadata.generation === undefined ? {} : { observedGeneration: budget.metadata.generation }),
    ...(Object.keys(disruptedPods).length > 0 ? { disruptedPods } : {}),
    disruptionsAllowed,
    currentHealthy,
    desiredHealthy,
    expectedPods,
    conditions: [...otherConditions(budget), allowedCondition(budget, disruptionsAllowed > 0, nowMs)],
  };
}

const podName = ({ metadata }: Pod): string => metadata.name ?? '';

function stillDisrupted(known: Record<string, string>, pods: readonly Pod[], nowMs: number): Record<string, string> {
  const alive = new Set(pods.filter(({ metadata }) => metadata.deletionTimestamp === undefined).map(podName));
  return Object.fromEntries(
    Object.entries(known).filter(
      ([name, since]) => alive.has(name) && nowMs - Date.parse(since) < DISRUPTION_TIMEOUT_MS,
    ),
  );
}

const otherConditions = ({ status }: DisruptionBudget): Condition[] =>
  (status?.conditions ?? []).filter(({ type }) => type !== 'DisruptionAllowed');

function allowedCondition({ metadata, status }: DisruptionBudget, allowed: boolean, nowMs: number): Condition {
  const known = findCondition(status?.conditions, 'DisruptionAllowed');
  const value = allowed ? 'True' : 'False';
  const isSame = known?.status === value && known.lastTransitionTime;
  return {
    type: 'DisruptionAllowed',
    status: value,
    ...(metadata.generation === undefined ? {} : { observedGeneration: metadata.generation }),
    lastTransitionTime: isSame || formatTime(nowMs),
    reason: allowed ? 'SufficientPods' : 'InsufficientPods',
    message: '',
  };
}
