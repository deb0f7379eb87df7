/** Who a connection or a query comes from. */
import type { KubeObject } from '@towtank/apimachinery';
import type { Source } from '@towtank/network';

/** A pod as an object or as `namespace/name`, or an address of its own. Nobody means a process outside the cluster. */
export type Caller = string | KubeObject | Source;

const isPod = (caller: KubeObject | Source): caller is KubeObject => 'metadata' in caller;

/**
 * The source that a caller is on the network. Throws an Error for a pod that there is not, or that has no address yet:
 * nobody can connect from there.
 */
export function sourceOf(caller: Caller, podOf: (key: string) => KubeObject | undefined): Source {
  if (typeof caller !== 'string') return isPod(caller) ? podSource(caller) : caller;
  const pod = podOf(caller);
  if (pod === undefined) throw new Error(`there is no pod "${caller}"`);
  return podSource(pod);
}

function podSource({ metadata, spec, status }: KubeObject): Source {
  const pod = `${metadata.namespace}/${metadata.name}`;
  if (!status?.podIP) throw new Error(`the pod "${pod}" has no address yet`);
  return { ip: status.podIP, pod, ...(spec?.nodeName ? { nodeName: spec.nodeName } : {}) };
}
