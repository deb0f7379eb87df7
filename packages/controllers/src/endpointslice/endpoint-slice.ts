/** EndpointSlices: the addresses of a Service in pieces. */
import type { GroupVersionResource, KubeObject } from '@towtank/apimachinery';
import type { TargetReference } from '../endpoints/endpoints.ts';

/** `endpoints[]` of a slice. */
export interface Endpoint {
  addresses: string[];
  conditions: { ready?: boolean; serving?: boolean; terminating?: boolean };
  hostname?: string;
  targetRef?: TargetReference;
  nodeName?: string;
  zone?: string;
  hints?: { forZones?: { name: string }[]; forNodes?: { name: string }[] };
}

/** `ports[]` of a slice. */
export interface SlicePort {
  name?: string;
  protocol?: string;
  port?: number;
  appProtocol?: string;
}

export type AddressType = 'IPv4' | 'IPv6' | 'FQDN';

/** An EndpointSlice. Empty lists are null, as Kubernetes writes them. */
export interface EndpointSlice extends KubeObject {
  addressType: AddressType;
  endpoints: Endpoint[] | null;
  ports: SlicePort[] | null;
}

export const ENDPOINT_SLICES: GroupVersionResource = {
  group: 'discovery.k8s.io',
  version: 'v1',
  resource: 'endpointslices',
};

export const SERVICE_NAME_LABEL = 'kubernetes.io/service-name';
export const MANAGED_BY_LABEL = 'endpointslice.kubernetes.io/managed-by';

/** What has to be done to slices. Those to create have no name yet. */
export interface SliceChanges {
  create: EndpointSlice[];
  update: EndpointSlice[];
  delete: EndpointSlice[];
}

export const endpointsOf = ({ endpoints }: EndpointSlice): readonly Endpoint[] => endpoints ?? [];

/** Whether a controller of this name looks after the slice. */
export const isManagedBy = ({ metadata }: EndpointSlice, manager: string): boolean =>
  metadata.labels?.[MANAGED_BY_LABEL] === manager;

/** The key of the Service that a slice belongs to; undefined when it names none. */
export function serviceKeyOf({ metadata }: EndpointSlice): string | undefined {
  const name = metadata.labels?.[SERVICE_NAME_LABEL];
  return name ? `${metadata.namespace}/${name}` : undefined;
}

/** The prefix of the names that slices of a Service get; the dash is left out where it would be one too many. */
export const slicePrefix = (name: string): string => (name.length < 253 ? `${name}-` : name);
