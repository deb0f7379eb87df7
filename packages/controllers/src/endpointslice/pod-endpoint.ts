/** The endpoint that a Pod is for a Service. */
import type { IpFamily, KubeObject } from '@towtank/apimachinery';
import { isPodReady, type Pod } from '../pod/pod.ts';
import { addressesOfFamily } from '../service/address-family.ts';
import { findPort } from '../service/find-port.ts';
import { addressesOf, hostnameWithin } from '../service/pod-membership.ts';
import type { Service, ServicePort } from '../service/service.ts';
import type { Endpoint, SlicePort } from './endpoint-slice.ts';
import { portsKey, sortPorts } from './slice-ports.ts';

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

/** Ports of a Pod, with what tells whether two Pods offer the same. */
export interface PodPorts {
  readonly ports: readonly SlicePort[];
  readonly key: string;
}

/**
 * Tells which ports a Pod offers for a Service. A named port that the Pod lacks is left out. Pods whose ports have the
 * same numbers share one answer.
 */
export function podPortsOf(service: Service): (pod: Pod) => PodPorts {
  const known = new Map<string, PodPorts>();
  const servicePorts = service.spec.ports ?? [];
  return (pod) => {
    const numbers = servicePorts.map((servicePort) => findPort(pod, servicePort));
    const key = numbers.join();
    let found = known.get(key);
    if (found === undefined) {
      const ports = sortPorts(servicePorts.flatMap((servicePort, at) => slicePort(servicePort, numbers[at])));
      found = { ports, key: portsKey(ports) };
      known.set(key, found);
    }
    return found;
  };
}

function slicePort({ name = '', protocol, appProtocol }: ServicePort, port: number | undefined): SlicePort[] {
  return port === undefined ? [] : [{ name, protocol, port, ...(appProtocol ? { appProtocol } : {}) }];
}
