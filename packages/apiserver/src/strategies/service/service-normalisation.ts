/** What an update may leave out, and what a change of type takes along. */
import { deepEqual } from '../../registry/deep-equal.ts';
import {
  drop,
  isExternallyAccessible,
  needsClusterIp,
  needsHealthCheckPort,
  needsNodePort,
  nodePortsOf,
  type Service,
} from './service.ts';

/** On create, the singular address fills the plural. */
export function fillClusterIps({ spec }: Service): void {
  if (spec.clusterIP && (spec.clusterIPs ?? []).length === 0) spec.clusterIPs = [spec.clusterIP];
}

/** On update, allocated values that the request leaves out are those of before. */
export function keepAllocated(service: Service, old: Service): void {
  if (needsClusterIp(old) && needsClusterIp(service)) keepClusterIps(service, old);
  if (wantsNodePorts(old) && wantsNodePorts(service)) keepNodePorts(service, old);
  if (needsHealthCheckPort(old) && needsHealthCheckPort(service) && !service.spec.healthCheckNodePort)
    service.spec.healthCheckNodePort = old.spec.healthCheckNodePort as number;
  syncClusterIps(service, old);
}

/** Leaving node ports out gives them back where a load balancer asks for none. */
const wantsNodePorts = (service: Service): boolean =>
  needsNodePort(service) &&
  !(service.spec.type === 'LoadBalancer' && service.spec.allocateLoadBalancerNodePorts === false);

function keepClusterIps({ spec }: Service, old: Service): void {
  spec.clusterIP ||= old.spec.clusterIP as string;
  if ((spec.clusterIPs ?? []).length === 0) spec.clusterIPs = [...(old.spec.clusterIPs ?? [])];
}

/** A port keeps the node port of the old port of the same name, unless another port now asks for that number. */
function keepNodePorts(service: Service, old: Service): void {
  const used = new Set(nodePortsOf(service));
  const byName = new Map((old.spec.ports ?? []).map(({ name = '', nodePort }) => [name, nodePort]));
  for (const port of service.spec.ports ?? []) {
    const before = byName.get(port.name ?? '');
    if (port.nodePort || !before || used.has(before)) continue;
    port.nodePort = before;
    used.add(before);
  }
}

/** A request that speaks of the singular address only means the plural too. */
function syncClusterIps({ spec }: Service, old: Service): void {
  const before = old.spec.clusterIPs ?? [];
  if ((spec.clusterIP ?? '') === (old.spec.clusterIP ?? '')) {
    if ((spec.clusterIPs ?? []).length === 0 && before.length > 0) spec.clusterIPs = [...before];
    return;
  }
  if (!deepEqual(spec.clusterIPs ?? [], before)) return;
  if (spec.clusterIP) spec.clusterIPs = [spec.clusterIP];
  else delete spec.clusterIPs;
}

/** Wipes what the new type cannot use, where the request left it as it was; whatever it changed is for validation. */
export function dropTypeDependentFields(service: Service, old: Service): void {
  const { spec } = service;
  const same = (field: keyof Service['spec']): boolean => deepEqual(spec[field], old.spec[field]);
  if (needsClusterIp(old) && !needsClusterIp(service)) {
    if (same('clusterIP') && same('clusterIPs')) drop(spec, 'clusterIP', 'clusterIPs');
    if (same('ipFamilies')) drop(spec, 'ipFamilies');
    if (same('ipFamilyPolicy')) drop(spec, 'ipFamilyPolicy');
    if (same('internalTrafficPolicy')) drop(spec, 'internalTrafficPolicy');
  }
  if (needsNodePort(old) && !needsNodePort(service) && addsNoNodePort(service, old))
    for (const port of spec.ports ?? []) drop(port, 'nodePort');
  if (needsHealthCheckPort(old) && !needsHealthCheckPort(service) && same('healthCheckNodePort'))
    drop(spec, 'healthCheckNodePort');
  if (old.spec.type === 'LoadBalancer' && spec.type !== 'LoadBalancer') {
    if (same('allocateLoadBalancerNodePorts')) drop(spec, 'allocateLoadBalancerNodePorts');
    if (same('loadBalancerClass')) drop(spec, 'loadBalancerClass');
  }
  if (isExternallyAccessible(old) && !isExternallyAccessible(service) && same('externalTrafficPolicy'))
    drop(spec, 'externalTrafficPolicy');
}

/** Ports may come, go and change, as long as no node port is new. */
function addsNoNodePort(service: Service, old: Service): boolean {
  const before = nodePortsOf(old);
  return nodePortsOf(service).every((port) => before.includes(port));
}
