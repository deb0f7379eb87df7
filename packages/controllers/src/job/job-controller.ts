/** The Job controller: runs Pods until enough of them have succeeded. */
import { hasReason, selects } from '@towtank/apimachinery';
import { backoffMs, EventRecorder, type Informer, type ResourceClient, WorkQueue } from '@towtank/client';
import type { Controller, ControllerContext } from '../controller-context.ts';
import { claim } from '../pod/claim.ts';
import { controlledBy, dependentsOf, followDependents, indexByController } from '../pod/dependents.ts';
import { Expectations } from '../pod/expectations.ts';
import { isPodActive, isPodReady, isPodTerminating, type Pod } from '../pod/pod.ts';
import { isNamespaceTerminating, PODS, PodControl } from '../pod/pod-control.ts';
import { podsToDelete } from '../pod/pod-ranking.ts';
import { slowStart } from '../pod/slow-start.ts';
import { semanticEqual } from '../pod/template-hash.ts';
import { parseIndexes } from './completed-indexes.ts';
import {
  decidedCondition,
  finishedCondition,
  isIndexed,
  JOBS,
  type Job,
  type JobStatus,
  jobOwner,
  type Verdict,
} from './job.ts';
import { SUSPENSION, withSuspension, withVerdict } from './job-conditions.ts';
import { indexOf, isTracked, jobPod } from './job-pod.ts';
import { countNoted, noteFinished, type Tally } from './job-tally.ts';
import { verdictOn, wantedActive } from './job-verdict.ts';
import { type OrphanPods, startOrphanPods, withoutTracking } from './orphan-pods.ts';

/** Between a failed Pod and its replacement. */
const FAILURE_BACKOFF = { baseMs: 10_000, maxMs: 10 * 60_000 };
const BURST_PODS = 500;
const OWN_NAME = 'kubernetes.io/job-controller';

/** Runs every Job to its end, and removes it when its time to live is over. */
export const startJobController = (context: ControllerContext): Controller => new JobController(context);

class JobController implements Controller {
  readonly name = 'job-controller';
  readonly #context: ControllerContext;
  readonly #jobs: Informer<Job>;
  readonly #pods: Informer<Pod>;
  readonly #resource: ResourceClient<Job>;
  readonly #podResource: ResourceClient<Pod>;
  readonly #events: EventRecorder;
  readonly #control: PodControl;
  readonly #expectations: Expectations;
  readonly #orphans: OrphanPods;
  /** Pods without their finalizer, until the cache shows them so. */
  readonly #released = new Set<string>();
  readonly #failures = new Map<string, { count: number; lastMs: number }>();
  readonly #queue: WorkQueue;
  readonly #handlers: (() => void)[];

