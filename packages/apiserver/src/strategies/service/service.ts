/** Services as the allocators and rules see them. */
import type { IpFamily, KubeObject } from '@towtank/apimachinery';

/** One port of a Service. */
export interface ServicePort {
  name?: string;
  protocol?: string;
  appProtocol?: string;
  port: number;
  targetPort?: number | string;
  nodePort?: number;
}

/** `spec` of a Service. */
export interface ServiceSpec {
  type: string;
  ports?: ServicePort[];
  selector?: Record<string, string>;
  clusterIP?: string;
  clusterIPs?: string[];
  ipFamilies?: IpFamily[];
  ipFamilyPolicy?: string;
  externalIPs?: string[];
  externalName?: string;
  sessionAffinity?: string;
  sessionAffinityConfig?: { clientIP?: { timeoutSeconds?: number } };
  externalTrafficPolicy?: string;
  internalTrafficPolicy?: string;
  healthCheckNodePort?: number;
  loadBalancerIP?: string;
  loadBalancerClass?: string;
  loadBalancerSourceRanges?: string[];
  allocateLoadBalancerNodePorts?: boolean;
  publishNotReadyAddresses?: boolean;
  trafficDistribution?: string;
}

/** A Service. */
export interface Service extends KubeObject {
  spec: ServiceSpec;
  status?: { loadBalancer?: { ingress?: { ip?: string; hostname?: string; ipMode?: string }[] } };
}

/** Whether the type has a virtual address. */
export const needsClusterIp = ({ spec }: Service): boolean => spec.type !== 'ExternalName';

/** Whether the type has node ports. */
export const needsNodePort = ({ spec }: Service): boolean => spec.type === 'NodePort' || spec.type === 'LoadBalancer';

/** Whether clients from outside reach it: the condition for an external traffic policy. */
export const isExternallyAccessible = (service: Service): boolean =>
  needsNodePort(service) || (service.spec.type === 'ClusterIP' && (service.spec.externalIPs ?? []).length > 0);

/** Whether it has a health check node port. */
export const needsHealthCheckPort = ({ spec }: Service): boolean =>
  spec.type === 'LoadBalancer' && spec.externalTrafficPolicy === 'Local';

/** The node ports of a Service, each once. */
export const nodePortsOf = ({ spec }: Service): number[] => [
  ...new Set((spec.ports ?? []).flatMap(({ nodePort }) => (nodePort ? [nodePort] : []))),
];

/** Whether it has no virtual address on purpose. */
export const isHeadless = ({ spec }: Service): boolean => (spec.clusterIPs?.[0] ?? spec.clusterIP) === 'None';

/** Removes fields, where they are set. */
export function drop<T extends object>(target: T, ...fields: (keyof T)[]): void {
  for (const field of fields) delete target[field];
}
