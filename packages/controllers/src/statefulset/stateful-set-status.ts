/** The status of a StatefulSet, from its Pods. */
import { isPodAvailable, type Pod } from '../pod/pod.ts';
import { isRunningAndReady } from './stateful-pods.ts';
import { revisionNameOf, type StatefulSet, type StatefulSetStatus } from './stateful-set.ts';

/** What the status is made from. */
export interface StatefulSetStatusInput {
  readonly set: StatefulSet;
  readonly pods: readonly Pod[];
  readonly currentRevision: string;
  readonly updateRevision: string;
  readonly collisions: number;
  readonly nowMs: number;
}

/** The status that holds now. Once every Pod is of the update revision and ready, that becomes the current one. */
export function statefulSetStatus(input: StatefulSetStatusInput): StatefulSetStatus {
  const { set, pods, updateRevision, collisions, nowMs } = input;
  const living = pods.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
  const ofRevision = (name: string): number => living.filter((pod) => revisionNameOf(pod) === name).length;
  const ready = pods.filter(isRunningAndReady);
  const replicas = pods.length;
  const updated = ofRevision(updateRevision);
  const wanted = set.spec.replicas ?? 1;
  const isRolling = (set.spec.updateStrategy?.type ?? 'RollingUpdate') === 'RollingUpdate';
  const isDone = isRolling && updated === wanted && ready.length === wanted && replicas === wanted;
  const currentRevision = isDone ? updateRevision : input.currentRevision;
  const current = isDone ? updated : ofRevision(currentRevision);
  return {
    ...(set.metadata.generation === undefined ? {} : { observedGeneration: set.metadata.generation }),
    replicas,
    ...(ready.length > 0 ? { readyReplicas: ready.length } : {}),
    ...(current > 0 ? { currentReplicas: current } : {}),
    ...(updated > 0 ? { updatedReplicas: updated } : {}),
    currentRevision,
    updateRevision,
    collisionCount: collisions,
    availableReplicas: ready.filter((pod) => isPodAvailable(pod, set.spec.minReadySeconds, nowMs)).length,
    ...(set.status?.conditions === undefined ? {} : { conditions: set.status.conditions }),
  };
}
