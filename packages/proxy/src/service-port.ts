/** One port of a Service: its endpoints, its balancer, and the decision about each connection to it. */
import type { Clock, Random } from '@towtank/apimachinery';
import type { RouteRequest, VirtualNetwork } from '@towtank/network';
import { chooseEndpoints, isUsable, type TrafficClass, type Verdict, type Viewpoint } from './choose-endpoints.ts';
import { Connection } from './connection.ts';
import type { ConnectionLog } from './connection-log.ts';
import type { Endpoint } from './endpoint.ts';
import { type BalancerMode, LoadBalancer } from './load-balancer.ts';
import type { NodeTable } from './node-table.ts';
import type { Frontend, ServicePortInfo } from './service-info.ts';

/** What all parts of a proxy share. */
export interface ProxyContext {
  readonly network: VirtualNetwork;
  readonly clock: Clock;
  readonly random: Random;
  readonly mode: BalancerMode;
  readonly nodes: NodeTable;
  /** The node that the proxy stands on, for callers and frontends that name none. */
  readonly nodeName: string | undefined;
  readonly udpIdleMs: number;
  readonly connections: ConnectionLog;
  /** Where connections go that are accepted for want of an endpoint, and ended at once; nothing where they are refused. */
  readonly dead: { readonly host: string; readonly port: number } | undefined;
}

const NO_ENDPOINTS: ReadonlyMap<string, Endpoint> = new Map();

/** The state behind the frontends of one Service port and IP family. */
export class ServicePort {
  readonly context: ProxyContext;
  readonly balancer: LoadBalancer;
  #info: ServicePortInfo;
  #endpoints: ReadonlyMap<string, Endpoint> = NO_ENDPOINTS;
  #verdicts = new Map<string, Verdict>();

  constructor(context: ProxyContext, info: ServicePortInfo) {
    this.context = context;
    this.#info = info;
    this.balancer = new LoadBalancer(context);
    this.balancer.setAffinity(info.affinitySeconds);
  }

  get info(): ServicePortInfo {
    return this.#info;
  }

  get endpoints(): ReadonlyMap<string, Endpoint> {
    return this.#endpoints;
  }

  /** Takes in a new state of the Service or its endpoints, or of the nodes. */
  update(info: ServicePortInfo, endpoints: ReadonlyMap<string, Endpoint> = NO_ENDPOINTS): void {
    this.#info = info;
    this.#endpoints = endpoints;
    this.#verdicts = new Map();
    this.balancer.setAffinity(info.affinitySeconds);
    if (info.affinitySeconds > 0) this.balancer.retain(keptBy(endpoints));
  }

  /** Whether any endpoint may be used at all; without one, every frontend refuses. */
  get isUsable(): boolean {
    for (const endpoint of this.#endpoints.values()) if (isUsable(endpoint)) return true;
    return false;
  }

  /** Decides about a connection to a frontend. */
  decide(frontend: Frontend, { from }: RouteRequest): Verdict {
    if (frontend.kind === 'loadBalancer' && !this.#info.admits(from.ip)) return 'drop';
    const nodeName = frontend.nodeName ?? from.nodeName ?? this.context.nodeName;
    const traffic = trafficClass(frontend, from.pod !== undefined, from.nodeName);
    const key = `${traffic} ${nodeName ?? ''}`;
    let verdict = this.#verdicts.get(key);
    if (verdict === undefined) {
      verdict = chooseEndpoints([...this.#endpoints.values()], this.#info.policy, traffic, this.#viewpoint(nodeName));
      this.#verdicts.set(key, verdict);
    }
    return verdict;
  }

  /** Begins the record of a connection. */
  open(frontend: Frontend, { from }: RouteRequest): Connection {
    return new Connection(this.#info, frontend, { client: from, openedAt: this.context.clock.now() });
  }

  /** Records a connection that went no further. */
  reject(connection: Connection, outcome: 'refused' | 'dropped' | 'failed'): void {
    connection.ended(outcome, this.context.clock.now());
    this.context.connections.note({ type: 'rejected', connection });
  }

  #viewpoint(nodeName: string | undefined): Viewpoint {
    return nodeName === undefined ? {} : { nodeName, zone: this.context.nodes.get(nodeName)?.zone };
  }
}

function trafficClass(frontend: Frontend, isPod: boolean, clientNode: string | undefined): TrafficClass {
  if (frontend.kind === 'clusterIP') return 'internal';
  const isOwnNode = clientNode !== undefined && (frontend.nodeName ?? clientNode) === clientNode;
  return isPod || isOwnNode ? 'short-circuit' : 'external';
}

/** A pin lasts while its endpoint is ready; terminating ones count only while nothing else is left. */
function keptBy(endpoints: ReadonlyMap<string, Endpoint>): (key: string) => boolean {
  const anyReady = [...endpoints.values()].some(({ ready }) => ready);
  return (key) => {
    const endpoint = endpoints.get(key);
    return endpoint !== undefined && (anyReady ? endpoint.ready : isUsable(endpoint));
  };
}
