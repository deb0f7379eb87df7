/** Spreading Pods over zones, hosts and other domains (`topologySpreadConstraints`). */
import { type LabelSelector, selects } from '@towtank/apimachinery';
import type { Pod } from '../pod/pod.ts';
import type { Misfit } from './filters.ts';
import { matchesNodeAffinity } from './node-affinity.ts';
import type { NodeInfo } from './node-info.ts';
import { untolerated } from './taints.ts';

interface Constraint {
  maxSkew: number;
  topologyKey: string;
  whenUnsatisfiable?: string;
  labelSelector?: LabelSelector;
  matchLabelKeys?: string[];
  minDomains?: number;
  nodeAffinityPolicy?: string;
  nodeTaintsPolicy?: string;
}

/** Why a Node would break the Pod's spread, if it would. */
export type SpreadFilter = (info: NodeInfo) => Misfit | undefined;

const REASON = "node(s) didn't match pod topology spread constraints";

/** The check for one Pod, with the domains counted once for all Nodes. */
export function spreadFilter(pod: Pod, infos: readonly NodeInfo[]): SpreadFilter {
  const constraints = ((pod.spec.topologySpreadConstraints ?? []) as Constraint[]).filter(
    ({ whenUnsatisfiable = 'DoNotSchedule' }) => whenUnsatisfiable === 'DoNotSchedule',
  );
  if (constraints.length === 0) return () => undefined;
  const counted = constraints.map((constraint) => ({ constraint, domains: countDomains(pod, constraint, infos) }));
  return (info) => {
    for (const { constraint, domains } of counted) {
      const domain = info.node.metadata.labels?.[constraint.topologyKey];
      if (domain === undefined) return { reasons: [`${REASON} (missing required label)`], preemptionMayHelp: false };
      const least = domains.size < (constraint.minDomains ?? 1) ? 0 : Math.min(...domains.values());
      const own = isCounted(pod, constraint, pod) ? 1 : 0;
      if ((domains.get(domain) ?? 0) + own - least > constraint.maxSkew)
        return { reasons: [REASON], preemptionMayHelp: true };
    }
    return undefined;
  };
}

function countDomains(pod: Pod, constraint: Constraint, infos: readonly NodeInfo[]): Map<string, number> {
  const domains = new Map<string, number>();
  for (const info of infos) {
    const domain = info.node.metadata.labels?.[constraint.topologyKey];
    if (domain === undefined || !isEligible(pod, constraint, info)) continue;
    const here = [...info.pods.values()].filter((other) => isCounted(pod, constraint, other)).length;
    domains.set(domain, (domains.get(domain) ?? 0) + here);
  }
  return domains;
}

function isEligible({ spec }: Pod, { nodeAffinityPolicy, nodeTaintsPolicy }: Constraint, { node }: NodeInfo): boolean {
  if (nodeAffinityPolicy !== 'Ignore' && !matchesNodeAffinity(spec, node)) return false;
  if (nodeTaintsPolicy !== 'Honor') return true;
  return untolerated(node.spec?.taints, spec.tolerations, ['NoSchedule', 'NoExecute']) === undefined;
}

function isCounted(pod: Pod, { labelSelector, matchLabelKeys = [] }: Constraint, other: Pod): boolean {
  const [own, labels] = [pod.metadata.labels ?? {}, other.metadata.labels ?? {}];
  return (
    other.metadata.namespace === pod.metadata.namespace &&
    (other === pod || other.metadata.deletionTimestamp === undefined) &&
    selects(labelSelector, labels) &&
    matchLabelKeys.every((key) => own[key] === undefined || own[key] === labels[key])
  );
}
