/** The conditions of a Namespace that is being deleted. */
import type { Condition } from '../pod/pod.ts';

/** What is left in a namespace. */
export interface Remains {
  /** Objects by resource, as `configmaps.` or `deployments.apps`. */
  readonly resources: ReadonlyMap<string, number>;
  /** Objects by finalizer. */
  readonly finalizers: ReadonlyMap<string, number>;
  /** Messages of deletions that have failed. */
  readonly failures: readonly string[];
  /** Why the resources could not be discovered. */
  readonly discoveryFailure?: string;
}

interface Verdict {
  readonly reason: string;
  readonly message: string;
}

interface Row {
  readonly type: string;
  readonly fine: Verdict;
  readonly problem: (remains: Remains) => Verdict | undefined;
}

const ROWS: readonly Row[] = [
  {
    type: 'NamespaceDeletionDiscoveryFailure',
    fine: { reason: 'ResourcesDiscovered', message: 'All resources successfully discovered' },
    problem: ({ discoveryFailure: message }) =>
      message === undefined ? undefined : { reason: 'DiscoveryFailed', message },
  },
  {
    type: 'NamespaceDeletionGroupVersionParsingFailure',
    fine: { reason: 'ParsedGroupVersions', message: 'All legacy kube types successfully parsed' },
    problem: () => undefined,
  },
  {
    type: 'NamespaceDeletionContentFailure',
    fine: {
      reason: 'ContentDeleted',
      message: 'All content successfully deleted, may be waiting on finalization',
    },
    problem: ({ failures }) => {
      if (failures.length === 0) return undefined;
      const all = [...failures].sort().join(', ');
      const message = `Failed to delete all resource types, ${failures.length} remaining: ${all}`;
      return { reason: 'ContentDeletionFailed', message };
    },
  },
  {
    type: 'NamespaceContentRemaining',
    fine: { reason: 'ContentRemoved', message: 'All content successfully removed' },
    problem: ({ resources }) => {
      if (resources.size === 0) return undefined;
      const all = [...resources].map(([resource, count]) => `${resource} has ${count} resource instances`);
      return { reason: 'SomeResourcesRemain', message: `Some resources are remaining: ${all.sort().join(', ')}` };
    },
  },
  {
    type: 'NamespaceFinalizersRemaining',
    fine: { reason: 'ContentRemoved', message: 'All content successfully removed' },
    problem: ({ finalizers }) => {
      if (finalizers.size === 0) return undefined;
      const all = [...finalizers].map(([finalizer, count]) => `${finalizer} in ${count} resource instances`);
      const message = `Some content in the namespace has finalizers remaining: ${all.sort().join(', ')}`;
      return { reason: 'SomeFinalizersRemain', message };
    },
  },
];

/**
 * The conditions that say what is left; undefined where the present ones say it already. The time of a condition
 * changes with its status only.
 */
export function namespaceConditions(
  current: readonly Condition[],
  remains: Remains,
  now: string,
): Condition[] | undefined {
  let changed = false;
  const conditions = [...current];
  for (const { type, fine, problem } of ROWS) {
    const found = problem(remains);
    const status = found === undefined ? 'False' : 'True';
    const wanted = { type, status, ...(found ?? fine) } as const;
    const at = conditions.findIndex((condition) => condition.type === type);
    const old = conditions[at];
    if (old?.status === status && old.reason === wanted.reason && old.message === wanted.message) continue;
    changed = true;
    const lastTransitionTime = old?.status === status ? (old.lastTransitionTime ?? now) : now;
    conditions.splice(at < 0 ? conditions.length : at, at < 0 ? 0 : 1, { ...wanted, lastTransitionTime });
  }
  return changed ? conditions : undefined;
}
