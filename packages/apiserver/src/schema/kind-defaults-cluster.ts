/** Defaults of networking, storage, scaling, policy and the cluster's own kinds. */
import type { Defaulter } from './defaulter.ts';
import { setOwn } from './own-property.ts';

const RBAC_GROUP = 'rbac.authorization.k8s.io';

const setNamespace: Defaulter = ({ metadata }) => {
  if (metadata.name) metadata.labels = { ...metadata.labels, 'kubernetes.io/metadata.name': metadata.name };
};

/** `stringData` is for writing only: it becomes data, and wins over data of the same name. */
const setSecret: Defaulter = (secret) => {
  secret.type ||= 'Opaque';
  if (secret.stringData === undefined) return;
  secret.data ??= {};
  for (const [name, text] of Object.entries(secret.stringData))
    setOwn(secret.data, name, Buffer.from(String(text)).toString('base64'));
  delete secret.stringData;
};

const setLimitRangeItem: Defaulter = (item) => {
  if (item.type !== 'Container') return;
  const limits = { ...item.max, ...item.default };
  const requests = { ...item.min, ...limits, ...item.defaultRequest };
  if (Object.keys(limits).length > 0) item.default = limits;
  if (Object.keys(requests).length > 0) item.defaultRequest = requests;
};

const scalingRules = (given: object | undefined, percentAndMore: object[], more: object): object => ({
  selectPolicy: 'Max',
  policies: percentAndMore,
  ...more,
  ...given,
});

const setAutoscaler: Defaulter = ({ spec }) => {
  spec.minReplicas ??= 1;
  if (!spec.metrics?.length)
    spec.metrics = [
      { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } } },
    ];
  if (spec.behavior === undefined) return;
  const percent = { type: 'Percent', value: 100, periodSeconds: 15 };
  const pods = { type: 'Pods', value: 4, periodSeconds: 15 };
  spec.behavior.scaleUp = scalingRules(spec.behavior.scaleUp, [pods, { ...percent }], {
    stabilizationWindowSeconds: 0,
  });
  spec.behavior.scaleDown = scalingRules(spec.behavior.scaleDown, [percent], {});
};

const setBinding: Defaulter = ({ roleRef }) => {
  roleRef.apiGroup ||= RBAC_GROUP;
};

const setCsiDriver: Defaulter = ({ spec }) => {
  spec.attachRequired ??= true;
  spec.podInfoOnMount ??= false;
  spec.storageCapacity ??= false;
  spec.fsGroupPolicy ??= 'ReadWriteOnceWithFSType';
  if (!spec.volumeLifecycleModes?.length) spec.volumeLifecycleModes = ['Persistent'];
  spec.requiresRepublish ??= false;
  spec.seLinuxMount ??= false;
};

const setDeviceCount: Defaulter = (request) => {
  request.allocationMode ||= 'ExactCount';
  if (request.allocationMode === 'ExactCount') request.count ||= 1;
};

/** The table of this file. */
export const CLUSTER_DEFAULTS: Readonly<Record<string, Defaulter>> = {
  'io.k8s.api.core.v1.Namespace': setNamespace,
  'io.k8s.api.core.v1.NamespaceStatus': (status) => {
    status.phase ||= 'Active';
  },
  'io.k8s.api.core.v1.NodeStatus': (status) => {
    if (status.allocatable === undefined && status.capacity !== undefined) status.allocatable = { ...status.capacity };
  },
  'io.k8s.api.core.v1.LimitRangeItem': setLimitRangeItem,
  'io.k8s.api.core.v1.Secret': setSecret,
  'io.k8s.api.core.v1.ServicePort': (port) => {
    if (!port.targetPort) port.targetPort = port.port;
  },
  'io.k8s.api.core.v1.EndpointPort': (port) => {
    port.protocol ||= 'TCP';
  },
  'io.k8s.api.core.v1.PersistentVolume': ({ spec, status }) => {
    status.phase ||= 'Pending';
    spec.persistentVolumeReclaimPolicy ||= 'Retain';
    spec.volumeMode ??= 'Filesystem';
  },
  'io.k8s.api.core.v1.PersistentVolumeClaim': ({ status }) => {
    status.phase ||= 'Pending';
  },
  'io.k8s.api.core.v1.PersistentVolumeClaimSpec': (spec) => {
    spec.volumeMode ??= 'Filesystem';
  },
  'io.k8s.api.discovery.v1.EndpointPort': (port) => {
    port.name ??= '';
    port.protocol ??= 'TCP';
  },
  'io.k8s.api.networking.v1.NetworkPolicyPort': (port) => {
    port.protocol ??= 'TCP';
  },
  'io.k8s.api.networking.v1.NetworkPolicy': ({ spec }) => {
    if (!spec.policyTypes?.length) spec.policyTypes = spec.egress?.length ? ['Ingress', 'Egress'] : ['Ingress'];
  },
  'io.k8s.api.networking.v1.IngressClass': ({ spec }) => {
    if (spec.parameters !== undefined) spec.parameters.scope ??= 'Cluster';
  },
  'io.k8s.api.autoscaling.v1.HorizontalPodAutoscaler': ({ spec }) => {
    spec.minReplicas ??= 1;
  },
  'io.k8s.api.autoscaling.v2.HorizontalPodAutoscaler': setAutoscaler,
  'io.k8s.api.rbac.v1.RoleBinding': setBinding,
  'io.k8s.api.rbac.v1.ClusterRoleBinding': setBinding,
  'io.k8s.api.rbac.v1.Subject': (subject) => {
    if (subject.kind === 'User' || subject.kind === 'Group') subject.apiGroup ||= RBAC_GROUP;
  },
  'io.k8s.api.scheduling.v1.PriorityClass': (priorityClass) => {
    priorityClass.preemptionPolicy ??= 'PreemptLowerPriority';
  },
  'io.k8s.api.storage.v1.StorageClass': (storageClass) => {
    storageClass.reclaimPolicy ??= 'Delete';
    storageClass.volumeBindingMode ??= 'Immediate';
  },
  'io.k8s.api.storage.v1.CSIDriver': setCsiDriver,
  'io.k8s.api.authentication.v1.TokenRequestSpec': (spec) => {
    spec.expirationSeconds ??= 3600;
  },
  'io.k8s.api.resource.v1.ExactDeviceRequest': setDeviceCount,
  'io.k8s.api.resource.v1.DeviceSubRequest': setDeviceCount,
};
