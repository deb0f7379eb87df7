/** What controllers read of a Namespace. */
import type { GroupVersionResource, KubeObject } from '@towtank/apimachinery';
import type { Condition } from '../pod/pod.ts';

/** A Namespace. */
export interface Namespace extends KubeObject {
  spec?: { finalizers?: string[] };
  status?: { phase?: string; conditions?: Condition[] };
}

export const NAMESPACES: GroupVersionResource = { group: '', version: 'v1', resource: 'namespaces' };

/** Whether a namespace exists and takes new objects. */
export const isActiveNamespace = (namespace: KubeObject | undefined): boolean =>
  namespace !== undefined && (namespace as Namespace).status?.phase === 'Active';
