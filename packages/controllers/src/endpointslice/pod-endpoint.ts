/** The endpoint that a Pod is for a Service. */
import type { KubeObject } from '@towtank/apimachinery';
import { isPodReady, type Pod } from '../pod/pod.ts';
import { findPort } from '../service/find-port.ts';
import { addressesOfFamily } from '../service/ip-address.ts';
import { addressesOf, hostnameWithin } from '../service/pod-membership.ts';
import { hasClusterIP, type IpFamily, type Service } from '../service/service.ts';
import type { Endpoint, SlicePort } from './endpoint-slice.ts';
import { sortPorts } from './slice-ports.ts';

export const ZONE_LABEL = 'topology.kubernetes.io/zone';

/** The endpoint of one family; undefined when the Pod has no address of it. */
export function podEndpoint(
  pod: Pod,
  node: KubeObject | undefined,
  service: Service,
  family: IpFamily,
): Endpoint | undefined {
  const addresses = addressesOfFamily(addressesOf(pod), family);
  if (addresses.length === 0) return undefined;
  const serving = isPodReady(pod);
  const terminating = pod.metadata.deletionTimestamp !== undefined;
  const ready = (service.spec.publishNotReadyAddresses ?? false) || (serving && !terminating);
  const hostname = hostnameWithin(pod, service);
  const zone = node?.metadata.labels?.[ZONE_LABEL];
  const { namespace = '', name = '', uid = '' } = pod.metadata;
  return {
    addresses,
    conditions: { ready, serving, terminating },
    ...(hostname === undefined ? {} : { hostname }),
    targetRef: { kind: 'Pod', namespace, name, uid },
    ...(pod.spec.nodeName ? { nodeName: pod.spec.nodeName } : {}),
    ...(zone ? { zone } : {}),
  };
}

/** The ports that a Pod offers for a Service. A named port that the Pod lacks is left out. */
export function podPorts(pod: Pod, service: Service): SlicePort[] {
  const { ports = [] } = service.spec;
  if (ports.length === 0 && !hasClusterIP(service)) return [];
  const found = ports.flatMap((servicePort): SlicePort[] => {
    const port = findPort(pod, servicePort);
    if (port === undefined) return [];
    const { name = '', protocol, appProtocol } = servicePort;
    return [{ name, protocol, port, ...(appProtocol ? { appProtocol } : {}) }];
  });
  return sortPorts(found);
}
