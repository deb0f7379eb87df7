/** Puts hints on the endpoints of slices. */
import { semanticEqual } from '../pod/template-hash.ts';
import { type Endpoint, type EndpointSlice, endpointsOf, type SliceChanges } from './endpoint-slice.ts';

export type Hints = Endpoint['hints'];

/** What a plan does and leaves alone. */
export interface PlannedSlices {
  readonly changes: SliceChanges;
  readonly unchanged: readonly EndpointSlice[];
}

/**
 * Gives every endpoint the hints that `hintsFor` answers. Slices that would have stayed as they are become ones to
 * update where their hints are wrong.
 */
export function withHints(
  { changes, unchanged }: PlannedSlices,
  hintsFor: (endpoint: Endpoint) => Hints,
): PlannedSlices {
  const isRight = (slice: EndpointSlice): boolean =>
    endpointsOf(slice).every((endpoint) => semanticEqual(endpoint.hints, hintsFor(endpoint)));
  const hinted = (slice: EndpointSlice): EndpointSlice => hintSlice(slice, hintsFor);
  return {
    changes: {
      create: changes.create.map(hinted),
      update: [...changes.update, ...unchanged.filter((slice) => !isRight(slice))].map(hinted),
      delete: changes.delete,
    },
    unchanged: unchanged.filter(isRight),
  };
}

function hintSlice(slice: EndpointSlice, hintsFor: (endpoint: Endpoint) => Hints): EndpointSlice {
  if (slice.endpoints === null) return slice;
  const endpoints = endpointsOf(slice).map((endpoint): Endpoint => {
    const { hints: _, ...bare } = endpoint;
    const hints = hintsFor(endpoint);
    return hints === undefined ? bare : { ...bare, hints };
  });
  return { ...slice, endpoints };
}

/** No hints at all. Few Services have any, so that there is nothing to do but to see it. */
export const withoutHints = (planned: PlannedSlices): PlannedSlices => {
  const { create, update } = planned.changes;
  return [create, update, planned.unchanged].some((slices) => slices.some(hasHints))
    ? withHints(planned, () => undefined)
    : planned;
};

/** Slices do not change, but for those that are planned at the moment. */
const knownHints = new WeakMap<EndpointSlice, boolean>();

function hasHints(slice: EndpointSlice): boolean {
  const known = knownHints.get(slice);
  if (known !== undefined) return known;
  const found = endpointsOf(slice).some(({ hints }) => hints !== undefined);
  if (Object.isFrozen(slice)) knownHints.set(slice, found);
  return found;
}

const CLOSE = new Set(['PreferClose', 'PreferSameZone', 'PreferSameNode']);

/** Whether `spec.trafficDistribution` asks for hints. */
export const asksForHints = (distribution: string | undefined): distribution is string =>
  distribution !== undefined && CLOSE.has(distribution);

/** Hints by which traffic stays in its zone, or on its node: every ready endpoint serves where it is. */
export const withDistributionHints = (planned: PlannedSlices, distribution: string): PlannedSlices =>
  withHints(planned, ({ conditions, hints, zone, nodeName }) => {
    if (!conditions.ready) return hints;
    const forNodes = distribution === 'PreferSameNode' && nodeName !== undefined ? [{ name: nodeName }] : undefined;
    if (zone === undefined && forNodes === undefined) return undefined;
    return {
      ...(zone === undefined ? {} : { forZones: [{ name: zone }] }),
      ...(forNodes === undefined ? {} : { forNodes }),
    };
  });
