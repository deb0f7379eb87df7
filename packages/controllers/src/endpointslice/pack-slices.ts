/** Packs endpoints with the same ports into slices, with as few writes as possible. */
import type { IpFamily } from '@towtank/apimachinery';
import type { Service } from '../service/service.ts';
import type { EndpointSet } from './endpoint-set.ts';
import { sameState } from './endpoint-set.ts';
import { type Endpoint, type EndpointSlice, endpointsOf, type SliceChanges, type SlicePort } from './endpoint-slice.ts';
import { hasLabelsOf, newSlice, sliceLabels } from './new-slice.ts';

/** Endpoints that one slice holds at most. */
export const MAX_ENDPOINTS_PER_SLICE = 100;

/** What to pack. */
export interface PackInput {
  readonly service: Service;
  readonly addressType: IpFamily;
  readonly ports: readonly SlicePort[];
  /** Slices that hold these ports now. */
  readonly existing: readonly EndpointSlice[];
  /** The endpoints there should be. */
  readonly desired: EndpointSet;
}

interface Sorted {
  readonly changed: EndpointSlice[];
  readonly unchanged: EndpointSlice[];
  readonly emptied: EndpointSlice[];
  /** Endpoints that are in no slice yet. */
  readonly homeless: Endpoint[];
}

/**
 * First every slice keeps what it should, changed and stale endpoints make it one to be written. Then new endpoints go
 * into slices that are written anyway, the fullest first. What is left goes into one untouched slice that can hold all
 * of it, or into new slices. Slices are never merged: that would cost more writes than it saves.
 */
export function packSlices(input: PackInput): SliceChanges {
  const { service, addressType, ports, desired } = input;
  const { changed, unchanged, emptied, homeless } = keepWanted(input);
  desired.settle(unchanged);
  for (const slice of [...changed].sort(fullestFirst)) fill(slice, homeless);
  const create: EndpointSlice[] = [];
  while (homeless.length > 0) {
    const room = homeless.length < MAX_ENDPOINTS_PER_SLICE ? sliceWithRoom(unchanged, homeless.length) : undefined;
    const slice = room === undefined ? newSlice(service, addressType, ports) : { ...room };
    fill(slice, homeless);
    if (room === undefined) create.push(slice);
    else changed.push(slice);
  }
  return { create, update: changed, delete: emptied };
}

function keepWanted({ service, existing, desired }: PackInput): Sorted {
  const settled = existing.filter((slice) => desired.isSettled(slice));
  const placement = desired.placement(settled);
  const sorted = { changed: [] as EndpointSlice[], unchanged: [...settled], emptied: [] as EndpointSlice[] };
  for (const slice of existing) {
    if (desired.isSettled(slice)) continue;
    const before = endpointsOf(slice);
    const kept: Endpoint[] = [];
    let stateChanged = false;
    for (const endpoint of before) {
      const wanted = placement.take(endpoint);
      if (wanted === undefined) continue;
      kept.push(wanted);
      stateChanged ||= !sameState(wanted, endpoint);
    }
    const endpointsChanged = stateChanged || kept.length !== before.length;
    if (endpointsChanged && kept.length === 0) sorted.emptied.push(slice);
    else if (endpointsChanged || !hasLabelsOf(slice, service)) sorted.changed.push(rewritten(slice, service, kept));
    else sorted.unchanged.push(slice);
  }
  return { ...sorted, homeless: placement.homeless };
}

const rewritten = (slice: EndpointSlice, service: Service, endpoints: Endpoint[]): EndpointSlice => ({
  ...slice,
  metadata: { ...slice.metadata, labels: sliceLabels(service) },
  endpoints: endpoints.length > 0 ? endpoints : null,
});

/** Moves as many of the endpoints into the slice as it can hold. */
function fill(slice: EndpointSlice, homeless: Endpoint[]): void {
  const more = homeless.splice(0, MAX_ENDPOINTS_PER_SLICE - endpointsOf(slice).length);
  if (more.length > 0) slice.endpoints = [...endpointsOf(slice), ...more];
}

const fullestFirst = (a: EndpointSlice, b: EndpointSlice): number => endpointsOf(b).length - endpointsOf(a).length;

/** The fullest of these slices that still has room for `count` more. */
function sliceWithRoom(slices: readonly EndpointSlice[], count: number): EndpointSlice | undefined {
  let best: EndpointSlice | undefined;
  for (const slice of slices) {
    const size = endpointsOf(slice).length;
    const fits = size + count <= MAX_ENDPOINTS_PER_SLICE;
    if (fits && (best === undefined || size > endpointsOf(best).length)) best = slice;
  }
  return best;
}