  constructor(context: ControllerContext) {
    const { client, informers, clock, activity } = context;
    this.#context = context;
    this.#jobs = informers.informer<Job>(JOBS);
    this.#pods = informers.informer<Pod>(PODS);
    this.#resource = client.resource<Job>(JOBS);
    this.#podResource = client.resource<Pod>(PODS);
    this.#events = new EventRecorder({ client, clock, activity, component: this.name });
    this.#control = new PodControl(client, this.#events);
    this.#expectations = new Expectations(clock);
    this.#orphans = startOrphanPods(context, this.#jobs, this.#pods);
    const reconcile = (key: string): Promise<void> => this.#reconcile(key);
    this.#queue = new WorkQueue({ name: 'jobs', reconcile, clock, activity, workers: 5 });
    indexByController(this.#pods);
    this.#handlers = this.#follow();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const remove of this.#handlers) remove();
    await this.#orphans.close();
    await this.#queue.close();
    await this.#events.close();
  }

  #follow(): (() => void)[] {
    const add = (job: Job): void => this.#queue.add(keyOf(job));
    const seen = ({ metadata }: Pod): void => void this.#released.delete(metadata.uid ?? '');
    return [
      this.#pods.addHandler({ updated: (_, pod) => isTracked(pod) || seen(pod), deleted: seen }),
      this.#jobs.addHandler({
        added: add,
        updated: (_, job) => add(job),
        deleted: (job) => {
          this.#expectations.forget(keyOf(job));
          this.#failures.delete(keyOf(job));
          this.#orphans.check(controlledBy(this.#pods, job));
        },
      }),
      followDependents({
        informer: this.#pods,
        kind: 'Job',
        changed: (key) => this.#queue.add(key),
        adopters: ({ metadata }) =>
          this.#jobs
            .inNamespace(metadata.namespace ?? '')
            .filter(({ spec }) => selects(spec.selector, metadata.labels))
            .map(keyOf),
        added: (key) => this.#expectations.creationObserved(key),
        removed: (key, pod) => this.#expectations.deletionObserved(key, pod.metadata.uid ?? ''),
      }),
    ];
  }

  async #reconcile(key: string): Promise<void> {
    const job = this.#jobs.get(key);
    // A Job without a selector has not been through an API server: its Pods could not be told from others.
    if (job?.spec.selector === undefined || (job.spec.managedBy ?? OWN_NAME) !== OWN_NAME) return;
    try {
      if (finishedCondition(job) !== undefined) await this.#expire(key, job);
      else await this.#sync(key, job);
    } catch (error) {
      if (hasReason(error, 'NotFound') || isNamespaceTerminating(error)) return;
      throw error;
    }
  }

  async #sync(key: string, job: Job): Promise<void> {
    const nowMs = this.#context.clock.now();
    const pods = await this.#claimPods(job);
    const tally = noteFinished(job, pods, this.#released);
    const counted = await this.#settle(job, tally, pods);
    this.#noteFailures(key, tally, nowMs);
    let status = withSuspension(job, counted.status, nowMs);
    const active = pods.filter(isPodActive);
    const verdict = verdictOfDecided(job) ?? verdictOn({ job, status, active, newlyFailed: tally.newlyFailed, nowMs });
    let changes = { created: 0, deleted: 0, error: undefined as unknown };
    if (job.metadata.deletionTimestamp === undefined && this.#expectations.satisfied(key))
      changes = await this.#manage({ key, job: counted.job, status, pods, verdict });
    const left = active.length - changes.deleted;
    status = this.#withCounts(status, pods, { active: left + changes.created, deleted: changes.deleted });
    if (verdict !== undefined) {
      const isOver = left === 0 && (status.terminating ?? 0) === 0;
      status = withVerdict(status, verdict, { isOver, nowMs });
    }
    await this.#writeStatus(counted.job, status, verdict);
    if (job.spec.activeDeadlineSeconds !== undefined && status.startTime !== undefined && verdict === undefined)
      this.#queue.addAfter(key, Date.parse(status.startTime) + job.spec.activeDeadlineSeconds * 1000 - nowMs);
    if (changes.error !== undefined) throw changes.error;
  }

  #claimPods(job: Job): Promise<Pod[]> {
    const { name = '', namespace } = job.metadata;
    return claim<Pod>({
      owner: jobOwner(job),
      matches: (labels) => selects(job.spec.selector, labels),
      candidates: dependentsOf(this.#pods, job),
      resource: this.#podResource,
      liveOwner: () => this.#resource.get(name, { namespace }),
    });
  }

  /** Writes finished Pods down, releases them, and counts them. */
  async #settle(
    job: Job,
    tally: Tally,
    pods: readonly Pod[],
  ): Promise<{ readonly job: Job; readonly status: JobStatus }> {
    let current = job;
    if (tally.changed) current = await this.#resource.updateStatus({ ...job, status: tally.status });
    await Promise.all(tally.release.map((pod) => this.#release(pod)));
    return { job: current, status: countNoted(job, tally.status, pods) };
  }

  async #release(pod: Pod): Promise<void> {
    const { uid = '' } = pod.metadata;
    this.#released.add(uid);
    try {
      await withoutTracking(this.#podResource, pod);
    } catch (error) {
      this.#released.delete(uid);
      throw error;
    }
  }

  #noteFailures(key: string, { newlyFailed, newlySucceeded }: Tally, nowMs: number): void {
    if (newlySucceeded.length > 0) this.#failures.delete(key);
    else if (newlyFailed.length > 0) {
      const count = (this.#failures.get(key)?.count ?? 0) + newlyFailed.length;
      this.#failures.set(key, { count, lastMs: nowMs });
    }
  }

  async #manage(view: {
    key: string;
    job: Job;
    status: JobStatus;
    pods: readonly Pod[];
    verdict: Verdict | undefined;
  }): Promise<{ created: number; deleted: number; error: unknown }> {
    const { key, job, status, pods, verdict } = view;
    const active = pods.filter(isPodActive);
    const idle = verdict !== undefined || job.spec.suspend === true;
    const wanted = idle ? 0 : wantedActive(job, status, active.length);
    if (active.length > wanted) {
      const doomed = podsToDelete(active, active, active.length - wanted, this.#context.clock.now());
      this.#expectations.expectDeletions(
        key,
        doomed.map(({ metadata }) => metadata.uid ?? ''),
      );
      for (const pod of doomed) await this.#control.delete(pod, job);
      return { created: 0, deleted: doomed.length, error: undefined };
    }
    const terminating = job.spec.podReplacementPolicy === 'Failed' ? pods.filter(isPodTerminating).length : 0;
    const missing = Math.min(wanted - active.length - terminating, BURST_PODS);
    if (missing <= 0 || this.#isBackingOff(key)) return { created: 0, deleted: 0, error: undefined };
    return { deleted: 0, ...(await this.#create(key, job, { status, active, missing })) };
  }

  async #create(
    key: string,
    job: Job,
    { status, active, missing }: { status: JobStatus; active: readonly Pod[]; missing: number },
  ): Promise<{ created: number; error: unknown }> {
    const indexes = isIndexed(job) ? freeIndexes(job, status, active, missing) : undefined;
    const count = indexes?.length ?? missing;
    this.#expectations.expectCreations(key, count);
    const { succeeded, error } = await slowStart(count, (at) => this.#control.create(jobPod(job, indexes?.[at]), job));
    this.#expectations.creationObserved(key, count - succeeded);
    return { created: succeeded, error };
  }

  #isBackingOff(key: string): boolean {
    const failures = this.#failures.get(key);
    if (failures === undefined) return false;
    const waitMs = failures.lastMs + backoffMs(failures.count, FAILURE_BACKOFF) - this.#context.clock.now();
    if (waitMs > 0) this.#queue.addAfter(key, waitMs);
    return waitMs > 0;
  }

  #withCounts(status: JobStatus, pods: readonly Pod[], now: { active: number; deleted: number }): JobStatus {
    const { active: _, ...rest } = status;
    return {
      ...rest,
      ...(now.active > 0 ? { active: now.active } : {}),
      terminating: pods.filter(isPodTerminating).length + now.deleted,
      ready: now.deleted > 0 ? 0 : pods.filter((pod) => isPodActive(pod) && isPodReady(pod)).length,
    };
  }

  async #writeStatus(job: Job, status: JobStatus, verdict: Verdict | undefined): Promise<void> {
    if (semanticEqual(job.status, status) && 'uncountedTerminatedPods' in (job.status ?? {})) return;
    const written = await this.#resource.updateStatus({ ...job, status });
    const suspended = suspensionOf(written);
    if (suspended !== undefined && suspended !== suspensionOf(job)) {
      const { message } = SUSPENSION[suspended];
      this.#events.record(job, 'Normal', suspended === 'True' ? 'Suspended' : 'Resumed', message);
    }
    if (verdict === undefined || finishedCondition(written) === undefined) return;
    if (verdict.succeeded) this.#events.record(job, 'Normal', 'Completed', 'Job completed');
    else this.#events.record(job, 'Warning', verdict.reason, verdict.message);
  }

  /** A finished Job goes when its time to live is over, and takes its Pods along. */
  async #expire(key: string, job: Job): Promise<void> {
    this.#orphans.check(controlledBy(this.#pods, job).filter(isTracked));
    const { ttlSecondsAfterFinished } = job.spec;
    if (ttlSecondsAfterFinished === undefined || job.metadata.deletionTimestamp !== undefined) return;
    const finishedAt = Date.parse(finishedCondition(job)?.lastTransitionTime ?? '');
    const leftMs = finishedAt + ttlSecondsAfterFinished * 1000 - this.#context.clock.now();
    if (leftMs > 0) return this.#queue.addAfter(key, leftMs);
    const { name = '', namespace, uid } = job.metadata;
    const preconditions = uid === undefined ? {} : { preconditions: { uid } };
    await this.#resource.delete(name, { namespace, propagationPolicy: 'Foreground', ...preconditions });
  }
}

function verdictOfDecided(job: Job): Verdict | undefined {
  const decided = decidedCondition(job);
  if (decided === undefined) return undefined;
  return {
    succeeded: decided.type === 'SuccessCriteriaMet',
    reason: decided.reason ?? '',
    message: decided.message ?? '',
  };
}

const suspensionOf = ({ status }: Job): 'True' | 'False' | undefined => {
  const value = status?.conditions?.find(({ type }) => type === 'Suspended')?.status;
  return value === 'True' || value === 'False' ? value : undefined;
};

function freeIndexes(job: Job, status: JobStatus, active: readonly Pod[], count: number): number[] {
  const taken = parseIndexes(status.completedIndexes);
  for (const pod of active) taken.add(indexOf(pod) ?? -1);
  const free: number[] = [];
  for (let index = 0; index < (job.spec.completions ?? 0) && free.length < count; index += 1)
    if (!taken.has(index)) free.push(index);
  return free;
}

const keyOf = ({ metadata }: Job): string => `${metadata.namespace}/${metadata.name}`;
