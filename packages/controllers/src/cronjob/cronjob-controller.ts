/** The CronJob controller: starts Jobs by the clock. */
import { type Clock, formatTime, hasReason } from '@towtank/apimachinery';
import type { Informer, ResourceClient } from '@towtank/client';
import { ControlLoop } from '../control-loop.ts';
import type { Controller, ControllerContext } from '../controller-context.ts';
import { finishedCondition, type Job, jobKind } from '../job/job.ts';
import { OwnedObjects } from '../pod/owned-objects.ts';
import { semanticEqual } from '../pod/template-hash.ts';
import { isNamespaceTerminating, messageOf, unlessGone } from '../write-failure.ts';
import { type CronJob, cronJobKind, referenceTo, scheduledJob } from './cron-job.ts';
import { type CronSchedule, parseCronSchedule } from './cron-schedule.ts';

/** Runs in the past that are looked through for the last one. */
const MISSED_LIMIT = 100_000;
/** Missed runs above which something is wrong with a clock or a deadline. */
const MISSED_WARNING = 100;

/** Starts the Jobs of every CronJob when they are due, and keeps their history short. */
export const startCronJobController = (context: ControllerContext): Controller => new CronJobController(context);

class CronJobController implements Controller {
  readonly name = 'cronjob-controller';
  readonly #clock: Clock;
  readonly #cronJobs: Informer<CronJob>;
  readonly #jobs: OwnedObjects<CronJob, Job>;
  readonly #resource: ResourceClient<CronJob>;
  readonly #loop: ControlLoop;

  constructor(context: ControllerContext) {
    const { client, informers, clock } = context;
    this.#clock = clock;
    this.#cronJobs = informers.informer<CronJob>(cronJobKind.gvr);
    this.#jobs = new OwnedObjects(context, cronJobKind, jobKind.gvr);
    this.#resource = client.resource<CronJob>(cronJobKind.gvr);
    const reconcile = (key: string): Promise<void> => this.#reconcile(key);
    this.#loop = new ControlLoop(context, { name: 'cronjobs', component: this.name, reconcile, workers: 5 });
    this.#loop.followKeys(this.#cronJobs);
    this.#jobs.follow(this.#loop);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#loop.close();
  }

