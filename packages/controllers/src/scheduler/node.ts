/** What scheduling reads of a Node and of the rules that bind Pods to Nodes. */
import type { GroupVersionResource, KubeObject } from '@towtank/apimachinery';
import type { Condition } from '../pod/pod.ts';

/** A taint on a Node. */
export interface Taint {
  key: string;
  value?: string;
  effect: string;
  timeAdded?: string;
}

/** A Pod's leave to ignore a taint. */
export interface Toleration {
  key?: string;
  operator?: string;
  value?: string;
  effect?: string;
  tolerationSeconds?: number;
}

/** A Node. */
export interface Node extends KubeObject {
  spec?: { unschedulable?: boolean; taints?: Taint[]; podCIDR?: string };
  status?: { conditions?: Condition[]; allocatable?: Record<string, string>; capacity?: Record<string, string> };
}

/** One requirement on labels or fields of a Node. */
export interface NodeRequirement {
  key: string;
  operator: string;
  values?: string[];
}

/** A set of requirements that must hold together. */
export interface NodeSelectorTerm {
  matchExpressions?: NodeRequirement[];
  matchFields?: NodeRequirement[];
}

export const NODES: GroupVersionResource = { group: '', version: 'v1', resource: 'nodes' };
