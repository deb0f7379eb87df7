/** A Job, and what its spec and status say. */
import { type KubeObject, type LabelSelector, selects } from '@towtank/apimachinery';
import { type Condition, findCondition, type PodTemplate } from '../pod/pod.ts';
import type { WorkloadKind } from '../pod/workload-kind.ts';

/** A rule of `spec.podFailurePolicy`. */
export interface PodFailureRule {
  action: string;
  onExitCodes?: { containerName?: string; operator: string; values: number[] };
  onPodConditions?: { type: string; status?: string }[];
}

/** A rule of `spec.successPolicy`. */
export interface SuccessRule {
  succeededIndexes?: string;
  succeededCount?: number;
}

/** `status` of a Job. */
export interface JobStatus {
  conditions?: Condition[];
  startTime?: string;
  completionTime?: string;
  active?: number;
  succeeded?: number;
  failed?: number;
  terminating?: number;
  ready?: number;
  completedIndexes?: string;
  uncountedTerminatedPods?: { succeeded?: string[]; failed?: string[] };
}

/** A Job. */
export interface Job extends KubeObject {
  spec: {
    parallelism?: number;
    completions?: number;
    activeDeadlineSeconds?: number;
    backoffLimit?: number;
    completionMode?: string;
    suspend?: boolean;
    ttlSecondsAfterFinished?: number;
    podReplacementPolicy?: string;
    managedBy?: string;
    podFailurePolicy?: { rules: PodFailureRule[] };
    successPolicy?: { rules: SuccessRule[] };
    selector?: LabelSelector;
    template: PodTemplate;
  };
  status?: JobStatus;
}

export const jobKind: WorkloadKind<Job> = {
  gvr: { group: 'batch', version: 'v1', resource: 'jobs' },
  apiVersion: 'batch/v1',
  kind: 'Job',
  matches: ({ spec }, { metadata }) => selects(spec.selector, metadata.labels),
};

/** Keeps a finished Pod until it has been counted. */
export const TRACKING_FINALIZER = 'batch.kubernetes.io/job-tracking';
export const COMPLETION_INDEX = 'batch.kubernetes.io/job-completion-index';

/** The condition that ended the Job, if any: Complete or Failed. */
export const finishedCondition = ({ status }: Job): Condition | undefined =>
  status?.conditions?.find(({ type, status: value }) => (type === 'Complete' || type === 'Failed') && value === 'True');

/** The condition that decides how the Job will end, while its Pods still terminate. */
export const decidedCondition = ({ status }: Job): Condition | undefined =>
  [findCondition(status?.conditions, 'SuccessCriteriaMet'), findCondition(status?.conditions, 'FailureTarget')].find(
    (condition) => condition?.status === 'True',
  );

export const isIndexed = ({ spec }: Job): boolean => spec.completionMode === 'Indexed';

/** How a Job ends, and why. */
export interface Verdict {
  readonly succeeded: boolean;
  readonly reason: string;
  readonly message: string;
}
