/** The allocators of one cluster. */
import { type Clock, parseCidr, type Random } from '@towtank/apimachinery';
import type { Storage } from '../../storage/storage.ts';
import { IpAddressObjects } from './ip-address-objects.ts';
import { IpAllocator } from './ip-allocator.ts';
import { NodePortAllocator } from './node-port-allocator.ts';
import type { ServiceAllocators } from './service-allocation.ts';
import { ServiceCidrTable } from './service-cidr-table.ts';

/** What allocators are built on. */
export interface AllocatorDependencies {
  readonly storage: Storage;
  readonly clock: Clock;
  readonly random: Random;
  /** The ranges that the cluster starts with: their families are those that Services can have, the primary one first. */
  readonly serviceCidrs: readonly string[];
}

/** The allocators, and what they stand on. */
export interface ClusterAllocators extends ServiceAllocators {
  readonly cidrs: ServiceCidrTable;
  readonly addresses: IpAddressObjects;
}

const NODE_PORTS = { first: 30_000, last: 32_767 };

/** Builds the allocators. Throws an Error for a CIDR that is none. */
export function buildAllocators({ storage, clock, random, serviceCidrs }: AllocatorDependencies): ClusterAllocators {
  const cidrs = new ServiceCidrTable();
  const chance = random.fork('ips');
  const addresses = new IpAddressObjects({ storage, clock, random: chance });
  const ips = serviceCidrs.map((cidr) => {
    const range = parseCidr(cidr);
    if (range === undefined) throw new Error(`${JSON.stringify(cidr)} is no CIDR such as 10.96.0.0/16`);
    return new IpAllocator({ family: range.family, cidrs, addresses, random: chance });
  });
  const nodePorts = new NodePortAllocator(NODE_PORTS, random.fork('node-ports'));
  const removeEndpoints = async (namespace: string, name: string): Promise<void> => {
    const stored = await storage.get('endpoints', `${namespace}/${name}`);
    if (stored !== undefined && (stored.object.metadata.finalizers ?? []).length === 0)
      await storage.delete('endpoints', stored.key, stored);
  };
  return { ips, nodePorts, removeEndpoints, cidrs, addresses };
}
