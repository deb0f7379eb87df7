/** Which endpoints a connection may go to: traffic policies, topology and termination, as kube-proxy decides them. */
import type { Endpoint } from './endpoint.ts';

/** The traffic policies of a Service port. */
export interface TrafficPolicy {
  readonly internal: 'Cluster' | 'Local';
  readonly external: 'Cluster' | 'Local';
}

/** The node whose view decides. Without a name it is a load balancer before all nodes, to which each node is local. */
export interface Viewpoint {
  readonly nodeName?: string | undefined;
  readonly zone?: string | undefined;
}

/**
 * The kind of traffic: to a cluster IP, to an external address from outside, or to an external address from a pod or from
 * the node that translates, which short-circuits the external policy.
 */
export type TrafficClass = 'internal' | 'external' | 'short-circuit';

/** The endpoints to choose from, and a name for the set that stays the same while it is chosen for the same reason. */
export interface Choice {
  readonly scope: string;
  readonly endpoints: readonly Endpoint[];
}

/** What becomes of a connection. */
export type Verdict = Choice | 'refuse' | 'drop';

const isReady = (endpoint: Endpoint): boolean => endpoint.ready;
const isFallback = (endpoint: Endpoint): boolean => endpoint.serving && endpoint.terminating;

/**
 * Decides for one connection. `refuse` where the Service has no usable endpoint at all, `drop` where it has some but the
 * policy allows none of them. Endpoints that are neither ready nor serving while they terminate are never used.
 */
export function chooseEndpoints(
  endpoints: readonly Endpoint[],
  policy: TrafficPolicy,
  traffic: TrafficClass,
  viewpoint: Viewpoint,
): Verdict {
  if (!endpoints.some(isUsable)) return 'refuse';
  const choice = isLocalTraffic(policy, traffic) ? localSet(endpoints, viewpoint) : clusterSet(endpoints, viewpoint);
  return choice.endpoints.length === 0 ? 'drop' : choice;
}

/** The ready endpoints local to a node: what its health check reports. */
export const localReadyEndpoints = (endpoints: readonly Endpoint[], viewpoint: Viewpoint): Endpoint[] =>
  endpoints.filter((endpoint) => isReady(endpoint) && isLocal(endpoint, viewpoint));

/** Whether an endpoint may ever be used. */
export const isUsable = (endpoint: Endpoint): boolean => isReady(endpoint) || isFallback(endpoint);

function isLocalTraffic(policy: TrafficPolicy, traffic: TrafficClass): boolean {
  if (traffic === 'internal') return policy.internal === 'Local';
  return traffic === 'external' && policy.external === 'Local';
}

const isLocal = ({ nodeName }: Endpoint, viewpoint: Viewpoint): boolean =>
  viewpoint.nodeName === undefined || nodeName === viewpoint.nodeName;

function clusterSet(endpoints: readonly Endpoint[], viewpoint: Viewpoint): Choice {
  const ready = endpoints.filter(isReady);
  if (ready.length === 0) return { scope: 'terminating', endpoints: endpoints.filter(isFallback) };
  return (
    nearby(ready, 'node', viewpoint.nodeName) ??
    nearby(ready, 'zone', viewpoint.zone) ?? { scope: '', endpoints: ready }
  );
}

/** Hints count only when every ready endpoint has one and one of them names this place. */
function nearby(ready: readonly Endpoint[], kind: 'node' | 'zone', place: string | undefined): Choice | undefined {
  if (place === undefined) return undefined;
  const hintsOf = (endpoint: Endpoint): readonly string[] =>
    kind === 'node' ? endpoint.nodeHints : endpoint.zoneHints;
  if (ready.some((endpoint) => hintsOf(endpoint).length === 0)) return undefined;
  const near = ready.filter((endpoint) => hintsOf(endpoint).includes(place));
  return near.length === 0 ? undefined : { scope: `${kind} ${place}`, endpoints: near };
}

function localSet(endpoints: readonly Endpoint[], viewpoint: Viewpoint): Choice {
  const ready = localReadyEndpoints(endpoints, viewpoint);
  if (ready.length > 0) return { scope: `local ${viewpoint.nodeName ?? ''}`, endpoints: ready };
  const fallback = endpoints.filter((endpoint) => isFallback(endpoint) && isLocal(endpoint, viewpoint));
  return { scope: `local terminating ${viewpoint.nodeName ?? ''}`, endpoints: fallback };
}
