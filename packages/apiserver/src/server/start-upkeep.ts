/** What the API server keeps in order by itself: its own ServiceCIDR, and what Services have been given. */
import type { Activity, Clock, Random, Transport } from '@towtank/apimachinery';
import { keepDefaultServiceCidr } from '../bootstrap/default-service-cidr.ts';
import { ServerEvents } from '../events/server-events.ts';
import { startRepair } from '../repair/start-repair.ts';
import type { Storage } from '../storage/storage.ts';
import type { ClusterAllocators } from '../strategies/service/build-allocators.ts';

/** What the upkeep works with. */
export interface UpkeepOptions {
  readonly storage: Storage;
  readonly clock: Clock;
  readonly random: Random;
  readonly allocators: ClusterAllocators;
  /** The ranges that the cluster starts with. */
  readonly serviceCidrs: readonly string[];
  /** Writes as the server itself. */
  readonly transport: Transport;
  readonly activity?: Activity | undefined;
}

/** Starts it, on a store that holds what a fresh cluster holds; the result stops it. */
export async function startUpkeep(options: UpkeepOptions): Promise<() => void> {
  const { storage, clock, allocators, serviceCidrs, transport, activity } = options;
  const random = options.random.fork('upkeep');
  const events = new ServerEvents({ transport, clock, random });
  const stopRepair = await startRepair({ storage, clock, events, allocators, activity });
  const stopKeeping = keepDefaultServiceCidr({ storage, clock, random, cidrs: serviceCidrs, events, activity });
  return () => {
    stopRepair();
    stopKeeping();
  };
}
