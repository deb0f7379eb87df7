/** The slices that mirror hand-written Endpoints. */
import { canonicalLegacyIp, type IpFamily } from '@towtank/apimachinery';
import type { EndpointAddress, Endpoints } from '../endpoints/endpoints.ts';
import { repackSubsets } from '../endpoints/repack-subsets.ts';
import { EndpointSet, sameState } from '../endpointslice/endpoint-set.ts';
import {
  type Endpoint,
  type EndpointSlice,
  endpointsOf,
  MANAGED_BY_LABEL,
  SERVICE_NAME_LABEL,
  type SliceChanges,
  type SlicePort,
  slicePrefix,
} from '../endpointslice/endpoint-slice.ts';
import { portsKey, sortPorts } from '../endpointslice/slice-ports.ts';
import { semanticEqual } from '../pod/template-hash.ts';
import { familyOf } from '../service/address-family.ts';
import { TRIGGER_TIME_ANNOTATION } from '../service/service.ts';

/** The manager that mirrored slices name. */
export const MIRRORING_MANAGER = 'endpointslicemirroring-controller.k8s.io';

/** Addresses of one subset that are mirrored at most. */
export const MAX_ENDPOINTS_PER_SUBSET = 1000;

const LAST_APPLIED_ANNOTATION = 'kubectl.kubernetes.io/last-applied-configuration';

/** What to do, and what could not be mirrored. */
export interface MirrorPlan {
  readonly changes: SliceChanges;
  readonly invalidAddresses: number;
  /** Addresses left out for whatever reason, invalid ones included. */
  readonly skippedAddresses: number;
}

interface Group {
  readonly addressType: IpFamily;
  readonly ports: readonly SlicePort[];
  readonly desired: EndpointSet;
}

/** Plans one slice for each subset and family. There is no slice for no addresses. */
export function planMirroredSlices(endpoints: Endpoints, existing: readonly EndpointSlice[]): MirrorPlan {
  const { groups, invalidAddresses, skippedAddresses } = groupAddresses(endpoints);
  const changes: SliceChanges = { create: [], update: [], delete: [] };
  const byKey = new Map<string, EndpointSlice[]>();
  for (const slice of existing) {
    const key = groupKey(slice.addressType, slice.ports);
    byKey.set(key, [...(byKey.get(key) ?? []), slice]);
  }
  for (const [key, group] of groups) {
    const [first, ...others] = byKey.get(key) ?? [];
    byKey.delete(key);
    changes.delete.push(...others);
    if (first === undefined) changes.create.push(mirroredSlice(endpoints, group));
    else if (!isMirrorOf(first, endpoints, group.desired))
      changes.update.push(mirroredSlice(endpoints, group, first.metadata.name));
  }
  for (const slices of byKey.values()) changes.delete.push(...slices);
  return { changes, invalidAddresses, skippedAddresses };
}

function groupAddresses(endpoints: Endpoints): Omit<MirrorPlan, 'changes'> & { groups: Map<string, Group> } {
  const groups = new Map<string, Group>();
  let invalidAddresses = 0;
  let skippedAddresses = 0;
  for (const { addresses = [], notReadyAddresses = [], ports = [] } of repackSubsets(endpoints.subsets ?? [])) {
    const slicePorts = sortPorts(
      ports.map(({ name = '', port, protocol = 'TCP', appProtocol }) => ({
        name,
        protocol,
        port,
        ...(appProtocol === undefined ? {} : { appProtocol }),
      })),
    );
    let room = MAX_ENDPOINTS_PER_SUBSET;
    for (const [address, ready] of [...withState(addresses, true), ...withState(notReadyAddresses, false)]) {
      const endpoint = room > 0 ? endpointOf(address, ready) : undefined;
      if (endpoint === undefined) {
        skippedAddresses += 1;
        if (room > 0) invalidAddresses += 1;
        continue;
      }
      room -= 1;
      const addressType = familyOf(endpoint.addresses[0] ?? '');
      const key = groupKey(addressType, slicePorts);
      const group = groups.get(key) ?? { addressType, ports: slicePorts, desired: new EndpointSet() };
      groups.set(key, group);
      group.desired.add(endpoint);
    }
  }
  return { groups, invalidAddresses, skippedAddresses };
}

const withState = (addresses: readonly EndpointAddress[], ready: boolean): [EndpointAddress, boolean][] =>
  addresses.map((address) => [address, ready]);

const groupKey = (addressType: string, ports: readonly SlicePort[] | null): string =>
  `${addressType} ${portsKey(ports)}`;

function endpointOf({ ip, hostname, nodeName, targetRef }: EndpointAddress, ready: boolean): Endpoint | undefined {
  const address = canonicalLegacyIp(ip);
  if (address === undefined) return undefined;
  return {
    addresses: [address],
    conditions: { ready },
    ...(hostname ? { hostname } : {}),
    ...(targetRef === undefined ? {} : { targetRef }),
    ...(nodeName === undefined ? {} : { nodeName }),
  };
}

function mirroredSlice(endpoints: Endpoints, { addressType, ports, desired }: Group, name?: string): EndpointSlice {
  const { name: owner = '', namespace = '', uid = '' } = endpoints.metadata;
  const annotations = mirroredAnnotations(endpoints);
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      ...(name === undefined ? { generateName: slicePrefix(owner) } : { name }),
      namespace,
      labels: mirroredLabels(endpoints),
      ...(Object.keys(annotations).length > 0 ? { annotations } : {}),
      ownerReferences: [
        { apiVersion: 'v1', kind: 'Endpoints', name: owner, uid, controller: true, blockOwnerDeletion: true },
      ],
    },
    addressType,
    endpoints: desired.endpoints.slice(0, MAX_ENDPOINTS_PER_SUBSET),
    ports: ports.length > 0 ? [...ports] : null,
  };
}

const mirroredLabels = ({ metadata }: Endpoints): Record<string, string> => ({
  ...metadata.labels,
  [SERVICE_NAME_LABEL]: metadata.name ?? '',
  [MANAGED_BY_LABEL]: MIRRORING_MANAGER,
});

function mirroredAnnotations({ metadata }: Endpoints): Record<string, string> {
  const { [TRIGGER_TIME_ANNOTATION]: _, [LAST_APPLIED_ANNOTATION]: __, ...others } = metadata.annotations ?? {};
  return others;
}

function isMirrorOf(slice: EndpointSlice, endpoints: Endpoints, desired: EndpointSet): boolean {
  const current = endpointsOf(slice);
  return (
    current.length === desired.size &&
    current.every((endpoint) => {
      const wanted = desired.get(endpoint);
      return wanted !== undefined && sameState(wanted, endpoint);
    }) &&
    semanticEqual(slice.metadata.labels, mirroredLabels(endpoints)) &&
    semanticEqual(slice.metadata.annotations, mirroredAnnotations(endpoints))
  );
}
