/** What may change of a pod while gates hold it back from being scheduled. */
import { forbiddenField, invalidValue } from '@towtank/apimachinery';
import { deepEqual } from '../../registry/deep-equal.ts';
import type { Errors, Fields } from '../validation/field-rules.ts';
import { internalForm } from '../validation/internal-form.ts';

const REQUIRED = 'requiredDuringSchedulingIgnoredDuringExecution';

/** Gates only go away; a gated pod's choice of nodes only becomes narrower. */
export function checkGatedChanges(errors: Errors, next: Fields, old: Fields): void {
  const known = new Set((old.schedulingGates ?? []).map(({ name }: Fields) => name));
  for (const [index, { name }] of (next.schedulingGates ?? []).entries())
    if (!known.has(name))
      errors.push(
        forbiddenField(
          `spec.schedulingGates[${index}].name`,
          `only deletion is allowed, but found new scheduling gate '${name}'`,
        ),
      );
  if (known.size === 0) return;
  if (!deepEqual(next.nodeSelector, old.nodeSelector)) checkSelectorGrows(errors, next, old);
  if (!deepEqual(next.affinity?.nodeAffinity, old.affinity?.nodeAffinity)) checkAffinityGrows(errors, next, old);
}

function checkSelectorGrows(errors: Errors, { nodeSelector }: Fields, old: Fields): void {
  for (const [key, value] of Object.entries(old.nodeSelector ?? {}))
    if (nodeSelector?.[key] !== value) {
      errors.push(
        invalidValue(
          'spec.nodeSelector',
          nodeSelector,
          'only additions to spec.nodeSelector are allowed (no mutations or deletions)',
        ),
      );
      return;
    }
}

const shown = (term: Fields): object => internalForm('NodeSelectorTerm', term);

/** Each term may have more expressions than before, but no term comes or goes. */
function checkAffinityGrows(errors: Errors, { affinity }: Fields, old: Fields): void {
  const field = `spec.affinity.nodeAffinity.${REQUIRED}.nodeSelectorTerms`;
  const before: Fields[] = old.affinity?.nodeAffinity?.[REQUIRED]?.nodeSelectorTerms ?? [];
  const after: Fields[] = affinity?.nodeAffinity?.[REQUIRED]?.nodeSelectorTerms ?? [];
  if (before.length === 0) return;
  if (before.length !== after.length) {
    errors.push(
      invalidValue(field, after.map(shown), 'no additions/deletions to non-empty NodeSelectorTerms list are allowed'),
    );
    return;
  }
  for (const [index, term] of before.entries())
    if (!isExtended(after[index], term))
      errors.push(
        invalidValue(
          `${field}[${index}]`,
          shown(after[index]),
          'only additions are allowed (no mutations or deletions)',
        ),
      );
}

function isExtended(next: Fields, old: Fields): boolean {
  return ['matchExpressions', 'matchFields'].every((list) => {
    const before: unknown[] = old[list] ?? [];
    return deepEqual(before, (next?.[list] ?? []).slice(0, before.length));
  });
}

/** A spec with the changes put back that only a gated pod may see. */
export function withoutGatedChanges(next: Fields, old: Fields): Fields {
  if ((old.schedulingGates ?? []).length === 0) return next;
  const restored = { ...next, nodeSelector: old.nodeSelector };
  const ofNode = old.affinity?.nodeAffinity;
  const { nodeAffinity, ...others } = next.affinity ?? {};
  const affinity = ofNode === undefined ? others : { ...others, nodeAffinity: ofNode };
  restored.affinity = Object.keys(affinity).length === 0 && old.affinity === undefined ? undefined : affinity;
  return restored;
}
