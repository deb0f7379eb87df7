/** Warnings for labels of nodes that have newer names. */
import type { Fields } from '../validation/field-rules.ts';

const SUCCESSORS: Readonly<Record<string, string>> = {
  'beta.kubernetes.io/arch': 'deprecated since v1.14; use "kubernetes.io/arch" instead',
  'beta.kubernetes.io/os': 'deprecated since v1.14; use "kubernetes.io/os" instead',
  'failure-domain.beta.kubernetes.io/region': 'deprecated since v1.17; use "topology.kubernetes.io/region" instead',
  'failure-domain.beta.kubernetes.io/zone': 'deprecated since v1.17; use "topology.kubernetes.io/zone" instead',
  'beta.kubernetes.io/instance-type': 'deprecated since v1.17; use "node.kubernetes.io/instance-type" instead',
};

/** Warnings for what a pod says of nodes: its selector, affinity and spread. */
export function nodeSelectorWarnings(field: string, spec: Fields): string[] {
  const warnings: string[] = [];
  for (const key of Object.keys(spec.nodeSelector ?? {}))
    if (SUCCESSORS[key] !== undefined) warnings.push(`${field}spec.nodeSelector[${key}]: ${SUCCESSORS[key]}`);
  const affinity = spec.affinity?.nodeAffinity;
  if (affinity !== undefined) warnings.push(...affinityWarnings(`${field}spec.affinity.nodeAffinity`, affinity));
  for (const [index, { topologyKey, labelSelector }] of (spec.topologySpreadConstraints ?? []).entries()) {
    const at = `${field}spec.topologySpreadConstraints[${index}]`;
    if (SUCCESSORS[topologyKey] !== undefined)
      warnings.push(`${at}.topologyKey: ${topologyKey} is ${SUCCESSORS[topologyKey]}`);
    if (labelSelector === undefined)
      warnings.push(`${at}.labelSelector: a null labelSelector results in matching no pod`);
  }
  return warnings;
}

function affinityWarnings(field: string, affinity: Fields): string[] {
  const required = affinity.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? [];
  const preferred = affinity.preferredDuringSchedulingIgnoredDuringExecution ?? [];
  return [
    ...required.flatMap((term: Fields, index: number) =>
      termWarnings(`${field}.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[${index}]`, term),
    ),
    ...preferred.flatMap(({ preference }: Fields, index: number) =>
      termWarnings(`${field}.preferredDuringSchedulingIgnoredDuringExecution[${index}].preference`, preference),
    ),
  ];
}

/** Warnings for one term of a selector of nodes. */
export const termWarnings = (field: string, term: Fields): string[] =>
  (term?.matchExpressions ?? []).flatMap(({ key }: Fields, index: number) =>
    SUCCESSORS[key] === undefined ? [] : [`${field}.matchExpressions[${index}].key: ${key} is ${SUCCESSORS[key]}`],
  );
