/** Defaults of pods and of what stands in them; all but the pod's own hold for pod templates too. */
import { defaultPullPolicy } from './default-image-policy.ts';
import type { Defaulter } from './defaulter.ts';
import type { JsonObject } from './own-property.ts';
import { setPodLevelResources } from './pod-level-resources.ts';

const VOLUME_FILE_MODE = 0o644;
const HOUR_SECONDS = 3600;

const setDefaultMode: Defaulter = (source) => {
  source.defaultMode ??= VOLUME_FILE_MODE;
};

const setContainer: Defaulter = (container) => {
  container.imagePullPolicy ||= defaultPullPolicy(container.image);
  container.terminationMessagePath ||= '/dev/termination-log';
  container.terminationMessagePolicy ||= 'File';
};

const setPodSpec: Defaulter = (spec) => {
  spec.dnsPolicy ||= 'ClusterFirst';
  spec.restartPolicy ||= 'Always';
  spec.securityContext ??= {};
  spec.terminationGracePeriodSeconds ??= 30;
  spec.schedulerName ||= 'default-scheduler';
  spec.serviceAccountName ||= spec.serviceAccount;
  if (spec.serviceAccountName) spec.serviceAccount = spec.serviceAccountName;
  else delete spec.serviceAccountName;
};

const setRequests: Defaulter = (containers) => {
  for (const { resources } of containers ?? [])
    if (resources?.limits !== undefined && !asksForAll(resources))
      resources.requests = { ...resources.limits, ...resources.requests };
};

function asksForAll({ limits, requests = {} }: JsonObject): boolean {
  for (const name in limits as JsonObject) if (!Object.hasOwn(requests as JsonObject, name)) return false;
  return true;
}

/** Only of pods themselves, not of templates: limits stand in for requests, host ports for host networking. */
const setPod: Defaulter = ({ spec }) => {
  setRequests(spec.containers);
  setRequests(spec.initContainers);
  setPodLevelResources(spec);
  spec.enableServiceLinks ??= true;
  if (!spec.hostNetwork) return;
  for (const { ports } of [...(spec.containers ?? []), ...(spec.initContainers ?? [])])
    for (const port of ports ?? []) port.hostPort ||= port.containerPort;
};

const setProbe: Defaulter = (probe) => {
  probe.timeoutSeconds ||= 1;
  probe.periodSeconds ||= 10;
  probe.successThreshold ||= 1;
  probe.failureThreshold ||= 3;
};

const setVolume: Defaulter = (volume) => {
  if (Object.keys(volume).every((field) => field === 'name')) volume.emptyDir = {};
  if (volume.image !== undefined) volume.image.pullPolicy ||= defaultPullPolicy(volume.image.reference);
};

/** The table of this file. */
export const POD_DEFAULTS: Readonly<Record<string, Defaulter>> = {
  'io.k8s.api.core.v1.Pod': setPod,
  'io.k8s.api.core.v1.PodSpec': setPodSpec,
  'io.k8s.api.core.v1.Container': setContainer,
  'io.k8s.api.core.v1.EphemeralContainer': setContainer,
  'io.k8s.api.core.v1.Probe': setProbe,
  'io.k8s.api.core.v1.HTTPGetAction': (action) => {
    action.path ||= '/';
    action.scheme ||= 'HTTP';
  },
  'io.k8s.api.core.v1.ObjectFieldSelector': (selector) => {
    selector.apiVersion ||= 'v1';
  },
  'io.k8s.api.core.v1.Volume': setVolume,
  'io.k8s.api.core.v1.SecretVolumeSource': setDefaultMode,
  'io.k8s.api.core.v1.ConfigMapVolumeSource': setDefaultMode,
  'io.k8s.api.core.v1.DownwardAPIVolumeSource': setDefaultMode,
  'io.k8s.api.core.v1.ProjectedVolumeSource': setDefaultMode,
  'io.k8s.api.core.v1.ServiceAccountTokenProjection': (projection) => {
    projection.expirationSeconds ??= HOUR_SECONDS;
  },
  'io.k8s.api.core.v1.HostPathVolumeSource': (source) => {
    source.type ??= '';
  },
};
