/** Topology-aware hints: spreads the endpoints of a Service over zones by their share of CPU. */
import { type KubeObject, parseQuantity } from '@towtank/apimachinery';
import { findCondition } from '../pod/pod.ts';
import { type Endpoint, type EndpointSlice, endpointsOf } from './endpoint-slice.ts';
import { ZONE_LABEL } from './pod-endpoint.ts';
import { type Hints, type PlannedSlices, withHints, withoutHints } from './slice-hints.ts';
import { type Allocation, allocate, isOverloaded, transfers, type ZoneShares } from './zone-allocation.ts';

/** An event to record about the Service. */
export interface HintsEvent {
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
}

/** Slices with their hints, and what to tell about it. */
export interface HintedSlices {
  readonly planned: PlannedSlices;
  readonly events: readonly HintsEvent[];
}

/** Whether a Service's annotations ask for hints by topology. The older annotation wins where both are set. */
export function wantsTopologyHints(annotations: Record<string, string> | undefined): boolean {
  const mode =
    annotations?.['service.kubernetes.io/topology-aware-hints'] ?? annotations?.['service.kubernetes.io/topology-mode'];
  return mode === 'Auto' || mode === 'auto';
}

const disabled = (why: string, addressType: string): HintsEvent => ({
  type: 'Warning',
  reason: 'TopologyAwareHintsDisabled',
  message: `${why}, addressType: ${addressType}`,
});

/** Knows the zones of the cluster, and which Services have hints. */
export class TopologyCache {
  #shares: ZoneShares | undefined;
  readonly #counts = new Map<string, Map<string, Map<string, number>>>();

