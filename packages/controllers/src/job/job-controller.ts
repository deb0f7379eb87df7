/** The Job controller: runs Pods until enough of them have succeeded. */
import { type Clock, hasReason, objectKey } from '@towtank/apimachinery';
import { backoffMs, type Informer, type ResourceClient } from '@towtank/client';
import { ControlLoop } from '../control-loop.ts';
import type { Controller, ControllerContext } from '../controller-context.ts';
import { Expectations } from '../pod/expectations.ts';
import { OwnedObjects } from '../pod/owned-objects.ts';
import { isPodActive, isPodReady, isPodTerminating, type Pod } from '../pod/pod.ts';
import { PODS, PodControl } from '../pod/pod-control.ts';
import { podsToDelete } from '../pod/pod-ranking.ts';
import { slowStart } from '../pod/slow-start.ts';
import { semanticEqual } from '../pod/template-hash.ts';
import { isNamespaceTerminating } from '../write-failure.ts';
import { parseIndexes } from './completed-indexes.ts';
import {
  decidedCondition,
  finishedCondition,
  isIndexed,
  type Job,
  type JobStatus,
  jobKind,
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
  readonly #clock: Clock;
  readonly #jobs: Informer<Job>;
  readonly #pods: OwnedObjects<Job, Pod>;
  readonly #resource: ResourceClient<Job>;
  readonly #loop: ControlLoop;
  readonly #control: PodControl;
  readonly #expectations: Expectations;
  readonly #orphans: OrphanPods;
  /** Pods without their finalizer, until the cache shows them so. */
  readonly #released = new Set<string>();
  readonly #failures = new Map<string, { count: number; lastMs: number }>();

  constructor(context: ControllerContext) {
    const { client, informers, clock } = context;
    this.#clock = clock;
    this.#jobs = informers.informer<Job>(jobKind.gvr);
    this.#pods = new OwnedObjects(context, jobKind, PODS);
    this.#resource = client.resource<Job>(jobKind.gvr);
    const reconcile = (key: string): Promise<void> => this.#reconcile(key);
    this.#loop = new ControlLoop(context, { name: 'jobs', component: this.name, reconcile, workers: 5 });
    this.#control = new PodControl(client, this.#loop.events);
    this.#expectations = new Expectations(clock);
    this.#orphans = startOrphanPods(context, this.#jobs, this.#pods.informer);
    this.#follow();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#orphans.close();
    await this.#loop.close();
  }

  #follow(): void {
    const seen = ({ metadata }: Pod): void => void this.#released.delete(metadata.uid ?? '');
    this.#loop.follow(this.#pods.informer, { updated: (_, pod) => isTracked(pod) || seen(pod), deleted: seen });
    this.#loop.followKeys(this.#jobs);
    this.#loop.follow(this.#jobs, {
      deleted: (job) => {
        this.#expectations.forget(objectKey(job));
        this.#failures.delete(objectKey(job));
        this.#orphans.check(this.#pods.of(job));
      },
    });
    this.#pods.follow(this.#loop, this.#expectations);
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
    const nowMs = this.#clock.now();
    const pods = await this.#pods.claim(job);
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
    // What a success leaves running is stopped, and has not failed: without its finalizer it is never counted.
    if (verdict?.succeeded) await this.#releaseAll(pods);
    if (job.spec.activeDeadlineSeconds !== undefined && status.startTime !== undefined && verdict === undefined)
      this.#loop.queue.addAfter(key, Date.parse(status.startTime) + job.spec.activeDeadlineSeconds * 1000 - nowMs);
    if (changes.error !== undefined) throw changes.error;
  }

  /** Writes finished Pods down, releases them, and counts them. */
  async #settle(
    job: Job,
    tally: Tally,
    pods: readonly Pod[],
  ): Promise<{ readonly job: Job; readonly status: JobStatus }> {
    let current = job;
    if (tally.changed) current = await this.#resource.updateStatus({ ...job, status: tally.status });
    await this.#releaseAll(tally.release);
    return { job: current, status: countNoted(job, tally.status, pods) };
  }

  async #releaseAll(pods: readonly Pod[]): Promise<void> {
    await Promise.all(pods.map((pod) => this.#release(pod)));
  }

  async #release(pod: Pod): Promise<void> {
    const { uid = '' } = pod.metadata;
    if (!isTracked(pod) || this.#released.has(uid)) return;
    this.#released.add(uid);
    try {
      await withoutTracking(this.#pods.resource, pod);
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
      const doomed = podsToDelete(active, active, active.length - wanted, this.#clock.now());
      this.#expectations.expectDeletions(key, doomed);
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
    const waitMs = failures.lastMs + backoffMs(failures.count, FAILURE_BACKOFF) - this.#clock.now();
    if (waitMs > 0) this.#loop.queue.addAfter(key, waitMs);
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
      this.#loop.events.record(job, 'Normal', suspended === 'True' ? 'Suspended' : 'Resumed', message);
    }
    if (verdict === undefined || finishedCondition(written) === undefined) return;
    if (verdict.succeeded) this.#loop.events.record(job, 'Normal', 'Completed', 'Job completed');
    else this.#loop.events.record(job, 'Warning', verdict.reason, verdict.message);
  }

  /** A finished Job goes when its time to live is over, and takes its Pods along. */
  async #expire(key: string, job: Job): Promise<void> {
    this.#orphans.check(this.#pods.of(job).filter(isTracked));
    const { ttlSecondsAfterFinished } = job.spec;
    if (ttlSecondsAfterFinished === undefined || job.metadata.deletionTimestamp !== undefined) return;
    const finishedAt = Date.parse(finishedCondition(job)?.lastTransitionTime ?? '');
    const leftMs = finishedAt + ttlSecondsAfterFinished * 1000 - this.#clock.now();
    if (leftMs > 0) return this.#loop.queue.addAfter(key, leftMs);
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
