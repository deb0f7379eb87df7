/** How many endpoints each zone should have, by its share of the cluster's CPU. */

/** How far the load of one endpoint may exceed the mean. */
const OVERLOAD_TOLERANCE = 0.2;

/** What a zone gets. */
export interface Allocation {
  readonly minimum: number;
  readonly maximum: number;
  readonly desired: number;
}

/** Shares by zone; they add up to 1. */
export type ZoneShares = ReadonlyMap<string, number>;

/** Endpoints by zone. */
export type ZoneCounts = ReadonlyMap<string, number>;

const minimumOf = (desired: number): number => Math.ceil(desired * (1 / (1 + OVERLOAD_TOLERANCE)));

/** Allocates `endpoints` to zones, or says why that cannot be done. */
export function allocate(shares: ZoneShares | undefined, endpoints: number): Map<string, Allocation> | string {
  if (shares === undefined)
    return 'Insufficient Node information: allocatable CPU or zone not specified on one or more nodes';
  const counts = `(${endpoints} endpoints, ${shares.size} zones)`;
  if (shares.size > endpoints) return `Insufficient number of endpoints ${counts}`;
  const minimums = new Map([...shares].map(([zone, share]) => [zone, minimumOf(share * endpoints)]));
  const total = [...minimums.values()].reduce((sum, minimum) => sum + minimum, 0);
  if (total > endpoints)
    return `Unable to allocate minimum required endpoints to each zone without exceeding overload threshold ${counts}`;
  const allocations = new Map<string, Allocation>();
  for (const [zone, minimum] of minimums) {
    const desired = Math.max((shares.get(zone) ?? 0) * endpoints, minimum);
    allocations.set(zone, { minimum, maximum: minimum + endpoints - total, desired });
  }
  return allocations;
}

/** Whether some zone has too few of a Service's endpoints for its share. */
export function isOverloaded(counts: ZoneCounts, shares: ZoneShares | undefined): boolean {
  if (counts.size === 0) return false;
  if (shares === undefined) return true;
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
  return [...shares].some(([zone, share]) => (counts.get(zone) ?? -1) < minimumOf(total * share));
}

/** How many endpoints zones give to others, and receive from them, to come close to what is desired. */
export function transfers(
  allocations: ReadonlyMap<string, Allocation>,
  counts: ZoneCounts,
): { giving: Map<string, number>; receiving: Map<string, number> } {
  const surplus = new Map<string, number>();
  const need = new Map<string, number>();
  for (const [zone, { desired }] of allocations) {
    const difference = (counts.get(zone) ?? 0) - desired;
    if (difference > 0) surplus.set(zone, difference);
    else if (difference < 0) need.set(zone, -difference);
  }
  const giving = new Map<string, number>();
  const receiving = new Map<string, number>();
  for (;;) {
    const [giver, toGive] = largest(surplus);
    const [receiver, toReceive] = largest(need);
    // Less than half an endpoint is not worth a move, nor is one where neither side gains a whole one.
    const notWorth = toGive < 0.5 || toReceive < 0.5 || (toGive < 1 && toReceive < 1);
    if (giver === undefined || receiver === undefined || notWorth) return { giving, receiving };
    giving.set(giver, (giving.get(giver) ?? 0) + 1);
    surplus.set(giver, toGive - 1);
    receiving.set(receiver, (receiving.get(receiver) ?? 0) + 1);
    need.set(receiver, toReceive - 1);
  }
}

function largest(zones: ReadonlyMap<string, number>): [string | undefined, number] {
  let best: [string | undefined, number] = [undefined, 0];
  for (const [zone, value] of zones) if (value > best[1]) best = [zone, value];
  return best;
}
