/** The status of a ReplicaSet or ReplicationController, from its Pods. */
import { formatTime, matchesMap } from '@towtank/apimachinery';
import { type Condition, findCondition, isPodAvailable, isPodReady, isPodTerminating, type Pod } from '../pod/pod.ts';
import { messageOf } from '../write-failure.ts';
import type { ReplicaKind, ReplicaOwner, ReplicaSetStatus } from './replica-set.ts';

/** What the status is made from. */
export interface ReplicaStatusInput {
  readonly kind: ReplicaKind;
  readonly owner: ReplicaOwner;
  /** Pods that count. */
  readonly active: readonly Pod[];
  /** All Pods that the owner controls. */
  readonly controlled: readonly Pod[];
  /** Why Pods could not be created or deleted, where they could not. */
  readonly failure?: { readonly error: unknown; readonly creating: boolean } | undefined;
  readonly nowMs: number;
}

/** The status that holds now. Numbers that are zero are left out where Kubernetes leaves them out. */
export function replicaStatus({
  kind,
  owner,
  active,
  controlled,
  failure,
  nowMs,
}: ReplicaStatusInput): ReplicaSetStatus {
  const { template, minReadySeconds } = owner.spec;
  const count = (test: (pod: Pod) => boolean): number => active.filter(test).length;
  const fullyLabeled = count(({ metadata }) => matchesMap(template.metadata?.labels ?? {}, metadata.labels));
  const ready = count(isPodReady);
  const available = count((pod) => isPodAvailable(pod, minReadySeconds, nowMs));
  const conditions = conditionsOf(owner, failure, nowMs);
  return {
    replicas: active.length,
    ...(fullyLabeled > 0 ? { fullyLabeledReplicas: fullyLabeled } : {}),
    ...(ready > 0 ? { readyReplicas: ready } : {}),
    ...(available > 0 ? { availableReplicas: available } : {}),
    ...(kind.countsTerminating ? { terminatingReplicas: controlled.filter(isPodTerminating).length } : {}),
    ...(owner.metadata.generation === undefined ? {} : { observedGeneration: owner.metadata.generation }),
    ...(conditions.length > 0 ? { conditions } : {}),
  };
}

function conditionsOf(owner: ReplicaOwner, failure: ReplicaStatusInput['failure'], nowMs: number): Condition[] {
  const conditions = owner.status?.conditions ?? [];
  const known = findCondition(conditions, 'ReplicaFailure');
  if (failure === undefined) return conditions.filter((condition) => condition !== known);
  if (known !== undefined) return [...conditions];
  return [
    ...conditions,
    {
      type: 'ReplicaFailure',
      status: 'True',
      lastTransitionTime: formatTime(nowMs),
      reason: failure.creating ? 'FailedCreate' : 'FailedDelete',
      message: messageOf(failure.error),
    },
  ];
}
