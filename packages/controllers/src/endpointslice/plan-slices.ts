/** Compares the slices of a Service with its Pods. */
import type { IpFamily, KubeObject } from '@towtank/apimachinery';
import type { Pod } from '../pod/pod.ts';
import { semanticEqual } from '../pod/template-hash.ts';
import { familyOf } from '../service/address-family.ts';
import { isPublishable } from '../service/pod-membership.ts';
import { PodMemo } from '../service/pod-memo.ts';
import type { Service } from '../service/service.ts';
import { EndpointSet } from './endpoint-set.ts';
import { type Endpoint, type EndpointSlice, endpointsOf, type SliceChanges, type SlicePort } from './endpoint-slice.ts';
import { isOwnedBy, newSlice, sliceLabels } from './new-slice.ts';
import { packSlices } from './pack-slices.ts';
import { type PodPorts, podEndpoint, podPortsOf, ZONE_LABEL } from './pod-endpoint.ts';
import { portsKey } from './slice-ports.ts';

/** What a plan is made from. */
export interface PlanInput {
  readonly service: Service;
  readonly pods: readonly Pod[];
  /** Slices of this address type. */
  readonly existing: readonly EndpointSlice[];
  readonly addressType: IpFamily;
  readonly node: (name: string) => KubeObject | undefined;
}

/** What to do, and which Pods had to be left out. */
export interface SlicePlan {
  readonly changes: SliceChanges;
  /** Slices that stay as they are. */
  readonly unchanged: EndpointSlice[];
  /** One sentence for each Pod that could not be published. */
  readonly skipped: string[];
}

interface PortGroup {
  readonly ports: readonly SlicePort[];
  readonly desired: EndpointSet;
}

/** The endpoint that a Pod was last, and the zone that its node was in. */
interface Remembered {
  readonly pod: Pod;
  zone?: string | undefined;
  made?: { readonly endpoint: Endpoint | undefined };
}

const PORTS = new PodMemo<PodPorts>();
const ENDPOINTS: Readonly<Record<IpFamily, PodMemo<Remembered>>> = { IPv4: new PodMemo(), IPv6: new PodMemo() };

function rememberedEndpoint(
  remembered: Remembered,
  node: KubeObject | undefined,
  service: Service,
  family: IpFamily,
): Endpoint | undefined {
  const zone = node?.metadata.labels?.[ZONE_LABEL];
  if (remembered.made === undefined || remembered.zone !== zone) {
    remembered.zone = zone;
    remembered.made = { endpoint: podEndpoint(remembered.pod, node, service, family) };
  }
  return remembered.made.endpoint;
}

/** The address types that a Service publishes. */
export function addressTypesOf({ spec }: Service): IpFamily[] {
  if (spec.ipFamilies !== undefined && spec.ipFamilies.length > 0) return [...spec.ipFamilies];
  return spec.clusterIP && spec.clusterIP !== 'None' ? [familyOf(spec.clusterIP)] : ['IPv4', 'IPv6'];
}

/** Plans the slices of one address type. A Service without any endpoint has one empty slice. */
export function planSlices(input: PlanInput): SlicePlan {
  const { service, existing, addressType } = input;
  const { groups, skipped } = groupByPorts(input);
  const changes: SliceChanges = { create: [], update: [], delete: [] };
  const existingByPorts = new Map<string, EndpointSlice[]>();
  for (const slice of existing) {
    const key = portsKey(slice.ports);
    if (!isOwnedBy(slice, service)) changes.delete.push(slice);
    else existingByPorts.set(key, [...(existingByPorts.get(key) ?? []), slice]);
  }
  for (const [key, { ports, desired }] of groups) {
    const packed = packSlices({ service, addressType, ports, existing: existingByPorts.get(key) ?? [], desired });
    changes.create.push(...packed.create);
    changes.update.push(...packed.update);
    changes.delete.push(...packed.delete);
  }
  for (const [key, slices] of existingByPorts) if (!groups.has(key)) changes.delete.push(...slices);
  keepPlaceholder(input, changes);
  const touched = new Set([...changes.update, ...changes.delete].map(({ metadata }) => metadata.name));
  return { changes, unchanged: existing.filter(({ metadata }) => !touched.has(metadata.name)), skipped };
}

function groupByPorts({ service, pods, addressType, node }: PlanInput): {
  groups: Map<string, PortGroup>;
  skipped: string[];
} {
  const groups = new Map<string, PortGroup>();
  const skipped: string[] = [];
  const { namespace, name } = service.metadata;
  const portsOf = PORTS.of(service, podPortsOf(service));
  const endpointOf = ENDPOINTS[addressType].of(service, (pod) => ({ pod }));
  for (const pod of pods) {
    if (!isPublishable(pod, true)) continue;
    const { ports, key } = portsOf(pod);
    const group = groups.get(key) ?? { ports, desired: new EndpointSet() };
    groups.set(key, group);
    const nodeName = pod.spec.nodeName ?? '';
    const found = nodeName === '' ? undefined : node(nodeName);
    if (found === undefined && !service.spec.publishNotReadyAddresses) {
      const pointer = `skipping Pod ${pod.metadata.name} for Service ${namespace}/${name}`;
      skipped.push(`${pointer}: Node ${nodeName} Not Found`);
      continue;
    }
    const endpoint = rememberedEndpoint(endpointOf(pod), found, service, addressType);
    if (endpoint !== undefined) group.desired.add(endpoint);
  }
  return { groups, skipped };
}

/** Where no slice would be left, an empty one takes the place; one that is there already stays untouched. */
function keepPlaceholder({ service, existing, addressType }: PlanInput, changes: SliceChanges): void {
  if (existing.length !== changes.delete.length || changes.create.length > 0) return;
  const [only] = changes.delete;
  const placeholder = newSlice(service, addressType, []);
  if (changes.delete.length === 1 && only !== undefined && isPlaceholder(only, service, placeholder))
    changes.delete = [];
  else changes.create.push(placeholder);
}

const isPlaceholder = (slice: EndpointSlice, service: Service, placeholder: EndpointSlice): boolean =>
  endpointsOf(slice).length === 0 &&
  (slice.ports ?? []).length === 0 &&
  semanticEqual(slice.metadata.labels, sliceLabels(service)) &&
  semanticEqual(slice.metadata.ownerReferences, placeholder.metadata.ownerReferences);
