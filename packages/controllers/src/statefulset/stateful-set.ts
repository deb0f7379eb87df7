/** A StatefulSet, and the identity that it gives to each of its Pods. */
import { type KubeObject, type LabelSelector, selects } from '@towtank/apimachinery';
import type { IntOrString } from '../deployment/deployment.ts';
import type { Condition, Pod, PodSpec, PodTemplate } from '../pod/pod.ts';
import { podFromTemplate } from '../pod/pod-control.ts';
import type { WorkloadKind } from '../pod/workload-kind.ts';

/** A claim template or a claim. */
export interface VolumeClaim extends KubeObject {
  spec: Record<string, unknown>;
}

/** `status` of a StatefulSet. */
export interface StatefulSetStatus {
  observedGeneration?: number;
  replicas: number;
  readyReplicas?: number;
  currentReplicas?: number;
  updatedReplicas?: number;
  availableReplicas: number;
  currentRevision?: string;
  updateRevision?: string;
  collisionCount?: number;
  conditions?: Condition[];
}

/** A StatefulSet. */
export interface StatefulSet extends KubeObject {
  spec: {
    replicas?: number;
    selector: LabelSelector;
    template: PodTemplate;
    serviceName?: string;
    podManagementPolicy?: string;
    minReadySeconds?: number;
    revisionHistoryLimit?: number;
    ordinals?: { start?: number };
    volumeClaimTemplates?: VolumeClaim[];
    persistentVolumeClaimRetentionPolicy?: { whenDeleted?: string; whenScaled?: string };
    updateStrategy?: { type?: string; rollingUpdate?: { partition?: number; maxUnavailable?: IntOrString } };
  };
  status?: StatefulSetStatus;
}

export const statefulSetKind: WorkloadKind<StatefulSet> = {
  gvr: { group: 'apps', version: 'v1', resource: 'statefulsets' },
  apiVersion: 'apps/v1',
  kind: 'StatefulSet',
  matches: (set, pod) => selects(set.spec.selector, pod.metadata.labels) && ordinalOf(set, pod) >= 0,
};

export const REVISION_LABEL = 'controller-revision-hash';
const POD_NAME_LABEL = 'statefulset.kubernetes.io/pod-name';
const POD_INDEX_LABEL = 'apps.kubernetes.io/pod-index';

export const startOrdinalOf = ({ spec }: StatefulSet): number => spec.ordinals?.start ?? 0;

/** The number at the end of a Pod's name, where it is a member of the set; -1 otherwise. */
export function ordinalOf(set: StatefulSet, { metadata }: Pod): number {
  const match = /^(.*)-(\d+)$/.exec(metadata.name ?? '');
  return match?.[1] === set.metadata.name ? Number(match?.[2]) : -1;
}

export const revisionNameOf = ({ metadata }: Pod): string => metadata.labels?.[REVISION_LABEL] ?? '';

/** The Pod with this ordinal, made from a revision's template. */
export function statefulPod(
  set: StatefulSet,
  ordinal: number,
  { template, revision }: { readonly template: PodTemplate; readonly revision: string },
): Pod {
  const pod = podFromTemplate(template, statefulSetKind, set);
  const name = `${set.metadata.name}-${ordinal}`;
  return {
    ...pod,
    metadata: {
      ...pod.metadata,
      name,
      labels: { ...pod.metadata.labels, ...identityLabels(name, ordinal), [REVISION_LABEL]: revision },
    },
    spec: {
      ...pod.spec,
      hostname: name,
      ...(set.spec.serviceName ? { subdomain: set.spec.serviceName } : {}),
      ...volumesOf(set, pod.spec, ordinal),
    },
  };
}

/** Labels by which a member is known. */
export const identityLabels = (name: string, ordinal: number): Record<string, string> => ({
  [POD_NAME_LABEL]: name,
  [POD_INDEX_LABEL]: String(ordinal),
});

/** The claims of the Pod with this ordinal. */
export const claimsOf = (set: StatefulSet, ordinal: number): VolumeClaim[] =>
  (set.spec.volumeClaimTemplates ?? []).map(({ metadata, spec }) => ({
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: {
      name: claimName(set, metadata.name ?? '', ordinal),
      namespace: set.metadata.namespace ?? '',
      labels: { ...metadata.labels, ...set.spec.selector.matchLabels },
      ...(metadata.annotations === undefined ? {} : { annotations: metadata.annotations }),
    },
    spec,
  }));

const claimName = (set: StatefulSet, template: string, ordinal: number): string =>
  `${template}-${set.metadata.name}-${ordinal}`;

function volumesOf(set: StatefulSet, spec: PodSpec, ordinal: number): Pick<PodSpec, 'volumes'> {
  const templates = set.spec.volumeClaimTemplates ?? [];
  if (templates.length === 0) return {};
  const claimed = new Set(templates.map(({ metadata }) => metadata.name));
  const claims = templates.map(({ metadata: { name = '' } }) => ({
    name,
    persistentVolumeClaim: { claimName: claimName(set, name, ordinal) },
  }));
  return { volumes: [...claims, ...(spec.volumes ?? []).filter(({ name }) => !claimed.has(name))] };
}
