/** Slices of a Service: their metadata. */
import type { IpFamily } from '@towtank/apimachinery';
import { HEADLESS_LABEL, hasClusterIP, type Service } from '../service/service.ts';
import {
  type EndpointSlice,
  MANAGED_BY_LABEL,
  SERVICE_NAME_LABEL,
  type SlicePort,
  slicePrefix,
} from './endpoint-slice.ts';

/** The manager that slices of this controller name. */
export const SLICE_MANAGER = 'endpointslice-controller.k8s.io';

const RESERVED_LABELS = new Set([SERVICE_NAME_LABEL, MANAGED_BY_LABEL, HEADLESS_LABEL]);

/** An empty slice of a Service, without a name yet. */
export function newSlice(service: Service, addressType: IpFamily, ports: readonly SlicePort[]): EndpointSlice {
  const { name = '', namespace = '', uid = '' } = service.metadata;
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      generateName: slicePrefix(name),
      namespace,
      labels: sliceLabels(service),
      ownerReferences: [{ apiVersion: 'v1', kind: 'Service', name, uid, controller: true, blockOwnerDeletion: true }],
    },
    addressType,
    endpoints: null,
    ports: ports.length > 0 ? [...ports] : null,
  };
}

/** The labels of a Service's slices: its own, but for those that say what a slice is. */
export const sliceLabels = (service: Service): Record<string, string> => ({
  ...withoutReserved(service.metadata.labels),
  ...(hasClusterIP(service) ? {} : { [HEADLESS_LABEL]: '' }),
  [SERVICE_NAME_LABEL]: service.metadata.name ?? '',
  [MANAGED_BY_LABEL]: SLICE_MANAGER,
});

/** Whether a slice carries the labels of its Service. Reserved labels alone are no reason to write. */
export function hasLabelsOf(slice: EndpointSlice, service: Service): boolean {
  const [have, want] = [withoutReserved(slice.metadata.labels), withoutReserved(service.metadata.labels)];
  const names = Object.keys(want);
  return names.length === Object.keys(have).length && names.every((name) => have[name] === want[name]);
}

/** Whether the slice belongs to this very Service, and not to one that had its name before. */
export const isOwnedBy = ({ metadata }: EndpointSlice, service: Service): boolean =>
  (metadata.ownerReferences ?? []).some(
    ({ uid, kind, apiVersion }) => uid === service.metadata.uid && kind === 'Service' && apiVersion === 'v1',
  );

const withoutReserved = (labels: Record<string, string> = {}): Record<string, string> =>
  Object.fromEntries(Object.entries(labels).filter(([name]) => !RESERVED_LABELS.has(name)));
