/** ReplicaSets and ReplicationControllers: the same machine under two names. */
import { type KubeObject, type LabelSelector, matchesMap, selects } from '@towtank/apimachinery';
import type { Condition, PodTemplate } from '../pod/pod.ts';
import type { WorkloadKind } from '../pod/workload-kind.ts';

/** `status` of a ReplicaSet; a ReplicationController has the same but for `terminatingReplicas`. */
export interface ReplicaSetStatus {
  replicas: number;
  fullyLabeledReplicas?: number;
  readyReplicas?: number;
  availableReplicas?: number;
  terminatingReplicas?: number;
  observedGeneration?: number;
  conditions?: Condition[];
}

/** What both kinds share. */
export interface ReplicaOwner extends KubeObject {
  spec: { replicas?: number; minReadySeconds?: number; template: PodTemplate; selector?: unknown };
  status?: ReplicaSetStatus;
}

/** A ReplicaSet. */
export interface ReplicaSet extends ReplicaOwner {
  spec: ReplicaOwner['spec'] & { selector: LabelSelector };
}

/** A ReplicationController. */
export interface ReplicationController extends ReplicaOwner {
  spec: ReplicaOwner['spec'] & { selector?: Record<string, string> };
}

/** How the two kinds differ. */
export interface ReplicaKind extends WorkloadKind<ReplicaOwner> {
  readonly component: string;
  /** Whether the status counts Pods that are going away. */
  readonly countsTerminating: boolean;
}

export const replicaSetKind: ReplicaKind = {
  gvr: { group: 'apps', version: 'v1', resource: 'replicasets' },
  apiVersion: 'apps/v1',
  kind: 'ReplicaSet',
  component: 'replicaset-controller',
  countsTerminating: true,
  matches: (owner, { metadata }) => selects((owner as ReplicaSet).spec.selector, metadata.labels),
};

export const replicationControllerKind: ReplicaKind = {
  gvr: { group: '', version: 'v1', resource: 'replicationcontrollers' },
  apiVersion: 'v1',
  kind: 'ReplicationController',
  component: 'replication-controller',
  countsTerminating: false,
  matches(owner, { metadata }) {
    const { selector } = (owner as ReplicationController).spec;
    return selector !== undefined && Object.keys(selector).length > 0 && matchesMap(selector, metadata.labels);
  },
};
