/** Takes a Service's addresses and ports before a write, and gives them back when the write fails. */
import { type IpFamily, internalError, invalid, invalidValue } from '@towtank/apimachinery';
import type { Reservation, StrategyContext } from '../../registry/strategy.ts';
import { Allocation, DRY_RUN_PORT } from './allocation.ts';
import { AllocationError } from './allocation-error.ts';
import type { IpOwner } from './ip-address-objects.ts';
import type { IpAllocator } from './ip-allocator.ts';
import type { NodePortAllocator } from './node-port-allocator.ts';
import {
  isHeadless,
  needsClusterIp,
  needsHealthCheckPort,
  needsNodePort,
  nodePortsOf,
  type Service,
} from './service.ts';
import { settleFamilies } from './service-families.ts';
import { allocateNodePorts, updateNodePorts } from './service-node-ports.ts';

/** Where addresses and ports come from. */
export interface ServiceAllocators {
  /** One for each family of the cluster, the primary one first. */
  readonly ips: readonly IpAllocator[];
  readonly nodePorts: NodePortAllocator;
  /** Removes the Endpoints of a Service that is gone, so that the next one of the name does not find them. */
  readonly removeEndpoints: (namespace: string, name: string) => Promise<void>;
}

/** Allocates for a new Service. Throws 422 and 500, with nothing taken. */
export async function allocateForCreate(
  service: Service,
  allocators: ServiceAllocators,
  context: StrategyContext,
): Promise<Reservation> {
  return await guarded(async (allocation) => {
    settleFamilies(service, undefined, familiesOf(allocators));
    if (needsClusterIp(service)) await allocateClusterIps(service, allocators, context, allocation);
    if (needsNodePort(service)) allocateNodePorts(service, allocators.nodePorts, context.dryRun, allocation);
    if (needsHealthCheckPort(service))
      allocateHealthCheckPort(service, allocators.nodePorts, context.dryRun, allocation);
  });
}

/** Allocates for a changed Service what its new shape needs, and releases what it needs no more. */
export async function allocateForUpdate(
  service: Service,
  old: Service,
  allocators: ServiceAllocators,
  context: StrategyContext,
): Promise<Reservation> {
  return await guarded(async (allocation) => {
    settleFamilies(service, old, familiesOf(allocators));
    await updateClusterIps(service, old, allocators, context, allocation);
    const { nodePorts } = allocators;
    if (needsNodePort(service)) updateNodePorts(service, old, nodePorts, context.dryRun, allocation);
    else if (needsNodePort(old))
      for (const port of nodePortsOf(old)) allocation.after.push(() => nodePorts.release(port));
    updateHealthCheckPort(service, old, nodePorts, context.dryRun, allocation);
  });
}

/** Gives back everything that a deleted Service held, and removes its Endpoints. */
export async function releaseAll(
  service: Service,
  { ips, nodePorts, removeEndpoints }: ServiceAllocators,
): Promise<void> {
  await removeEndpoints(service.metadata.namespace ?? '', service.metadata.name ?? '');
  for (const [index, ip] of (service.spec.clusterIPs ?? []).entries())
    if (ip !== 'None') await allocatorFor(ips, service.spec.ipFamilies?.[index])?.release(ip);
  if (!needsNodePort(service)) return;
  for (const port of nodePortsOf(service)) nodePorts.release(port);
  if (service.spec.healthCheckNodePort) nodePorts.release(service.spec.healthCheckNodePort);
}

const familiesOf = ({ ips }: ServiceAllocators): IpFamily[] => ips.map(({ family }) => family);

const allocatorFor = (ips: readonly IpAllocator[], family: IpFamily | undefined): IpAllocator | undefined =>
  ips.find((allocator) => allocator.family === family);

async function guarded(work: (allocation: Allocation) => Promise<void>): Promise<Reservation> {
  const allocation = new Allocation();
  try {
    await work(allocation);
    return allocation;
  } catch (reason) {
    await allocation.rollback();
    throw reason;
  }
}

