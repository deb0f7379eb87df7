/** ServiceCIDRs and IPAddresses, and which of the latter depend on which of the former. */
import {
  type GroupVersionResource,
  type IpRange,
  ipToNumber,
  type KubeObject,
  parseCidr,
  rangeContains,
  rangeCovers,
  rangesOverlap,
} from '@towtank/apimachinery';

/** A condition of a ServiceCIDR. */
export interface ServiceCidrCondition {
  readonly type: string;
  readonly status: string;
  readonly reason: string;
  readonly message: string;
}

/** A ServiceCIDR. */
export interface ServiceCidr extends KubeObject {
  spec?: { cidrs?: string[] };
  status?: { conditions?: ServiceCidrCondition[] };
}

export const SERVICE_CIDRS: GroupVersionResource = {
  group: 'networking.k8s.io',
  version: 'v1',
  resource: 'servicecidrs',
};
export const IP_ADDRESSES: GroupVersionResource = {
  group: 'networking.k8s.io',
  version: 'v1',
  resource: 'ipaddresses',
};

const MANAGED_BY_LABEL = 'ipaddress.kubernetes.io/managed-by';
const ALLOCATOR = 'ipallocator.k8s.io';

/** The ranges of a ServiceCIDR. */
export const rangesOf = ({ spec }: ServiceCidr): IpRange[] =>
  (spec?.cidrs ?? []).flatMap((cidr) => parseCidr(cidr) ?? []);

/** Whether two ServiceCIDRs have addresses in common. */
export const overlap = (one: ServiceCidr, other: ServiceCidr): boolean =>
  rangesOf(one).some((range) => rangesOf(other).some((another) => rangesOverlap(range, another)));

/** Whether the address belongs to a Service, which had it from the API server's allocator. */
export const isOfService = ({ metadata }: KubeObject): boolean => metadata.labels?.[MANAGED_BY_LABEL] === ALLOCATOR;

/** Whether a Service could have the address from this ServiceCIDR: the edges of a range are nobody's. */
export const canHold = (cidr: ServiceCidr, ip: string): boolean => rangesOf(cidr).some((range) => gives(range, ip));

function gives(range: IpRange, ip: string): boolean {
  if (!rangeContains(range, ip)) return false;
  const offset = ipToNumber(ip) - range.base;
  return offset > 0n && (range.family === 'IPv6' || offset < range.size - 1n);
}

/**
 * Whether a ServiceCIDR may go: others cover all of its ranges, or no address of a Service lies in it alone. Others count
 * even while they are being deleted themselves, as in Kubernetes.
 */
export function mayGo(cidr: ServiceCidr, all: readonly ServiceCidr[], addresses: readonly KubeObject[]): boolean {
  const others = all.filter(({ metadata }) => metadata.name !== cidr.metadata.name);
  const isCovered = (range: IpRange): boolean =>
    others.some((other) => rangesOf(other).some((outer) => rangeCovers(outer, range)));
  if (rangesOf(cidr).every(isCovered)) return true;
  return !addresses.some((address) => {
    const ip = address.metadata.name ?? '';
    return isOfService(address) && canHold(cidr, ip) && !others.some((other) => canHold(other, ip));
  });
}
