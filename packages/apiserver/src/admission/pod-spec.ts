/** The parts of a Pod that admission reads and fills in. */

/** Amounts by the name of the resource, as they are written. */
export type ResourceList = Record<string, string | number>;

/** `resources` of a container, a pod or a claim. */
export interface ResourceRequirements {
  requests?: ResourceList;
  limits?: ResourceList;
}

/** A container, of whichever list. */
export interface Container {
  name: string;
  resources?: ResourceRequirements;
  volumeMounts?: { name: string; mountPath: string; readOnly?: boolean }[];
  restartPolicy?: string;
}

/** A volume. */
export interface Volume {
  name?: string;
  secret?: object;
  [source: string]: unknown;
}

/** A toleration. */
export interface Toleration {
  key?: string;
  operator?: string;
  value?: string;
  effect?: string;
  tolerationSeconds?: number;
}

/** `spec` of a Pod. */
export interface PodSpec {
  containers?: Container[];
  initContainers?: Container[];
  volumes?: Volume[];
  tolerations?: Toleration[];
  serviceAccountName?: string;
  serviceAccount?: string;
  automountServiceAccountToken?: boolean;
  imagePullSecrets?: { name?: string }[];
  priorityClassName?: string;
  priority?: number;
  preemptionPolicy?: string;
  activeDeadlineSeconds?: number;
  resources?: ResourceRequirements;
  overhead?: ResourceList;
  affinity?: {
    podAffinity?: PodAffinity;
    podAntiAffinity?: PodAffinity;
  };
}

/** Affinity to other pods, or its opposite. */
export interface PodAffinity {
  requiredDuringSchedulingIgnoredDuringExecution?: PodAffinityTerm[];
  preferredDuringSchedulingIgnoredDuringExecution?: { podAffinityTerm: PodAffinityTerm }[];
}

/** Which pods, in which namespaces. */
export interface PodAffinityTerm {
  namespaces?: string[];
  namespaceSelector?: object;
}

/** Init containers and containers, in the order in which they start. */
export const containersOf = ({ initContainers, containers }: PodSpec): Container[] => [
  ...(initContainers ?? []),
  ...(containers ?? []),
];
