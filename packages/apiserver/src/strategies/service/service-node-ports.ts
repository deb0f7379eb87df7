/** Node ports of a Service's ports. */
import { internalError, invalid, invalidValue, StatusError } from '@towtank/apimachinery';
import { type Allocation, DRY_RUN_PORT } from './allocation.ts';
import { AllocationError } from './allocation-error.ts';
import type { NodePortAllocator } from './node-port-allocator.ts';
import { nodePortsOf, type Service, type ServicePort } from './service.ts';

/** Whether ports without a number get one. */
const allocatesFreely = ({ spec }: Service): boolean =>
  spec.type === 'NodePort' || (spec.type === 'LoadBalancer' && spec.allocateLoadBalancerNodePorts !== false);

/** On create, ports with the same number in different protocols share one node port. */
export function allocateNodePorts(
  service: Service,
  ports: NodePortAllocator,
  dryRun: boolean,
  allocation: Allocation,
): void {
  const shared = new Map<number, number>();
  for (const [index, port] of (service.spec.ports ?? []).entries()) {
    if (!port.nodePort && !allocatesFreely(service)) continue;
    const known = shared.get(port.port);
    if (known !== undefined && (!port.nodePort || port.nodePort === known)) port.nodePort = known;
    else {
      const asked = port.nodePort || requestedFor(service, port);
      port.nodePort = take(service, index, asked, ports, dryRun, allocation);
      if (known === undefined) shared.set(port.port, port.nodePort);
    }
  }
}

/** A number that a later port of the same port number asks for. */
const requestedFor = ({ spec }: Service, { port }: ServicePort): number | undefined =>
  (spec.ports ?? []).find((other) => other.port === port && other.nodePort)?.nodePort;

/** On update, nothing is shared: a port without a number gets its own. */
export function updateNodePorts(
  service: Service,
  old: Service,
  ports: NodePortAllocator,
  dryRun: boolean,
  allocation: Allocation,
): void {
  const held = new Set(nodePortsOf(old));
  const seen = new Set<string>();
  const taken = new Set<number>();
  for (const [index, port] of (service.spec.ports ?? []).entries()) {
    if (!port.nodePort && !allocatesFreely(service)) continue;
    if (!port.nodePort || (!held.has(port.nodePort) && !taken.has(port.nodePort)))
      port.nodePort = take(service, index, port.nodePort, ports, dryRun, allocation);
    taken.add(port.nodePort);
    const pair = `${port.protocol} ${port.nodePort}`;
    if (seen.has(pair)) throw new StatusError(500, '', `duplicate nodePort: {${port.protocol} ${port.nodePort}}`);
    seen.add(pair);
  }
  for (const port of held) if (!taken.has(port)) allocation.after.push(() => ports.release(port));
}

function take(
  service: Service,
  index: number,
  asked: number | undefined,
  ports: NodePortAllocator,
  dryRun: boolean,
  allocation: Allocation,
): number {
  try {
    if (dryRun) {
      if (asked) ports.check(asked);
      return asked || DRY_RUN_PORT;
    }
    if (asked) ports.allocate(asked);
    const port = asked || ports.allocateNext();
    allocation.undo.push(() => ports.release(port));
    return port;
  } catch (reason) {
    if (!(reason instanceof AllocationError)) throw reason;
    if (!asked) throw internalError(`failed to allocate a nodePort: ${reason.message}`);
    const { name = '' } = service.metadata;
    throw invalid({ group: '', kind: 'Service' }, name, [
      invalidValue(`spec.ports[${index}].nodePort`, asked, reason.message),
    ]);
  }
}