  async #reconcile(key: string): Promise<void> {
    const cronJob = this.#cronJobs.get(key);
    if (cronJob === undefined) return;
    try {
      const jobs = this.#jobs.of(cronJob);
      const noted = await this.#writeStatus(cronJob, this.#note(cronJob, jobs));
      await this.#trimHistory(noted, jobs);
      if (noted.metadata.deletionTimestamp === undefined && !noted.spec.suspend) await this.#run(key, noted);
    } catch (error) {
      if (!hasReason(error, 'NotFound') && !isNamespaceTerminating(error)) throw error;
    }
  }

  /** The status that the Jobs' own status asks for. */
  #note(cronJob: CronJob, jobs: readonly Job[]): NonNullable<CronJob['status']> {
    const { active = [], lastSuccessfulTime, ...rest } = cronJob.status ?? {};
    const running = jobs.filter((job) => finishedCondition(job) === undefined);
    for (const job of jobs) {
      const end = finishedCondition(job);
      if (end === undefined || !active.some(({ uid }) => uid === job.metadata.uid)) continue;
      const message = `Saw completed job: ${job.metadata.name}, condition: ${end.type}`;
      this.#loop.events.record(cronJob, 'Normal', 'SawCompletedJob', message);
    }
    const successes = jobs.map(({ status }) => status?.completionTime ?? '');
    const latest = [lastSuccessfulTime ?? '', ...successes].sort().at(-1);
    const next = running.map((job) => active.find(({ uid }) => uid === job.metadata.uid) ?? referenceTo(job));
    return {
      ...(next.length > 0 ? { active: next } : {}),
      ...rest,
      ...(latest ? { lastSuccessfulTime: latest } : {}),
    };
  }

  async #run(key: string, cronJob: CronJob): Promise<void> {
    const schedule = this.#parse(cronJob);
    if (schedule === undefined) return;
    const now = this.#clock.now();
    const due = this.#lastDue(cronJob, schedule, now);
    if (due !== undefined) await this.#start(cronJob, due, now);
    const next = schedule.next(now);
    if (next !== undefined) this.#loop.queue.addAfter(key, next - now);
  }

  #parse(cronJob: CronJob): CronSchedule | undefined {
    const { schedule, timeZone } = cronJob.spec;
    try {
      return parseCronSchedule(schedule, timeZone);
    } catch (error) {
      const message = `unparseable schedule: "${schedule}" : ${messageOf(error)}`;
      this.#loop.events.record(cronJob, 'Warning', 'UnparseableSchedule', message);
      return undefined;
    }
  }

  /** The latest run that is due and has not been started. */
  #lastDue(cronJob: CronJob, schedule: CronSchedule, nowMs: number): number | undefined {
    const { creationTimestamp } = cronJob.metadata;
    const { startingDeadlineSeconds } = cronJob.spec;
    let afterMs = Date.parse(cronJob.status?.lastScheduleTime ?? creationTimestamp ?? '');
    if (startingDeadlineSeconds !== undefined) afterMs = Math.max(afterMs, nowMs - startingDeadlineSeconds * 1000);
    let due: number | undefined;
    let missed = 0;
    for (let run = schedule.next(afterMs); run !== undefined && run <= nowMs; run = schedule.next(run)) {
      due = run;
      missed += 1;
      if (missed > MISSED_LIMIT) break;
    }
    if (missed > MISSED_WARNING) {
      const message = `too many missed start times. Set or decrease .spec.startingDeadlineSeconds or check clock skew`;
      this.#loop.events.record(cronJob, 'Warning', 'TooManyMissedTimes', message);
    }
    return due;
  }

  async #start(cronJob: CronJob, dueMs: number, nowMs: number): Promise<void> {
    const { concurrencyPolicy = 'Allow', startingDeadlineSeconds } = cronJob.spec;
    const active = cronJob.status?.active ?? [];
    if (startingDeadlineSeconds !== undefined && dueMs + startingDeadlineSeconds * 1000 < nowMs) {
      const message = `Missed scheduled time to start a job: ${new Date(dueMs).toUTCString()}`;
      return this.#loop.events.record(cronJob, 'Warning', 'MissSchedule', message);
    }
    if (concurrencyPolicy === 'Forbid' && active.length > 0) {
      const message = 'Not starting job because prior execution is running and concurrency policy is Forbid';
      return this.#loop.events.record(cronJob, 'Normal', 'JobAlreadyActive', message);
    }
    if (concurrencyPolicy === 'Replace') for (const { name } of active) await this.#delete(cronJob, name);
    const job = await this.#create(cronJob, scheduledJob(cronJob, dueMs));
    const kept = concurrencyPolicy === 'Replace' ? [] : active.filter(({ uid }) => uid !== job.metadata.uid);
    await this.#writeStatus(cronJob, {
      ...cronJob.status,
      active: [...kept, referenceTo(job)],
      lastScheduleTime: formatTime(dueMs),
    });
  }

  async #create(cronJob: CronJob, job: Job): Promise<Job> {
    try {
      const created = await this.#jobs.resource.create(job);
      this.#loop.events.record(cronJob, 'Normal', 'SuccessfulCreate', `Created job ${created.metadata.name}`);
      return created;
    } catch (error) {
      const { name = '', namespace } = job.metadata;
      // Somebody was quicker: this controller, if the Job is its own, before it could write that down.
      if (hasReason(error, 'AlreadyExists')) return this.#jobs.resource.get(name, { namespace });
      if (!isNamespaceTerminating(error))
        this.#loop.events.record(cronJob, 'Warning', 'FailedCreate', `Error creating job: ${messageOf(error)}`);
      throw error;
    }
  }

  async #delete(cronJob: CronJob, name: string): Promise<void> {
    await this.#jobs.resource
      .delete(name, { namespace: cronJob.metadata.namespace, propagationPolicy: 'Background' })
      .catch(unlessGone);
    this.#loop.events.record(cronJob, 'Normal', 'SuccessfulDelete', `Deleted job ${name}`);
  }

  async #trimHistory(cronJob: CronJob, jobs: readonly Job[]): Promise<void> {
    const { successfulJobsHistoryLimit = 3, failedJobsHistoryLimit = 1 } = cronJob.spec;
    for (const [type, limit] of [
      ['Complete', successfulJobsHistoryLimit],
      ['Failed', failedJobsHistoryLimit],
    ] as const) {
      const finished = jobs
        .filter((job) => finishedCondition(job)?.type === type && job.metadata.deletionTimestamp === undefined)
        .sort((a, b) => ((a.status?.startTime ?? '') < (b.status?.startTime ?? '') ? -1 : 1));
      for (const { metadata } of finished.slice(0, Math.max(0, finished.length - limit)))
        await this.#delete(cronJob, metadata.name ?? '');
    }
  }

  async #writeStatus(cronJob: CronJob, status: NonNullable<CronJob['status']>): Promise<CronJob> {
    return semanticEqual(cronJob.status, status) ? cronJob : this.#resource.updateStatus({ ...cronJob, status });
  }
}