  /** Takes the nodes of the cluster, and answers the Services whose hints no longer fit them. */
  setNodes(nodes: readonly KubeObject[]): string[] {
    this.#shares = zoneShares(nodes);
    return [...this.#counts]
      .filter(([, byType]) => [...byType.values()].some((counts) => isOverloaded(counts, this.#shares)))
      .map(([serviceKey]) => serviceKey);
  }

  /** Removes what hints there are; a Service that had them through this cache is told. */
  remove(serviceKey: string, addressType: string): HintsEvent[] {
    const had = this.#counts.has(serviceKey);
    this.#forget(serviceKey, addressType);
    return had ? [disabled('Topology Aware Hints has been disabled', addressType)] : [];
  }

  /** Forgets a Service that is gone. */
  forget(serviceKey: string): void {
    this.#counts.delete(serviceKey);
  }

  /** Hints every ready endpoint to a zone; where that cannot be done well, all hints go. */
  addHints(serviceKey: string, addressType: string, planned: PlannedSlices): HintedSlices {
    const { changes, unchanged } = planned;
    const ready = readyEndpoints([...changes.create, ...changes.update, ...unchanged]);
    const allocations = allocate(this.#shares, ready.length);
    if (typeof allocations === 'string') return this.#giveUp(serviceKey, addressType, planned, allocations);
    const counts = new Map<string, number>();
    const kept = new Set(unchanged.filter((slice) => keepsHints(slice, allocations, counts)));
    const moved = unchanged.filter((slice) => !kept.has(slice));
    const rewritten = readyEndpoints([...changes.create, ...changes.update, ...moved]);
    if (rewritten.some(({ zone }) => !zone))
      return this.#giveUp(serviceKey, addressType, planned, 'One or more endpoints do not have a zone specified');
    const hints = assignZones(rewritten, allocations, counts);
    if (counts.size === 0) return this.#giveUp(serviceKey, addressType, planned, 'No hints allocated for zones');
    const known = this.#counts.has(serviceKey);
    this.#counts.set(serviceKey, (this.#counts.get(serviceKey) ?? new Map()).set(addressType, counts));
    const update = [...changes.update, ...moved];
    const hinted = withHints({ changes: { ...changes, update }, unchanged: [] }, (endpoint) => hints.get(endpoint));
    const message = `Topology Aware Hints has been enabled, addressType: ${addressType}`;
    const events: HintsEvent[] = known ? [] : [{ type: 'Normal', reason: 'TopologyAwareHintsEnabled', message }];
    return { planned: { ...hinted, unchanged: [...kept] }, events };
  }

  #giveUp(serviceKey: string, addressType: string, planned: PlannedSlices, why: string): HintedSlices {
    this.#forget(serviceKey, addressType);
    return { planned: withoutHints(planned), events: [disabled(why, addressType)] };
  }

  #forget(serviceKey: string, addressType: string): void {
    const byType = this.#counts.get(serviceKey);
    byType?.delete(addressType);
    if (byType?.size === 0) this.#counts.delete(serviceKey);
  }
}

const readyEndpoints = (slices: readonly EndpointSlice[]): Endpoint[] =>
  slices.flatMap((slice) => endpointsOf(slice).filter(({ conditions }) => conditions.ready === true));

/** Adds the hints of an untouched slice to the counts, unless they no longer fit: then it has to be rewritten. */
function keepsHints(
  slice: EndpointSlice,
  allocations: ReadonlyMap<string, Allocation>,
  counts: Map<string, number>,
): boolean {
  const own = new Map<string, number>();
  for (const { hints } of readyEndpoints([slice])) {
    const zones = hints?.forZones ?? [];
    if (zones.length === 0 || zones.some(({ name }) => !allocations.has(name))) return false;
    for (const { name } of zones) own.set(name, (own.get(name) ?? 0) + 1);
  }
  for (const [zone, count] of own)
    if (count + (counts.get(zone) ?? 0) > (allocations.get(zone)?.maximum ?? 0)) return false;
  for (const [zone, count] of own) counts.set(zone, (counts.get(zone) ?? 0) + count);
  return true;
}

/** Every endpoint serves its own zone at first; then zones that have too many give to those that need more. */
function assignZones(
  endpoints: readonly Endpoint[],
  allocations: ReadonlyMap<string, Allocation>,
  counts: Map<string, number>,
): Map<Endpoint, Hints> {
  for (const { zone = '' } of endpoints) counts.set(zone, (counts.get(zone) ?? 0) + 1);
  const { giving, receiving } = transfers(allocations, counts);
  const assigned = new Map<Endpoint, Hints>();
  for (const endpoint of endpoints) {
    const { zone = '' } = endpoint;
    const receiver = (giving.get(zone) ?? 0) > 0 ? firstWithNeed(receiving) : undefined;
    if (receiver !== undefined) {
      giving.set(zone, (giving.get(zone) ?? 0) - 1);
      receiving.set(receiver, (receiving.get(receiver) ?? 0) - 1);
      counts.set(zone, (counts.get(zone) ?? 0) - 1);
      counts.set(receiver, (counts.get(receiver) ?? 0) + 1);
    }
    assigned.set(endpoint, { forZones: [{ name: receiver ?? zone }] });
  }
  return assigned;
}

const firstWithNeed = (receiving: ReadonlyMap<string, number>): string | undefined =>
  [...receiving].find(([, count]) => count > 0)?.[0];

/** Each zone's share of CPU; undefined where the nodes do not tell enough, or where there is but one zone. */
function zoneShares(nodes: readonly KubeObject[]): ZoneShares | undefined {
  const cpuByZone = new Map<string, number>();
  for (const node of nodes) {
    const labels = node.metadata.labels ?? {};
    if ('node-role.kubernetes.io/control-plane' in labels || 'node-role.kubernetes.io/master' in labels) continue;
    if (findCondition<{ type: string; status: string }>(node.status?.conditions, 'Ready')?.status !== 'True') continue;
    const cpu = milliCpu(node.status?.allocatable?.cpu);
    const zone = labels[ZONE_LABEL];
    if (!zone || cpu === 0) return undefined;
    cpuByZone.set(zone, (cpuByZone.get(zone) ?? 0) + cpu);
  }
  if (cpuByZone.size < 2) return undefined;
  const total = [...cpuByZone.values()].reduce((sum, cpu) => sum + cpu, 0);
  return new Map([...cpuByZone].map(([zone, cpu]) => [zone, cpu / total]));
}

const milliCpu = (text: string | undefined): number =>
  text === undefined ? 0 : Number((parseQuantity(text)?.nano ?? 0n) / 1_000_000n);
