/** Pods that want to be near others, or far from them (`podAffinity`, `podAntiAffinity`). */
import { type LabelSelector, type Labels, selects } from '@towtank/apimachinery';
import type { Pod } from '../pod/pod.ts';
import type { Misfit } from './filters.ts';
import type { NodeInfo } from './node-info.ts';

interface Term {
  topologyKey: string;
  labelSelector?: LabelSelector;
  namespaces?: string[];
  namespaceSelector?: LabelSelector;
  matchLabelKeys?: string[];
  mismatchLabelKeys?: string[];
}

/** Why a Node does not suit, by its neighbours, if it does not. */
export type AffinityFilter = (info: NodeInfo) => Misfit | undefined;

/** Labels of a namespace. */
export type NamespaceLabels = (namespace: string) => Labels;

/** The check for one Pod, with all neighbours looked at once for all Nodes. */
export function affinityFilter(pod: Pod, infos: readonly NodeInfo[], labelsOf: NamespaceLabels): AffinityFilter {
  const near = termsOf(pod, 'podAffinity').map((term) => ({ term, domains: domainsOf(term, pod, infos, labelsOf) }));
  const far = termsOf(pod, 'podAntiAffinity').map((term) => ({ term, domains: domainsOf(term, pod, infos, labelsOf) }));
  const guarded = guardedDomains(pod, infos, labelsOf);
  // The first of Pods that want each other's company has nobody to join.
  const isFirst =
    near.every(({ domains }) => domains.size === 0) && near.every(({ term }) => isMeant(term, pod, pod, labelsOf));
  return ({ node }) => {
    const labels = node.metadata.labels ?? {};
    const hasLabels = near.every(({ term }) => labels[term.topologyKey] !== undefined);
    const joins = near.every(({ term, domains }) => domains.has(labels[term.topologyKey] ?? ''));
    if (near.length > 0 && !(hasLabels && (joins || isFirst)))
      return { reasons: ["node(s) didn't match pod affinity rules"], preemptionMayHelp: false };
    if (far.some(({ term, domains }) => domains.has(labels[term.topologyKey] ?? NO_DOMAIN)))
      return { reasons: ["node(s) didn't match pod anti-affinity rules"], preemptionMayHelp: true };
    if (guarded.some(({ key, domain }) => labels[key] === domain))
      return { reasons: ["node(s) didn't satisfy existing pods anti-affinity rules"], preemptionMayHelp: true };
    return undefined;
  };
}

const NO_DOMAIN = '\0';

const termsOf = ({ spec }: Pod, kind: 'podAffinity' | 'podAntiAffinity'): Term[] =>
  spec.affinity?.[kind]?.requiredDuringSchedulingIgnoredDuringExecution ?? [];

/** Domains that hold a Pod that the term means. */
function domainsOf(term: Term, pod: Pod, infos: readonly NodeInfo[], labelsOf: NamespaceLabels): ReadonlySet<string> {
  const domains = new Set<string>();
  for (const info of infos) {
    const domain = info.node.metadata.labels?.[term.topologyKey];
    if (domain === undefined || domains.has(domain)) continue;
    for (const other of info.pods.values())
      if (isMeant(term, pod, other, labelsOf)) {
        domains.add(domain);
        break;
      }
  }
  return domains;
}

/** Domains in which a Pod stands that does not want this one near. */
function guardedDomains(
  pod: Pod,
  infos: readonly NodeInfo[],
  labelsOf: NamespaceLabels,
): { readonly key: string; readonly domain: string }[] {
  const guarded: { key: string; domain: string }[] = [];
  for (const info of infos)
    for (const other of info.pods.values())
      for (const term of termsOf(other, 'podAntiAffinity')) {
        const domain = info.node.metadata.labels?.[term.topologyKey];
        if (domain !== undefined && isMeant(term, other, pod, labelsOf))
          guarded.push({ key: term.topologyKey, domain });
      }
  return guarded;
}

/** Whether a term of `owner` means `other`. */
function isMeant(term: Term, owner: Pod, other: Pod, labelsOf: NamespaceLabels): boolean {
  const namespace = other.metadata.namespace ?? '';
  const { namespaces = [], namespaceSelector, matchLabelKeys = [], mismatchLabelKeys = [] } = term;
  const own = namespaces.length === 0 && namespaceSelector === undefined;
  const inNamespace = own
    ? namespace === owner.metadata.namespace
    : namespaces.includes(namespace) || selects(namespaceSelector, labelsOf(namespace));
  const [ownerLabels, labels] = [owner.metadata.labels ?? {}, other.metadata.labels ?? {}];
  return (
    inNamespace &&
    selects(term.labelSelector, labels) &&
    matchLabelKeys.every((key) => ownerLabels[key] === undefined || ownerLabels[key] === labels[key]) &&
    mismatchLabelKeys.every((key) => ownerLabels[key] === undefined || ownerLabels[key] !== labels[key])
  );
}
