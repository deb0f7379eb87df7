/** One look at a StatefulSet: which Pod to make, wait for, delete or replace next. */
import { scaledValue } from '../deployment/deployment.ts';
import { isPodTerminal, type Pod, type PodTemplate } from '../pod/pod.ts';
import { slowStart } from '../pod/slow-start.ts';
import { isHealthy, isPending, type StatefulPods } from './stateful-pods.ts';
import { ordinalOf, revisionNameOf, type StatefulSet, startOrdinalOf, statefulPod } from './stateful-set.ts';

/** A template under the name of its revision. */
export interface NamedTemplate {
  readonly revision: string;
  readonly template: PodTemplate;
}

/** What a look starts from. */
export interface StatefulSetSyncOptions {
  readonly set: StatefulSet;
  readonly pods: readonly Pod[];
  readonly current: NamedTemplate;
  readonly update: NamedTemplate;
  readonly control: StatefulPods;
  readonly nowMs: number;
}

/** A place in the set: its ordinal and the Pod that holds it, if any. */
interface Place {
  readonly ordinal: number;
  readonly pod: Pod | undefined;
}

/** Whether the look may go on, or has to wait for what it has begun. */
type Step = 'go on' | 'wait';

/** Takes the next steps; with the ordered policy, one at a time. Rejects with the first failed write. */
export async function syncStatefulSet(options: StatefulSetSyncOptions): Promise<void> {
  const { set } = options;
  if (set.metadata.deletionTimestamp !== undefined) return;
  const { places, condemned } = partition(options);
  if ((await runAll(options, places, (place) => syncPlace(options, place))) === 'wait') return;
  const restore = async (pod: Pod): Promise<Step> => {
    await options.control.restore(pod, { condemned: true });
    return 'go on';
  };
  if ((await runAll(options, condemned, restore)) === 'wait') return;
  const firstUnhealthy = unhealthyFirst(options, places, condemned);
  if ((await runAll(options, condemned, (pod) => removeCondemned(options, pod, firstUnhealthy))) === 'wait') return;
  if (set.spec.updateStrategy?.type !== 'OnDelete') await replaceOutdated(options, places);
}

/** Members by ordinal, and those beyond the set's size, highest first. */
function partition({ set, pods }: StatefulSetSyncOptions): { places: Place[]; condemned: Pod[] } {
  const start = startOrdinalOf(set);
  const count = set.spec.replicas ?? 1;
  const byOrdinal = new Map(pods.map((pod) => [ordinalOf(set, pod), pod]));
  const places = Array.from({ length: count }, (_, at) => ({ ordinal: start + at, pod: byOrdinal.get(start + at) }));
  const condemned = [...byOrdinal]
    .filter(([ordinal]) => ordinal >= 0 && (ordinal < start || ordinal >= start + count))
    .sort(([a], [b]) => b - a)
    .map(([, pod]) => pod);
  return { places, condemned };
}

const isOrdered = ({ set }: StatefulSetSyncOptions): boolean => set.spec.podManagementPolicy !== 'Parallel';

async function runAll<T>(
  options: StatefulSetSyncOptions,
  items: readonly T[],
  work: (item: T) => Promise<Step>,
): Promise<Step> {
  if (isOrdered(options)) {
    for (const item of items) if ((await work(item)) === 'wait') return 'wait';
    return 'go on';
  }
  const { error } = await slowStart(items.length, (at) => work(items[at] as T));
  if (error !== undefined) throw error;
  return 'go on';
}

async function syncPlace(options: StatefulSetSyncOptions, { ordinal, pod }: Place): Promise<Step> {
  const { set, control, nowMs } = options;
  const ordered = isOrdered(options);
  if (pod === undefined) {
    await control.create(statefulPod(set, ordinal, templateFor(options, ordinal)), ordinal);
    return 'wait';
  }
  if (isPodTerminal(pod)) {
    // A member that has ended is replaced however it ended: evicted ones may count as succeeded.
    if (pod.metadata.deletionTimestamp === undefined) await control.delete(pod);
    return 'wait';
  }
  if (isPending(pod)) await control.createClaims(ordinal, pod);
  if (ordered && !isHealthy(pod, set.spec.minReadySeconds, nowMs)) return 'wait';
  await control.restore(pod, { condemned: false });
  return 'go on';
}

/** Members below the partition keep the current revision when they are made anew. */
function templateFor({ set, current, update }: StatefulSetSyncOptions, ordinal: number): NamedTemplate {
  const { type = 'RollingUpdate', rollingUpdate } = set.spec.updateStrategy ?? {};
  if (type !== 'RollingUpdate') return update;
  const kept = rollingUpdate === undefined ? (set.status?.currentReplicas ?? 0) : (rollingUpdate.partition ?? 0);
  return ordinal < startOrdinalOf(set) + kept ? current : update;
}

function unhealthyFirst(
  { set, nowMs }: StatefulSetSyncOptions,
  places: readonly Place[],
  condemned: readonly Pod[],
): Pod | undefined {
  const members = places.map(({ pod }) => pod);
  return [...members, ...condemned.toReversed()].find(
    (pod) => pod !== undefined && !isHealthy(pod, set.spec.minReadySeconds, nowMs),
  );
}

async function removeCondemned(
  options: StatefulSetSyncOptions,
  pod: Pod,
  firstUnhealthy: Pod | undefined,
): Promise<Step> {
  const { set, control, nowMs } = options;
  if (pod.metadata.deletionTimestamp !== undefined) return isOrdered(options) ? 'wait' : 'go on';
  const blocked = !isHealthy(pod, set.spec.minReadySeconds, nowMs) && pod !== firstUnhealthy;
  if (isOrdered(options) && blocked) return 'wait';
  await control.delete(pod);
  return isOrdered(options) ? 'wait' : 'go on';
}

/** Deletes members of older revisions from the highest ordinal down to the partition, as many as may be missing. */
async function replaceOutdated(options: StatefulSetSyncOptions, places: readonly Place[]): Promise<void> {
  const { set, update, control, nowMs } = options;
  const { partition = 0, maxUnavailable = 1 } = set.spec.updateStrategy?.rollingUpdate ?? {};
  const allowed = Math.max(1, scaledValue(maxUnavailable, set.spec.replicas ?? 1, Math.ceil));
  const missing = places.filter(
    ({ pod }) => pod === undefined || !isHealthy(pod, set.spec.minReadySeconds, nowMs),
  ).length;
  let left = allowed - missing;
  for (const { ordinal, pod } of [...places].reverse()) {
    if (left <= 0 || ordinal < startOrdinalOf(set) + partition) return;
    if (pod === undefined || pod.metadata.deletionTimestamp !== undefined) continue;
    if (revisionNameOf(pod) === update.revision) continue;
    await control.delete(pod);
    left -= 1;
  }
}
