/** All strategies of one cluster. */
import { type Clock, parseCidr, type Random } from '@towtank/apimachinery';
import type { Storage } from '../storage/storage.ts';
import { IpAllocator } from './service/ip-allocator.ts';
import { NodePortAllocator } from './service/node-port-allocator.ts';
import { createServiceStrategy } from './service/service-strategy.ts';
import { STATELESS_STRATEGIES, type StrategyTable } from './strategy-table.ts';

/** What strategies with a state are built on. */
export interface StrategyDependencies {
  readonly storage: Storage;
  readonly clock: Clock;
  readonly random: Random;
  readonly serviceCidrs: readonly string[];
  /** Strategies that are built elsewhere. */
  readonly more: StrategyTable;
}

const NODE_PORTS = { first: 30_000, last: 32_767 };

/** Builds the strategies. Throws an Error for a CIDR that is none. */
export function buildStrategies({ storage, clock, random, serviceCidrs, more }: StrategyDependencies): StrategyTable {
  const ips = serviceCidrs.map((cidr) => {
    const range = parseCidr(cidr);
    if (range === undefined) throw new Error(`${JSON.stringify(cidr)} is no CIDR such as 10.96.0.0/16`);
    return new IpAllocator({ range, storage, clock, random: random.fork('ips') });
  });
  const nodePorts = new NodePortAllocator(NODE_PORTS, random.fork('node-ports'));
  const removeEndpoints = async (namespace: string, name: string): Promise<void> => {
    const stored = await storage.get('endpoints', `${namespace}/${name}`);
    if (stored !== undefined && (stored.object.metadata.finalizers ?? []).length === 0)
      await storage.delete('endpoints', stored.key, stored);
  };
  return { ...STATELESS_STRATEGIES, ...more, services: createServiceStrategy({ ips, nodePorts, removeEndpoints }) };
}
