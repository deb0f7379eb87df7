/** The endpoints that a Service should have in one address family, kept up to date by the Pods that change. */
import type { IpFamily, KubeObject } from '@towtank/apimachinery';
import type { Pod } from '../pod/pod.ts';
import type { ListChange } from '../service/list-changes.ts';
import { isPublishable } from '../service/pod-membership.ts';
import type { Service } from '../service/service.ts';
import { EndpointSet } from './endpoint-set.ts';
import type { Endpoint, SlicePort } from './endpoint-slice.ts';
import { podEndpoint, podPortsOf, ZONE_LABEL } from './pod-endpoint.ts';

/** Finds a node by its name. */
export type NodeLookup = (name: string) => KubeObject | undefined;

/** Endpoints that share their ports. */
export interface PortGroup {
  readonly ports: readonly SlicePort[];
  readonly endpoints: EndpointSet;
  /** Pods of these ports, those without an endpoint included. */
  pods: number;
}

interface Place {
  readonly key: string;
  readonly group: PortGroup;
  /** Undefined where the Pod has no address of the family, or its node is not known. */
  readonly endpoint: Endpoint | undefined;
}

/** Stands for the zone of a node that is not known. */
const NO_NODE = null;

/** Endpoints by their ports, for one state of a Service. */
export class DesiredEndpoints {
  readonly #service: Service;
  readonly #family: IpFamily;
  readonly #portsOf: ReturnType<typeof podPortsOf>;
  readonly #groups = new Map<string, PortGroup>();
  readonly #places = new Map<Pod, Place>();
  /** Pods without a node, with a sentence about each. */
  readonly #skipped = new Map<Pod, string>();
  /** Zones of the nodes that Pods are on, as they were when the endpoints were made. */
  readonly #zones = new Map<string, string | undefined | typeof NO_NODE>();

  constructor(service: Service, family: IpFamily) {
    this.#service = service;
    this.#family = family;
    this.#portsOf = podPortsOf(service);
  }

  /** Groups by the key of their ports. */
  get groups(): ReadonlyMap<string, PortGroup> {
    return this.#groups;
  }

  /** One sentence for each Pod that cannot be published. */
  get skipped(): string[] {
    return [...this.#skipped.values()];
  }

  /** Takes in Pods that have left or come. All are looked at again where the zone of a node is no longer the same. */
  update({ gone, come }: ListChange<Pod>, node: NodeLookup): void {
    for (const pod of gone) this.#remove(pod);
    const hasMoved = [...this.#zones].some(([name, zone]) => zoneOf(node(name)) !== zone);
    const again = hasMoved ? [...this.#places.keys()] : [];
    for (const pod of again) this.#remove(pod);
    if (hasMoved) this.#zones.clear();
    for (const pod of again) this.#add(pod, node);
    for (const pod of come) this.#add(pod, node);
  }

  #add(pod: Pod, node: NodeLookup): void {
    if (!isPublishable(pod, true)) return;
    const { ports, key } = this.#portsOf(pod);
    const group = this.#groups.get(key) ?? { ports, endpoints: new EndpointSet(), pods: 0 };
    this.#groups.set(key, group);
    group.pods += 1;
    const endpoint = this.#endpointOf(pod, node);
    if (endpoint !== undefined) group.endpoints.add(endpoint);
    this.#places.set(pod, { key, group, endpoint });
  }

  #endpointOf(pod: Pod, node: NodeLookup): Endpoint | undefined {
    const { nodeName = '' } = pod.spec;
    const found = nodeName === '' ? undefined : node(nodeName);
    if (nodeName !== '') this.#zones.set(nodeName, zoneOf(found));
    if (found !== undefined || this.#service.spec.publishNotReadyAddresses)
      return podEndpoint(pod, found, this.#service, this.#family);
    const { namespace, name } = this.#service.metadata;
    const pointer = `skipping Pod ${pod.metadata.name} for Service ${namespace}/${name}`;
    this.#skipped.set(pod, `${pointer}: Node ${nodeName} Not Found`);
    return undefined;
  }

  #remove(pod: Pod): void {
    const place = this.#places.get(pod);
    if (place === undefined) return;
    this.#places.delete(pod);
    this.#skipped.delete(pod);
    const { key, group, endpoint } = place;
    if (endpoint !== undefined) group.endpoints.remove(endpoint);
    group.pods -= 1;
    if (group.pods === 0) this.#groups.delete(key);
  }
}

const zoneOf = (node: KubeObject | undefined): string | undefined | typeof NO_NODE =>
  node === undefined ? NO_NODE : node.metadata.labels?.[ZONE_LABEL];
