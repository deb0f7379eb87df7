/** Compares the slices of a Service with the endpoints that it should have. */
import type { IpFamily } from '@towtank/apimachinery';
import { semanticEqual } from '../pod/template-hash.ts';
import { familyOf } from '../service/address-family.ts';
import type { Service } from '../service/service.ts';
import type { DesiredEndpoints } from './desired-endpoints.ts';
import { type EndpointSlice, endpointsOf, type SliceChanges } from './endpoint-slice.ts';
import { isOwnedBy, newSlice, sliceLabels } from './new-slice.ts';
import { packSlices } from './pack-slices.ts';
import { portsKey } from './slice-ports.ts';

/** What a plan is made from. */
export interface PlanInput {
  readonly service: Service;
  readonly desired: DesiredEndpoints;
  /** Slices of this address type. */
  readonly existing: readonly EndpointSlice[];
  readonly addressType: IpFamily;
}

/** What to do. */
export interface SlicePlan {
  readonly changes: SliceChanges;
  /** Slices that stay as they are. */
  readonly unchanged: EndpointSlice[];
}

/** The address types that a Service publishes. */
export function addressTypesOf({ spec }: Service): IpFamily[] {
  if (spec.ipFamilies !== undefined && spec.ipFamilies.length > 0) return [...spec.ipFamilies];
  return spec.clusterIP && spec.clusterIP !== 'None' ? [familyOf(spec.clusterIP)] : ['IPv4', 'IPv6'];
}

/** Plans the slices of one address type. A Service without any endpoint has one empty slice. */
export function planSlices(input: PlanInput): SlicePlan {
  const { service, existing, addressType } = input;
  const { groups } = input.desired;
  const changes: SliceChanges = { create: [], update: [], delete: [] };
  const existingByPorts = new Map<string, EndpointSlice[]>();
  for (const slice of existing) {
    const key = portsKey(slice.ports);
    if (!isOwnedBy(slice, service)) changes.delete.push(slice);
    else existingByPorts.set(key, [...(existingByPorts.get(key) ?? []), slice]);
  }
  for (const [key, { ports, endpoints: desired }] of groups) {
    const packed = packSlices({ service, addressType, ports, existing: existingByPorts.get(key) ?? [], desired });
    changes.create.push(...packed.create);
    changes.update.push(...packed.update);
    changes.delete.push(...packed.delete);
  }
  for (const [key, slices] of existingByPorts) if (!groups.has(key)) changes.delete.push(...slices);
  keepPlaceholder(input, changes);
  const touched = new Set([...changes.update, ...changes.delete].map(({ metadata }) => metadata.name));
  return { changes, unchanged: existing.filter(({ metadata }) => !touched.has(metadata.name)) };
}

/** Where no slice would be left, an empty one takes the place; one that is there already stays untouched. */
function keepPlaceholder({ service, existing, addressType }: PlanInput, changes: SliceChanges): void {
  if (existing.length !== changes.delete.length || changes.create.length > 0) return;
  const [only] = changes.delete;
  const placeholder = newSlice(service, addressType, []);
  if (changes.delete.length === 1 && only !== undefined && isPlaceholder(only, service, placeholder))
    changes.delete = [];
  else changes.create.push(placeholder);
}

const isPlaceholder = (slice: EndpointSlice, service: Service, placeholder: EndpointSlice): boolean =>
  endpointsOf(slice).length === 0 &&
  (slice.ports ?? []).length === 0 &&
  semanticEqual(slice.metadata.labels, sliceLabels(service)) &&
  semanticEqual(slice.metadata.ownerReferences, placeholder.metadata.ownerReferences);
