/** A DaemonSet, and which Nodes its Pods belong on. */
import { type KubeObject, type LabelSelector, selects } from '@towtank/apimachinery';
import type { IntOrString } from '../deployment/deployment.ts';
import type { Pod, PodSpec, PodTemplate } from '../pod/pod.ts';
import { podFromTemplate } from '../pod/pod-control.ts';
import type { WorkloadKind } from '../pod/workload-kind.ts';
import type { Node, Toleration } from '../scheduler/node.ts';
import { matchesNodeAffinity, requiredNodeTerms, targetNodeOf } from '../scheduler/node-affinity.ts';
import { untolerated } from '../scheduler/taints.ts';

/** A DaemonSet. */
export interface DaemonSet extends KubeObject {
  spec: {
    selector: LabelSelector;
    template: PodTemplate;
    minReadySeconds?: number;
    revisionHistoryLimit?: number;
    updateStrategy?: { type?: string; rollingUpdate?: { maxUnavailable?: IntOrString; maxSurge?: IntOrString } };
  };
  status?: Record<string, number> & { conditions?: never };
}

export const daemonSetKind: WorkloadKind<DaemonSet> = {
  gvr: { group: 'apps', version: 'v1', resource: 'daemonsets' },
  apiVersion: 'apps/v1',
  kind: 'DaemonSet',
  matches: ({ spec }, { metadata }) => selects(spec.selector, metadata.labels),
};

export const REVISION_LABEL = 'controller-revision-hash';
const GENERATION_LABEL = 'pod-template-generation';
const TEMPLATE_GENERATION = 'deprecated.daemonset.template.generation';

/** Taints that a daemon's Pods live with: a node in trouble needs its daemons. */
const tolerated = (key: string, effect: string): Toleration => ({
  key: `node.kubernetes.io/${key}`,
  operator: 'Exists',
  effect,
});
const TOLERATIONS: readonly Toleration[] = [
  tolerated('not-ready', 'NoExecute'),
  tolerated('unreachable', 'NoExecute'),
  tolerated('disk-pressure', 'NoSchedule'),
  tolerated('memory-pressure', 'NoSchedule'),
  tolerated('pid-pressure', 'NoSchedule'),
  tolerated('unschedulable', 'NoSchedule'),
];

/** Whether a Node should get a Pod, and whether one that is there may stay. */
export function placementOn(set: DaemonSet, node: Node): { readonly run: boolean; readonly stay: boolean } {
  const { spec } = set.spec.template;
  const misfit = (spec.nodeName && spec.nodeName !== node.metadata.name) || !matchesNodeAffinity(spec, node);
  if (misfit) return { run: false, stay: false };
  const tolerations = tolerationsOf(spec);
  const { taints } = node.spec ?? {};
  if (untolerated(taints, tolerations, ['NoSchedule', 'NoExecute']) === undefined) return { run: true, stay: true };
  return { run: false, stay: untolerated(taints, tolerations, ['NoExecute']) === undefined };
}

/** The Pod for a Node: bound to it by affinity, so that the scheduler still has its say. */
export function daemonPod(set: DaemonSet, nodeName: string, hash: string): Pod {
  const pod = podFromTemplate(set.spec.template, daemonSetKind, set);
  const generation = set.metadata.annotations?.[TEMPLATE_GENERATION];
  return {
    ...pod,
    metadata: {
      ...pod.metadata,
      labels: {
        ...pod.metadata.labels,
        [REVISION_LABEL]: hash,
        ...(generation === undefined ? {} : { [GENERATION_LABEL]: generation }),
      },
    },
    spec: { ...pod.spec, affinity: affinityFor(pod.spec, nodeName), tolerations: tolerationsOf(pod.spec) },
  };
}

/** The Node that a daemon's Pod runs on or is meant for. */
export const nodeOf = ({ spec }: Pod): string => spec.nodeName || (targetNodeOf(spec) ?? '');

export const hashOf = ({ metadata }: Pod): string => metadata.labels?.[REVISION_LABEL] ?? '';

function tolerationsOf(spec: PodSpec): Toleration[] {
  const own: Toleration[] = spec.tolerations ?? [];
  const added = spec.hostNetwork ? [...TOLERATIONS, tolerated('network-unavailable', 'NoSchedule')] : TOLERATIONS;
  const isSame = (a: Toleration, b: Toleration): boolean =>
    a.key === b.key && a.effect === b.effect && (a.operator ?? 'Equal') === b.operator;
  return [...own, ...added.filter((toleration) => !own.some((known) => isSame(known, toleration)))];
}

function affinityFor(spec: PodSpec, nodeName: string): unknown {
  const matchFields = [{ key: 'metadata.name', operator: 'In', values: [nodeName] }];
  const terms = requiredNodeTerms(spec) ?? [{}];
  return {
    ...spec.affinity,
    nodeAffinity: {
      ...spec.affinity?.nodeAffinity,
      requiredDuringSchedulingIgnoredDuringExecution: {
        nodeSelectorTerms: terms.map((term) => ({ ...term, matchFields })),
      },
    },
  };
}
