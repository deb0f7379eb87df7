/** Keeps Endpoints within their capacity. */
import type { EndpointSubset } from './endpoints.ts';

/** Addresses that one Endpoints object holds at most. */
export const ENDPOINTS_CAPACITY = 1000;

/** How many addresses subsets hold. */
export const countAddresses = (subsets: readonly EndpointSubset[]): number =>
  subsets.reduce(
    (sum, { addresses = [], notReadyAddresses = [] }) => sum + addresses.length + notReadyAddresses.length,
    0,
  );

/**
 * Cuts subsets down to the capacity: ready addresses are kept first, what is left of the room is shared among the
 * subsets in proportion, rounded up, so that the last ones get less. Undefined where nothing has to be cut.
 */
export function truncateSubsets(subsets: readonly EndpointSubset[]): EndpointSubset[] | undefined {
  if (countAddresses(subsets) <= ENDPOINTS_CAPACITY) return undefined;
  const ready = subsets.reduce((sum, { addresses = [] }) => sum + addresses.length, 0);
  const cutsReady = ready > ENDPOINTS_CAPACITY;
  const list = cutsReady ? 'addresses' : 'notReadyAddresses';
  const room = cutsReady ? ENDPOINTS_CAPACITY : ENDPOINTS_CAPACITY - ready;
  const total = subsets.reduce((sum, subset) => sum + (subset[list]?.length ?? 0), 0);
  let left = room;
  return subsets.map(({ addresses, notReadyAddresses, ports }) => {
    const before = (cutsReady ? addresses : notReadyAddresses) ?? [];
    const kept = before.slice(0, Math.min(left, Math.ceil((before.length / total) * room)));
    left -= kept.length;
    return {
      ...(cutsReady ? {} : { addresses: addresses ?? [] }),
      ...(kept.length > 0 ? { [list]: kept } : {}),
      ...(ports === undefined ? {} : { ports }),
    };
  });
}
