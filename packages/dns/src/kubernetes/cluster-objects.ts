/** The parts of Kubernetes objects that DNS reads, and the plain values it keeps of them. */
import { canonicalIp, ipVersionOf, type KubeObject } from '@towtank/apimachinery';

/** A Service (v1). */
export interface Service extends KubeObject {
  spec?: {
    type?: string;
    clusterIP?: string;
    clusterIPs?: string[];
    externalName?: string;
    ports?: { name?: string; port: number; protocol?: string }[];
  };
}

/** An EndpointSlice (discovery.k8s.io/v1). */
export interface EndpointSlice extends KubeObject {
  addressType?: string;
  endpoints?:
    | {
        addresses: string[];
        conditions?: { ready?: boolean | null };
        hostname?: string | null;
        targetRef?: { name?: string } | null;
      }[]
    | null;
  ports?: { name?: string | null; port?: number | null; protocol?: string | null }[] | null;
}

/** A Pod (v1). */
export interface Pod extends KubeObject {
  spec?: PodSpec;
  status?: { phase?: string; podIP?: string };
}

/** The parts of a pod's spec that decide on its DNS. */
export interface PodSpec {
  hostNetwork?: boolean;
  dnsPolicy?: string;
  dnsConfig?: {
    nameservers?: string[];
    searches?: string[];
    options?: { name?: string; value?: string }[];
  };
  // biome-ignore lint/suspicious/noExplicitAny: the other fields of a pod
  [field: string]: any;
}

/** One address that a name may lead to, with one of its ports. */
export interface Row {
  /** The name that has the address, without the zone: `10-6-0-1.web.shop.svc`. */
  readonly owner: string;
  /** An address, or the name that an ExternalName Service points to. */
  readonly host: string;
  /** 0 where the host is a name. */
  readonly family: 0 | 4 | 6;
  /** -1 where there is no port. */
  readonly port: number;
  /** Lower case; empty where the port has no name. */
  readonly portName: string;
  /** Lower case. */
  readonly protocol: string;
  /** The first label of an endpoint's owner in lower case; empty for a Service itself. */
  readonly label: string;
}

/** What DNS keeps of a Service. */
export interface ServiceRecord {
  readonly namespace: string;
  readonly name: string;
  readonly kind: 'external' | 'headless' | 'virtual';
  readonly externalName: string;
  readonly clusterIPs: readonly string[];
  readonly ports: readonly { readonly name: string; readonly port: number; readonly protocol: string }[];
}

/** What DNS keeps of an EndpointSlice: its ready addresses. */
export interface SliceRecord {
  /** `namespace/name` of the Service. */
  readonly serviceKey: string;
  readonly rows: readonly Row[];
  /** For reverse lookups: canonical addresses and the names that they have. */
  readonly addresses: readonly { readonly ip: string; readonly owner: string }[];
}

const NO_PORT = { name: '', port: -1, protocol: '' } as const;
const MAX_LABEL_LENGTH = 63;

/** Reduces a Service to what DNS answers from. */
export function serviceRecordOf({ metadata, spec = {} }: Service): ServiceRecord {
  const clusterIPs = spec.clusterIPs?.length ? spec.clusterIPs : [spec.clusterIP ?? ''];
  const kind = spec.type === 'ExternalName' ? 'external' : clusterIPs[0] === 'None' ? 'headless' : 'virtual';
  const ports = (spec.ports ?? []).map(({ name = '', port, protocol = 'TCP' }) => ({
    name: name.toLowerCase(),
    port,
    protocol: protocol.toLowerCase(),
  }));
  return {
    namespace: metadata.namespace ?? '',
    name: metadata.name ?? '',
    kind,
    externalName: spec.externalName ?? '',
    clusterIPs: kind === 'virtual' ? clusterIPs.filter((ip) => ipVersionOf(ip) !== 0) : [],
    ports: ports.length > 0 ? ports : [NO_PORT],
  };
}

/** Reduces a slice to its ready addresses; undefined where it belongs to no Service or holds no IP addresses. */
export function sliceRecordOf(slice: EndpointSlice, endpointPodNames: boolean): SliceRecord | undefined {
  const service = slice.metadata.labels?.['kubernetes.io/service-name'];
  if (!service || slice.addressType === 'FQDN') return undefined;
  const suffix = `${service}.${slice.metadata.namespace ?? ''}.svc`;
  const ports = slicePorts(slice);
  const rows: Row[] = [];
  const addresses: { ip: string; owner: string }[] = [];
  for (const { conditions, addresses: hosts, hostname, targetRef } of slice.endpoints ?? []) {
    // An unknown readiness counts as ready; so says the API's documentation of the field.
    if (conditions?.ready === false) continue;
    const podName = endpointPodNames ? targetRef?.name : undefined;
    for (const host of hosts) {
      const label = hostname || (podName && podName.length <= MAX_LABEL_LENGTH ? podName : dashedIp(host));
      const owner = `${label}.${suffix}`;
      const family = ipVersionOf(host);
      addresses.push({ ip: canonicalIp(host) ?? host, owner });
      for (const { name, port, protocol } of ports)
        rows.push({ owner, host, family, port, portName: name, protocol, label: label.toLowerCase() });
    }
  }
  return { serviceKey: `${slice.metadata.namespace ?? ''}/${service}`, rows, addresses };
}

function slicePorts({ ports }: EndpointSlice): readonly { name: string; port: number; protocol: string }[] {
  if (!ports?.length) return [NO_PORT];
  return ports.map(({ name, port, protocol }) => ({
    name: name?.toLowerCase() ?? '',
    port: port ?? -1,
    protocol: protocol?.toLowerCase() ?? '',
  }));
}

/** An address as a label: `10-6-0-1`; an IPv6 address that ends in a colon gets a 0, for no label may end in a dash. */
export function dashedIp(address: string): string {
  const dashed = address.replaceAll(address.includes('.') ? '.' : ':', '-');
  return dashed.endsWith('-') ? `${dashed}0` : dashed;
}

/** The address that a dashed label stands for, unchecked: three single dashes mean IPv4, anything else IPv6. */
export function undashedIp(label: string): string {
  const ipv4 = label.split('-').length === 4 && !label.includes('--');
  return label.replaceAll('-', ipv4 ? '.' : ':');
}