async function allocateClusterIps(
  service: Service,
  { ips }: ServiceAllocators,
  context: StrategyContext,
  allocation: Allocation,
): Promise<void> {
  if (isHeadless(service)) return;
  const { spec, metadata } = service;
  const owner: IpOwner = { namespace: context.namespace, name: metadata.name ?? '' };
  const asked = spec.clusterIPs ?? [];
  const taken: string[] = [];
  for (const [index, family] of (spec.ipFamilies ?? []).entries()) {
    const allocator = allocatorFor(ips, family);
    if (allocator === undefined) continue;
    taken.push(await takeIp(service, allocator, asked[index], owner, context, allocation));
  }
  spec.clusterIPs = taken;
  spec.clusterIP = taken[0] ?? '';
}

async function takeIp(
  service: Service,
  allocator: IpAllocator,
  asked: string | undefined,
  owner: IpOwner,
  context: StrategyContext,
  allocation: Allocation,
): Promise<string> {
  try {
    if (context.dryRun) return allocator.rehearse(asked);
    if (asked) await allocator.allocate(asked, owner);
    const ip = asked || (await allocator.allocateNext(owner));
    allocation.undo.push(() => allocator.release(ip));
    allocation.after.push(() => allocator.confirm(ip));
    return ip;
  } catch (reason) {
    if (!(reason instanceof AllocationError)) throw reason;
    if (!asked) throw internalError(`failed to allocate a serviceIP: ${reason.message}`);
    const { name = '' } = service.metadata;
    const why = `failed to allocate IP ${asked}: ${reason.message}`;
    throw invalid({ group: '', kind: 'Service' }, name, [
      invalidValue('spec.clusterIPs', service.spec.clusterIPs, why),
    ]);
  }
}

async function updateClusterIps(
  service: Service,
  old: Service,
  allocators: ServiceAllocators,
  context: StrategyContext,
  allocation: Allocation,
): Promise<void> {
  const release = (ip: string, family: IpFamily | undefined): void =>
    void allocation.after.push(() => allocatorFor(allocators.ips, family)?.release(ip));
  const before = needsClusterIp(old) && !isHeadless(old) ? (old.spec.clusterIPs ?? []) : [];
  if (!needsClusterIp(service)) {
    for (const [index, ip] of before.entries()) release(ip, old.spec.ipFamilies?.[index]);
    return;
  }
  if (isHeadless(service)) return;
  if (before.length === 0) return await allocateClusterIps(service, allocators, context, allocation);
  const { spec } = service;
  const families = spec.ipFamilies ?? [];
  const second = before[1];
  if (second !== undefined && families.length === 1) release(second, old.spec.ipFamilies?.[1]);
  const added = allocatorFor(allocators.ips, families[1]);
  if (second !== undefined || added === undefined) return;
  const owner: IpOwner = { namespace: context.namespace, name: service.metadata.name ?? '' };
  const ip = await takeIp(service, added, spec.clusterIPs?.[1], owner, context, allocation);
  spec.clusterIPs = [before[0] ?? '', ip];
}

function allocateHealthCheckPort(
  { spec }: Service,
  ports: NodePortAllocator,
  dryRun: boolean,
  allocation: Allocation,
): void {
  const asked = spec.healthCheckNodePort;
  try {
    if (dryRun) {
      if (asked) ports.check(asked);
      spec.healthCheckNodePort = asked || DRY_RUN_PORT;
      return;
    }
    if (asked) ports.allocate(asked);
    const port = asked || ports.allocateNext();
    spec.healthCheckNodePort = port;
    allocation.undo.push(() => ports.release(port));
  } catch (reason) {
    if (!(reason instanceof AllocationError)) throw reason;
    throw internalError(
      asked
        ? `failed to allocate requested HealthCheck NodePort ${asked}: ${reason.message}`
        : `failed to allocate a HealthCheck NodePort ${asked ?? 0}: ${reason.message}`,
    );
  }
}

function updateHealthCheckPort(
  service: Service,
  old: Service,
  ports: NodePortAllocator,
  dryRun: boolean,
  allocation: Allocation,
): void {
  const held = needsHealthCheckPort(old) ? old.spec.healthCheckNodePort : undefined;
  if (needsHealthCheckPort(service)) {
    if (held === undefined) allocateHealthCheckPort(service, ports, dryRun, allocation);
  } else if (held !== undefined) allocation.after.push(() => ports.release(held));
}
