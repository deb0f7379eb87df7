/** Endpoints: the addresses of a Service in one object. */
import type { GroupVersionResource, KubeObject } from '@towtank/apimachinery';

/** A reference to the object behind an address. */
export interface TargetReference {
  kind?: string;
  namespace?: string;
  name?: string;
  uid?: string;
  apiVersion?: string;
  resourceVersion?: string;
  fieldPath?: string;
}

/** `subsets[].addresses[]`. */
export interface EndpointAddress {
  ip: string;
  hostname?: string;
  nodeName?: string;
  targetRef?: TargetReference;
}

/** `subsets[].ports[]`. */
export interface EndpointPort {
  name?: string;
  port: number;
  protocol?: string;
  appProtocol?: string;
}

/** Addresses that offer the same ports. */
export interface EndpointSubset {
  addresses?: EndpointAddress[];
  notReadyAddresses?: EndpointAddress[];
  ports?: EndpointPort[];
}

/** Endpoints. */
export interface Endpoints extends KubeObject {
  subsets?: EndpointSubset[] | null;
}

export const ENDPOINTS: GroupVersionResource = { group: '', version: 'v1', resource: 'endpoints' };
