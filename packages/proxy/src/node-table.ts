/** The nodes as the proxy sees them: their addresses, zones and whether they are on their way out. */
import { canonicalIp } from '@towtank/network';
import { type Node, ZONE_LABEL } from './proxied-kinds.ts';
import type { NodeAddress } from './service-info.ts';

/** One node. */
export interface NodeInfo {
  readonly name: string;
  readonly zone: string | undefined;
  readonly ips: readonly string[];
  /** Whether load balancers may send new connections to it. */
  readonly eligible: boolean;
}

const TO_BE_DELETED_TAINT = 'ToBeDeletedByClusterAutoscaler';

/** Nodes by name. */
export class NodeTable {
  readonly #nodes = new Map<string, NodeInfo>();
  #addresses: readonly NodeAddress[] | undefined;

  /** Takes in a node; tells whether anything that matters has changed. */
  set(node: Node): boolean {
    const info = nodeInfo(node);
    const known = this.#nodes.get(info.name);
    this.#nodes.set(info.name, info);
    if (known !== undefined && JSON.stringify(known) === JSON.stringify(info)) return false;
    this.#addresses = undefined;
    return true;
  }

  delete(name: string): void {
    this.#nodes.delete(name);
    this.#addresses = undefined;
  }

  get(name: string): NodeInfo | undefined {
    return this.#nodes.get(name);
  }

  list(): NodeInfo[] {
    return [...this.#nodes.values()];
  }

  /** Every address of every node. */
  get addresses(): readonly NodeAddress[] {
    this.#addresses ??= this.list().flatMap(({ name, ips }) => ips.map((ip) => ({ ip, nodeName: name })));
    return this.#addresses;
  }
}

function nodeInfo({ metadata, spec, status }: Node): NodeInfo {
  const addresses = (status?.addresses ?? []).filter(({ type }) => type === 'InternalIP' || type === 'ExternalIP');
  return {
    name: metadata.name ?? '',
    zone: metadata.labels?.[ZONE_LABEL],
    ips: [...new Set(addresses.map(({ address }) => canonicalIp(address)))],
    eligible: metadata.deletionTimestamp === undefined && !spec?.taints?.some(({ key }) => key === TO_BE_DELETED_TAINT),
  };
}
