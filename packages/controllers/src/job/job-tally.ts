/** Counts the finished Pods of a Job, each once, whatever fails in between. */
import { isPodTerminal, type Pod } from '../pod/pod.ts';
import { formatIndexes, parseIndexes } from './completed-indexes.ts';
import { isIndexed, type Job, type JobStatus } from './job.ts';
import { failureAction, hasFailed, indexOf, isTracked } from './job-pod.ts';

/** Finished Pods on their way into the counts. */
export interface Tally {
  /** The status with the Pods written down that are about to lose their finalizer. */
  readonly status: JobStatus;
  /** Whether that status has to be written before any finalizer goes. */
  readonly changed: boolean;
  /** Pods to take the finalizer from. */
  readonly release: readonly Pod[];
  /** Pods that have failed since the last look, and count. */
  readonly newlyFailed: readonly Pod[];
  readonly newlySucceeded: readonly Pod[];
}

/**
 * Notes the Pods that have finished. A Pod is written down by uid, then loses its finalizer, then is counted: a Pod
 * whose deletion was held back only by the finalizer can thus never be lost or counted twice. `released` are the uids
 * of Pods that have lost theirs although the cache does not show it yet.
 */
export function noteFinished(job: Job, pods: readonly Pod[], released: ReadonlySet<string>): Tally {
  const { succeeded = [], failed = [] } = job.status?.uncountedTerminatedPods ?? {};
  const noted = new Set([...succeeded, ...failed]);
  const tracked = pods.filter((pod) => isTracked(pod) && !released.has(uidOf(pod)));
  const isDone = (pod: Pod): boolean => isPodTerminal(pod) || hasFailed(job, pod);
  const fresh = tracked.filter((pod) => isDone(pod) && !noted.has(uidOf(pod)));
  const newlySucceeded = fresh.filter(({ status }) => status?.phase === 'Succeeded');
  const newlyFailed = fresh.filter((pod) => hasFailed(job, pod) && failureAction(job, pod).action !== 'Ignore');
  const next = {
    succeeded: [...succeeded, ...newlySucceeded.filter((pod) => !isCompleted(job, pod)).map(uidOf)],
    failed: [...failed, ...newlyFailed.map(uidOf)],
  };
  return {
    status: { ...job.status, uncountedTerminatedPods: withoutEmpty(next) },
    changed: next.succeeded.length + next.failed.length > noted.size,
    release: tracked.filter((pod) => isDone(pod)),
    newlyFailed,
    newlySucceeded,
  };
}

/** The status once the finalizers are gone: what was written down is now counted. */
export function countNoted(job: Job, status: JobStatus, pods: readonly Pod[]): JobStatus {
  const { succeeded = [], failed = [] } = status.uncountedTerminatedPods ?? {};
  const counts = {
    succeeded: (status.succeeded ?? 0) + succeeded.length,
    failed: (status.failed ?? 0) + failed.length,
  };
  const indexes = parseIndexes(status.completedIndexes);
  for (const pod of pods) {
    const index = pod.status?.phase === 'Succeeded' ? indexOf(pod) : undefined;
    if (index !== undefined && index < (job.spec.completions ?? 0)) indexes.add(index);
  }
  const total = isIndexed(job) ? indexes.size : counts.succeeded;
  const { succeeded: _, failed: __, completedIndexes: ___, ...rest } = status;
  return {
    ...rest,
    ...(total > 0 ? { succeeded: total } : {}),
    ...(counts.failed > 0 ? { failed: counts.failed } : {}),
    ...(isIndexed(job) && indexes.size > 0 ? { completedIndexes: formatIndexes(indexes) } : {}),
    uncountedTerminatedPods: {},
  };
}

/** A second Pod of an index that is done counts for nothing. */
function isCompleted(job: Job, pod: Pod): boolean {
  const index = isIndexed(job) ? indexOf(pod) : undefined;
  return index !== undefined && parseIndexes(job.status?.completedIndexes).has(index);
}

const uidOf = ({ metadata }: Pod): string => metadata.uid ?? '';

const withoutEmpty = (lists: {
  succeeded: string[];
  failed: string[];
}): { succeeded?: string[]; failed?: string[] } => ({
  ...(lists.succeeded.length > 0 ? { succeeded: lists.succeeded } : {}),
  ...(lists.failed.length > 0 ? { failed: lists.failed } : {}),
});
