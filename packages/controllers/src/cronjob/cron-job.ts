/** A CronJob, and the Jobs that it makes. */
import { formatTime, type KubeObject, type ObjectMeta } from '@towtank/apimachinery';
import type { Job } from '../job/job.ts';
import { controllerReference, type WorkloadKind } from '../pod/workload-kind.ts';

/** A reference to a running Job (`status.active[]`). */
export interface JobReference {
  kind: string;
  namespace: string;
  name: string;
  uid: string;
  apiVersion: string;
  resourceVersion?: string;
}

/** A CronJob. */
export interface CronJob extends KubeObject {
  spec: {
    schedule: string;
    timeZone?: string;
    suspend?: boolean;
    startingDeadlineSeconds?: number;
    concurrencyPolicy?: string;
    successfulJobsHistoryLimit?: number;
    failedJobsHistoryLimit?: number;
    jobTemplate: { metadata?: ObjectMeta; spec: Job['spec'] };
  };
  status?: { active?: JobReference[]; lastScheduleTime?: string; lastSuccessfulTime?: string };
}

/** Without a selector: it adopts no Job that it has not made. */
export const cronJobKind: WorkloadKind<CronJob, Job> = {
  gvr: { group: 'batch', version: 'v1', resource: 'cronjobs' },
  apiVersion: 'batch/v1',
  kind: 'CronJob',
  matches: () => false,
};

const SCHEDULED_AT = 'batch.kubernetes.io/cronjob-scheduled-timestamp';

/** The Job of one run, named after its minute: the same run never starts twice. */
export function scheduledJob(cronJob: CronJob, runMs: number): Job {
  const { metadata, spec } = cronJob.spec.jobTemplate;
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      name: `${cronJob.metadata.name}-${Math.floor(runMs / 60_000)}`,
      namespace: cronJob.metadata.namespace ?? '',
      ...(metadata?.labels === undefined ? {} : { labels: metadata.labels }),
      annotations: { ...metadata?.annotations, [SCHEDULED_AT]: formatTime(runMs) },
      ownerReferences: [controllerReference(cronJobKind, cronJob)],
    },
    spec,
  };
}

export const referenceTo = ({ metadata }: Job): JobReference => ({
  kind: 'Job',
  namespace: metadata.namespace ?? '',
  name: metadata.name ?? '',
  uid: metadata.uid ?? '',
  apiVersion: 'batch/v1',
  ...(metadata.resourceVersion === undefined ? {} : { resourceVersion: metadata.resourceVersion }),
});
