/** `matchLabelKeys`: a new pod's own labels become part of its selectors. */
import type { KubeObject } from '@towtank/apimachinery';
import type { Fields } from '../validation/field-rules.ts';

/** Adds the pod's labels to the selectors that ask for them, in affinity terms and spread constraints. */
export function addMatchedLabels({ metadata, spec }: KubeObject): void {
  const labels = metadata.labels ?? {};
  for (const name of ['podAffinity', 'podAntiAffinity']) {
    const affinity = spec.affinity?.[name];
    const required: Fields[] = affinity?.requiredDuringSchedulingIgnoredDuringExecution ?? [];
    const preferred: Fields[] = affinity?.preferredDuringSchedulingIgnoredDuringExecution ?? [];
    for (const term of [...required, ...preferred.map(({ podAffinityTerm }) => podAffinityTerm)]) {
      addRequirements(term, term?.matchLabelKeys ?? [], 'In', labels);
      addRequirements(term, term?.mismatchLabelKeys ?? [], 'NotIn', labels);
    }
  }
  for (const constraint of spec.topologySpreadConstraints ?? [])
    addRequirements(constraint, constraint.matchLabelKeys ?? [], 'In', labels);
}

function addRequirements(
  holder: Fields,
  keys: readonly string[],
  operator: string,
  labels: Readonly<Record<string, string>>,
): void {
  if (holder?.labelSelector === undefined) return;
  const added = keys
    .filter((key) => labels[key] !== undefined)
    .map((key) => ({ key, operator, values: [labels[key]] }));
  if (added.length > 0)
    holder.labelSelector.matchExpressions = [...(holder.labelSelector.matchExpressions ?? []), ...added];
}
