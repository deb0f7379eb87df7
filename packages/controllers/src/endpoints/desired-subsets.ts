/** The subsets that a Service should have, given its Pods. */
import type { IpFamily } from '@towtank/apimachinery';
import { isPodReady, type Pod } from '../pod/pod.ts';
import { addressesOfFamily, familyOf } from '../service/address-family.ts';
import { findPort } from '../service/find-port.ts';
import { addressesOf, hostnameWithin, isPublishable } from '../service/pod-membership.ts';
import { PodMemo } from '../service/pod-memo.ts';
import { hasClusterIP, type Service, type ServicePort } from '../service/service.ts';
import type { EndpointAddress, EndpointPort, EndpointSubset } from './endpoints.ts';
import { repackSubsets } from './repack-subsets.ts';

interface Group {
  readonly addresses: EndpointAddress[];
  readonly notReadyAddresses: EndpointAddress[];
  readonly ports: EndpointPort[];
}

const PLACES = new PodMemo<{ readonly address: EndpointAddress | undefined }>();

/** Computes the subsets, in canonical form. A Pod that lacks a named port is left out of that port only. */
export function desiredSubsets(service: Service, pods: Iterable<Pod>): EndpointSubset[] {
  const publishNotReady = service.spec.publishNotReadyAddresses ?? false;
  const groups = new Map<string, Group>();
  const placeOf = PLACES.of(service, (pod) => ({ address: addressFor(service, pod) }));
  for (const pod of pods) {
    if (!isPublishable(pod, publishNotReady)) continue;
    const { address } = placeOf(pod);
    if (address === undefined) continue;
    const state = publishNotReady || isPodReady(pod) ? 'addresses' : 'notReadyAddresses';
    for (const group of groupsOf(service, pod, groups)) group[state].push(address);
  }
  return repackSubsets([...groups.values()]);
}

/** The group of each port that the Pod has; a single one without ports for a headless Service that has none. */
function groupsOf(service: Service, pod: Pod, groups: Map<string, Group>): Group[] {
  const { ports = [] } = service.spec;
  if (ports.length === 0) return hasClusterIP(service) ? [] : [groupFor(groups, '', undefined)];
  const found: Group[] = [];
  for (const [at, servicePort] of ports.entries()) {
    const port = findPort(pod, servicePort);
    if (port === undefined) continue;
    found.push(groupFor(groups, `${at} ${port}`, { ...servicePort, port }));
  }
  return found;
}

function groupFor(groups: Map<string, Group>, key: string, servicePort: ServicePort | undefined): Group {
  let group = groups.get(key);
  if (group === undefined) {
    const ports = servicePort === undefined ? [] : [endpointPort(servicePort)];
    group = { addresses: [], notReadyAddresses: [], ports };
    groups.set(key, group);
  }
  return group;
}

const endpointPort = ({ name, port, protocol, appProtocol }: ServicePort): EndpointPort => ({
  ...(name ? { name } : {}),
  port,
  protocol,
  ...(appProtocol ? { appProtocol } : {}),
});

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
  return familyOf(ip ?? '');
}
