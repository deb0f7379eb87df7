/** Finds the slices of a Service in a shared cache. */
import type { Informer } from '@towtank/client';
import { type EndpointSlice, isManagedBy, serviceKeyOf } from './endpoint-slice.ts';

const SERVICE_INDEX = 'service';
const indexed = new WeakSet<Informer<EndpointSlice>>();

/** Makes slices findable by {@link slicesOf}; an informer is indexed once, whoever asks. */
export function indexByService(slices: Informer<EndpointSlice>): void {
  if (indexed.has(slices)) return;
  indexed.add(slices);
  slices.addIndex(SERVICE_INDEX, (slice) => [serviceKeyOf(slice)]);
}

/** The slices of a Service that this manager looks after and that are not being deleted, by name. */
export const slicesOf = (slices: Informer<EndpointSlice>, serviceKey: string, manager: string): EndpointSlice[] =>
  slices
    .byIndex(SERVICE_INDEX, serviceKey)
    .filter((slice) => isManagedBy(slice, manager) && slice.metadata.deletionTimestamp === undefined)
    .sort((a, b) => ((a.metadata.name ?? '') < (b.metadata.name ?? '') ? -1 : 1));
