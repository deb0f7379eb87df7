/** `/healthz` and `/livez` of the proxy, by which load balancers choose nodes. */
import type { Activity, Clock } from '@towtank/apimachinery';
import type { VirtualNetwork } from '@towtank/network';
import { type NodeAnswer, NodeServers } from './node-servers.ts';
import type { NodeTable } from './node-table.ts';

/** What health is told from. */
export interface ProxyHealthOptions {
  readonly network: VirtualNetwork;
  readonly activity: Activity;
  readonly clock: Clock;
  readonly nodes: NodeTable;
  /** When the proxy last took in a change, in milliseconds since the epoch. */
  readonly lastUpdated: () => number;
}

/**
 * Serves health on nodes. `/healthz` fails on a node that is being deleted, so that load balancers drain it; `/livez` does
 * not, since the proxy itself is well.
 */
export function proxyHealth({ network, activity, clock, nodes, lastUpdated }: ProxyHealthOptions): NodeServers {
  const answer = (nodeName: string | undefined, path: string): NodeAnswer => {
    const times = {
      lastUpdated: new Date(lastUpdated()).toISOString(),
      currentTime: new Date(clock.now()).toISOString(),
    };
    if (path.startsWith('/livez')) return { status: 200, body: { ...times, healthy: true } };
    if (!path.startsWith('/healthz')) return { status: 404, body: { error: 'not found' } };
    const nodeEligible = nodeName === undefined || nodes.get(nodeName)?.eligible !== false;
    return { status: nodeEligible ? 200 : 503, body: { ...times, healthy: nodeEligible, nodeEligible } };
  };
  return new NodeServers({ network, activity, answer });
}
