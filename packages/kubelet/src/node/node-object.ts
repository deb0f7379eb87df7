/** The Node object that a kubelet registers. */
import { formatTime, type GroupVersionResource, type KubeObject } from '@towtank/apimachinery';

/** What can be said about a simulated node. Everything has a default. */
export interface NodeSpec {
  /** `node-1`, `node-2`, … by default. */
  readonly name?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly taints?: readonly { readonly key: string; readonly value?: string; readonly effect: string }[];
  /** Takes no new Pods. */
  readonly unschedulable?: boolean;
  /** What the node has; these are merged over 8 CPUs, 16 GiB and 110 Pods. */
  readonly capacity?: Readonly<Record<string, string>>;
  /** Becomes the label topology.kubernetes.io/zone. */
  readonly zone?: string;
  /** Becomes the label topology.kubernetes.io/region. */
  readonly region?: string;
  /** Range of the node's Pods, or one of each family with a comma; a part of the cluster's range by default. */
  readonly podCIDR?: string;
  /** Address of the node. */
  readonly address?: string;
}

/** A NodeSpec with everything decided. */
export interface ResolvedNode {
  readonly name: string;
  /** One for each family, the primary one first. */
  readonly podCIDRs: readonly string[];
  readonly address: string;
  readonly capacity: Readonly<Record<string, string>>;
  readonly spec: NodeSpec;
}

export const NODES: GroupVersionResource = { group: '', version: 'v1', resource: 'nodes' };

const CAPACITY: Readonly<Record<string, string>> = {
  cpu: '8',
  memory: '16Gi',
  'ephemeral-storage': '100Gi',
  'hugepages-1Gi': '0',
  'hugepages-2Mi': '0',
  pods: '110',
};
const KUBELET_PORT = 10_250;
const VERSION = 'v1.36.2';

/** Capacity with the defaults filled in. */
export const capacityOf = ({ capacity }: NodeSpec): Readonly<Record<string, string>> => ({ ...CAPACITY, ...capacity });

/** The object to register, status included. `systemUUID` tells two nodes of one name apart. */
export function nodeObject({ name, podCIDRs, spec }: ResolvedNode): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name,
      labels: {
        'beta.kubernetes.io/arch': 'amd64',
        'beta.kubernetes.io/os': 'linux',
        'kubernetes.io/arch': 'amd64',
        'kubernetes.io/hostname': name,
        'kubernetes.io/os': 'linux',
        ...(spec.zone === undefined ? {} : { 'topology.kubernetes.io/zone': spec.zone }),
        ...(spec.region === undefined ? {} : { 'topology.kubernetes.io/region': spec.region }),
        ...spec.labels,
      },
      annotations: { 'node.alpha.kubernetes.io/ttl': '0', ...spec.annotations },
    },
    spec: {
      podCIDR: podCIDRs[0],
      podCIDRs,
      ...(spec.taints === undefined ? {} : { taints: spec.taints }),
      ...(spec.unschedulable ? { unschedulable: true } : {}),
    },
  };
}

/** The status that a healthy node reports. */
export function nodeStatus({ name, address, capacity }: ResolvedNode, nowMs: number, ids: readonly string[]): object {
  const [machineID = '', systemUUID = '', bootID = ''] = ids;
  return {
    capacity,
    allocatable: capacity,
    conditions: healthyConditions(nowMs),
    addresses: [
      { type: 'InternalIP', address },
      { type: 'Hostname', address: name },
    ],
    daemonEndpoints: { kubeletEndpoint: { Port: KUBELET_PORT } },
    nodeInfo: {
      machineID: machineID.replaceAll('-', ''),
      systemUUID,
      bootID,
      kernelVersion: '6.12.0',
      osImage: 'towtank',
      containerRuntimeVersion: 'containerd://2.2.0',
      kubeletVersion: VERSION,
      kubeProxyVersion: '',
      operatingSystem: 'linux',
      architecture: 'amd64',
    },
  };
}

/** Conditions of a node that is well; `sinceMs` is when it became so. */
export function healthyConditions(nowMs: number, sinceMs: number = nowMs): object[] {
  const condition = (type: string, status: string, reason: string, message: string): object => ({
    type,
    status,
    lastHeartbeatTime: formatTime(nowMs),
    lastTransitionTime: formatTime(sinceMs),
    reason,
    message,
  });
  return [
    condition('MemoryPressure', 'False', 'KubeletHasSufficientMemory', 'kubelet has sufficient memory available'),
    condition('DiskPressure', 'False', 'KubeletHasNoDiskPressure', 'kubelet has no disk pressure'),
    condition('PIDPressure', 'False', 'KubeletHasSufficientPID', 'kubelet has sufficient PID available'),
    condition('Ready', 'True', 'KubeletReady', 'kubelet is posting ready status'),
  ];
}

/** Conditions of a node that nobody has heard of for too long. */
export function unknownConditions(lastMs: number, nowMs: number): object[] {
  return ['MemoryPressure', 'DiskPressure', 'PIDPressure', 'Ready'].map((type) => ({
    type,
    status: 'Unknown',
    lastHeartbeatTime: formatTime(lastMs),
    lastTransitionTime: formatTime(nowMs),
    reason: 'NodeStatusUnknown',
    message: 'Kubelet stopped posting node status.',
  }));
}
