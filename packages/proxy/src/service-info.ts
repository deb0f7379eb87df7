/** What a Service asks of the proxy. */
import { objectKey } from '@towtank/apimachinery';
import { canonicalIp, formatAddress, ipRanges, type Protocol } from '@towtank/network';
import type { TrafficPolicy } from './choose-endpoints.ts';
import { type Family, portKey } from './endpoint.ts';
import { SERVICE_PROXY_NAME_LABEL, type Service, type ServicePortSpec } from './proxied-kinds.ts';

/** Why an address leads to a Service. */
export type FrontendKind = 'clusterIP' | 'nodePort' | 'externalIP' | 'loadBalancer';

/** An address under which a Service port is reached. */
export interface Frontend {
  /** `protocol ip:port`. */
  readonly key: string;
  readonly kind: FrontendKind;
  readonly protocol: Protocol;
  readonly ip: string;
  readonly port: number;
  /** The node whose address it is, for the node port on a certain node. */
  readonly nodeName: string | undefined;
}

/** One port of a Service in one IP family. */
export interface ServicePortInfo {
  /** As endpoints are gathered: {@link portKey}. */
  readonly key: string;
  /** `namespace/name` of the Service. */
  readonly service: string;
  readonly name: string;
  readonly protocol: Protocol;
  readonly policy: TrafficPolicy;
  /** How long a client sticks to an endpoint; 0 without affinity. */
  readonly affinitySeconds: number;
  readonly frontends: readonly Frontend[];
  readonly nodePort: number | undefined;
  /** Whether load balancer addresses admit a client. */
  readonly admits: (client: string) => boolean;
}

/** An address of a node. */
export interface NodeAddress {
  readonly ip: string;
  readonly nodeName: string | undefined;
}

const DEFAULT_AFFINITY_SECONDS = 10_800;
const SOURCE_RANGES_ANNOTATION = 'service.beta.kubernetes.io/load-balancer-source-ranges';

const familyOf = (ip: string): Family => (ip.includes(':') ? 6 : 4);

/**
 * The ports of a Service that are to be proxied: none for headless and ExternalName Services, and for those that are
 * left to another proxy. `nodes` are the addresses on which node ports are served.
 */
export function servicePorts(service: Service, nodes: readonly NodeAddress[]): ServicePortInfo[] {
  const { spec = {}, metadata } = service;
  const { clusterIP = '', ports = [] } = spec;
  const isProxied = clusterIP !== '' && clusterIP !== 'None' && spec.type !== 'ExternalName';
  if (!isProxied || metadata.labels?.[SERVICE_PROXY_NAME_LABEL] !== undefined) return [];
  const clusterIps = (spec.clusterIPs ?? [clusterIP]).map(canonicalIp);
  return ports.flatMap((port) => {
    const protocol = protocolOf(port);
    if (protocol === undefined) return [];
    return clusterIps.map((ip) => portInfo(service, port, { protocol, clusterIp: ip, nodes }));
  });
}

function portInfo(
  service: Service,
  port: ServicePortSpec,
  { protocol, clusterIp, nodes }: { protocol: Protocol; clusterIp: string; nodes: readonly NodeAddress[] },
): ServicePortInfo {
  const { spec = {} } = service;
  const family = familyOf(clusterIp);
  const { name = '', nodePort } = port;
  const frontend = (kind: FrontendKind, ip: string, number: number, nodeName?: string): Frontend[] =>
    familyOf(ip) !== family
      ? []
      : [{ key: `${protocol} ${formatAddress(ip, number)}`, kind, protocol, ip, port: number, nodeName }];
  return {
    key: portKey(name, protocol, family),
    service: objectKey(service),
    name,
    protocol,
    policy: {
      internal: spec.internalTrafficPolicy === 'Local' ? 'Local' : 'Cluster',
      external: spec.externalTrafficPolicy === 'Local' ? 'Local' : 'Cluster',
    },
    affinitySeconds: affinitySeconds(service),
    nodePort: nodePort || undefined,
    admits: sourceFilter(service, family),
    frontends: [
      ...frontend('clusterIP', clusterIp, port.port),
      ...(spec.externalIPs ?? []).flatMap((ip) => frontend('externalIP', canonicalIp(ip), port.port)),
      ...ingressIps(service).flatMap((ip) => frontend('loadBalancer', ip, port.port)),
      ...(nodePort ? nodes.flatMap(({ ip, nodeName }) => frontend('nodePort', ip, nodePort, nodeName)) : []),
    ],
  };
}

function protocolOf({ protocol = 'TCP' }: ServicePortSpec): Protocol | undefined {
  if (protocol === 'TCP') return 'tcp';
  return protocol === 'UDP' ? 'udp' : undefined;
}

function affinitySeconds({ spec = {} }: Service): number {
  if (spec.sessionAffinity !== 'ClientIP') return 0;
  return spec.sessionAffinityConfig?.clientIP?.timeoutSeconds || DEFAULT_AFFINITY_SECONDS;
}

/** Traffic to an ingress with a host name, or in mode Proxy, is left to the load balancer. */
const ingressIps = ({ status }: Service): string[] =>
  (status?.loadBalancer?.ingress ?? []).flatMap(({ ip, ipMode = 'VIP' }) =>
    ip === undefined || ipMode !== 'VIP' ? [] : [canonicalIp(ip)],
  );

/** A list without ranges of a family leaves that family open. */
function sourceFilter({ spec = {}, metadata }: Service, family: Family): (client: string) => boolean {
  const annotation = metadata.annotations?.[SOURCE_RANGES_ANNOTATION];
  const ranges = spec.loadBalancerSourceRanges ?? (annotation ? annotation.split(',') : []);
  const own = ranges.map((range) => range.trim()).filter((range) => range !== '' && familyOf(range) === family);
  return own.length === 0 ? () => true : ipRanges(own);
}
