/** The subsets that a Service should have, given its Pods. */
import { isPodReady, type Pod } from '../pod/pod.ts';
import { findPort } from '../service/find-port.ts';
import { addressesOfFamily, canonicalIP, familyOf } from '../service/ip-address.ts';
import { addressesOf, hostnameWithin, isPublishable } from '../service/pod-membership.ts';
import { hasClusterIP, type IpFamily, type Service } from '../service/service.ts';
import type { EndpointAddress, EndpointPort, EndpointSubset } from './endpoints.ts';
import { repackSubsets } from './repack-subsets.ts';

/** Computes the subsets, in canonical form. A Pod that lacks a named port is left out of that port only. */
export function desiredSubsets(service: Service, pods: readonly Pod[]): EndpointSubset[] {
  const publishNotReady = service.spec.publishNotReadyAddresses ?? false;
  const subsets: EndpointSubset[] = [];
  for (const pod of pods) {
    if (!isPublishable(pod, publishNotReady)) continue;
    const address = addressFor(service, pod);
    if (address === undefined) continue;
    const state = publishNotReady || isPodReady(pod) ? 'addresses' : 'notReadyAddresses';
    for (const ports of portLists(service, pod)) subsets.push({ [state]: [address], ports });
  }
  return repackSubsets(subsets);
}

/** One list for each port that the Pod has; a single empty list for a headless Service without ports. */
function portLists(service: Service, pod: Pod): EndpointPort[][] {
  const { ports = [] } = service.spec;
  if (ports.length === 0) return hasClusterIP(service) ? [] : [[]];
  return ports.flatMap((servicePort) => {
    const port = findPort(pod, servicePort);
    if (port === undefined) return [];
    const { name, protocol, appProtocol } = servicePort;
    return [[{ ...(name ? { name } : {}), port, protocol, ...(appProtocol ? { appProtocol } : {}) }]];
  });
}

/**
 * The Pod's first address of the Service's primary family. The node is always named, even by an empty name, which the
 * API refuses: Kubernetes does the same for a Pod that is ready without being bound.
 */
function addressFor(service: Service, pod: Pod): EndpointAddress | undefined {
  const [ip] = addressesOfFamily(addressesOf(pod), primaryFamily(service, pod));
  if (ip === undefined) return undefined;
  const { namespace, name, uid } = pod.metadata;
  const hostname = hostnameWithin(pod, service);
  return {
    ip,
    ...(hostname === undefined ? {} : { hostname }),
    nodeName: pod.spec.nodeName ?? '',
    targetRef: { kind: 'Pod', namespace: namespace ?? '', name: name ?? '', uid: uid ?? '' },
  };
}

function primaryFamily(service: Service, pod: Pod): IpFamily {
  const { ipFamilies = [], clusterIP } = service.spec;
  if (ipFamilies[0] !== undefined) return ipFamilies[0];
  const ip = hasClusterIP(service) ? clusterIP : addressesOf(pod)[0]?.ip;
  return familyOf(canonicalIP(ip ?? '') ?? '');
}
