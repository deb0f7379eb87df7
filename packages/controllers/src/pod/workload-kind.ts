/** What the parts of a controller have to know of its kind of workload. */
import type { GroupVersionResource, KubeObject, OwnerReference } from '@towtank/apimachinery';
import type { Pod } from './pod.ts';

/** How objects of a kind name themselves as owners. */
export interface OwnerKind {
  readonly apiVersion: string;
  readonly kind: string;
}

/** A kind of object that owns others: Pods, unless it says so. */
export interface WorkloadKind<O extends KubeObject, T extends KubeObject = Pod> extends OwnerKind {
  readonly gvr: GroupVersionResource;
  /** Whether the owner may own the object, by its selector and whatever else marks a member. */
  matches(owner: O, object: T): boolean;
}

/** The reference by which an object of the kind owns another as its controller. */
export const controllerReference = ({ apiVersion, kind }: OwnerKind, { metadata }: KubeObject): OwnerReference => ({
  apiVersion,
  kind,
  name: metadata.name ?? '',
  uid: metadata.uid ?? '',
  controller: true,
  blockOwnerDeletion: true,
});
