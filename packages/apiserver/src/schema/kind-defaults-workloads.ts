/** Defaults of the kinds that make pods. */
import type { Defaulter } from './defaulter.ts';

const MAX_INT32 = 2 ** 31 - 1;

const setDeployment: Defaulter = ({ spec }) => {
  spec.replicas ??= 1;
  spec.strategy.type ||= 'RollingUpdate';
  if (spec.strategy.type === 'RollingUpdate') {
    spec.strategy.rollingUpdate ??= {};
    spec.strategy.rollingUpdate.maxUnavailable ??= '25%';
    spec.strategy.rollingUpdate.maxSurge ??= '25%';
  }
  spec.revisionHistoryLimit ??= 10;
  spec.progressDeadlineSeconds ??= 600;
};

/** Where a DaemonSet counts the changes of its template, as it did before there was metadata.generation. */
const TEMPLATE_GENERATION = 'deprecated.daemonset.template.generation';

const setDaemonSet: Defaulter = ({ metadata, spec }) => {
  metadata.annotations = { [TEMPLATE_GENERATION]: '0', ...metadata.annotations };
  spec.updateStrategy.type ||= 'RollingUpdate';
  if (spec.updateStrategy.type === 'RollingUpdate') {
    spec.updateStrategy.rollingUpdate ??= {};
    spec.updateStrategy.rollingUpdate.maxUnavailable ??= 1;
    spec.updateStrategy.rollingUpdate.maxSurge ??= 0;
  }
  spec.revisionHistoryLimit ??= 10;
};

const setStatefulSet: Defaulter = ({ spec }) => {
  spec.podManagementPolicy ||= 'OrderedReady';
  if (!spec.updateStrategy.type) {
    spec.updateStrategy.type = 'RollingUpdate';
    spec.updateStrategy.rollingUpdate ??= {};
  }
  if (spec.updateStrategy.type === 'RollingUpdate' && spec.updateStrategy.rollingUpdate !== undefined)
    spec.updateStrategy.rollingUpdate.partition ??= 0;
  spec.persistentVolumeClaimRetentionPolicy ??= {};
  spec.persistentVolumeClaimRetentionPolicy.whenDeleted ||= 'Retain';
  spec.persistentVolumeClaimRetentionPolicy.whenScaled ||= 'Retain';
  spec.replicas ??= 1;
  spec.revisionHistoryLimit ??= 10;
};

const setReplicationController: Defaulter = ({ metadata, spec }) => {
  const labels = spec.template?.metadata?.labels;
  if (labels === undefined) return;
  if (Object.keys(spec.selector ?? {}).length === 0) spec.selector = { ...labels };
  if (Object.keys(metadata.labels ?? {}).length === 0) metadata.labels = { ...labels };
};

const setJob: Defaulter = ({ metadata, spec }) => {
  if (spec.completions === undefined && spec.parallelism === undefined) spec.completions = 1;
  spec.parallelism ??= 1;
  spec.backoffLimit ??= spec.backoffLimitPerIndex === undefined ? 6 : MAX_INT32;
  const labels = spec.template?.metadata?.labels;
  if (labels !== undefined && Object.keys(metadata.labels ?? {}).length === 0) metadata.labels = { ...labels };
  spec.completionMode ??= 'NonIndexed';
  spec.suspend ??= false;
  for (const rule of spec.podFailurePolicy?.rules ?? [])
    for (const pattern of rule.onPodConditions ?? []) pattern.status ||= 'True';
  spec.manualSelector ??= false;
  spec.podReplacementPolicy ??= spec.podFailurePolicy === undefined ? 'TerminatingOrFailed' : 'Failed';
};

/** The table of this file. */
export const WORKLOAD_DEFAULTS: Readonly<Record<string, Defaulter>> = {
  'io.k8s.api.apps.v1.Deployment': setDeployment,
  'io.k8s.api.apps.v1.DaemonSet': setDaemonSet,
  'io.k8s.api.apps.v1.StatefulSet': setStatefulSet,
  'io.k8s.api.apps.v1.ReplicaSet': ({ spec }) => {
    spec.replicas ??= 1;
  },
  'io.k8s.api.core.v1.ReplicationController': setReplicationController,
  'io.k8s.api.batch.v1.Job': setJob,
  'io.k8s.api.batch.v1.CronJob': ({ spec }) => {
    spec.concurrencyPolicy ||= 'Allow';
    spec.suspend ??= false;
    spec.successfulJobsHistoryLimit ??= 3;
    spec.failedJobsHistoryLimit ??= 1;
  },
};
