/** Checks that the node ports of Services are those that are taken, and each of one Service only. */

import type { ServerEvents } from '../events/server-events.ts';
import type { NodePortAllocator } from '../strategies/service/node-port-allocator.ts';
import type { Service } from '../strategies/service/service.ts';

const COMPONENT = 'portallocator-repair-controller';
/** Rounds that a port without a Service stays taken: the Service may be about to be written. */
const ROUNDS_BEFORE_RELEASE = 2;

/** What the repair works with. */
export interface PortRepairOptions {
  readonly ports: NodePortAllocator;
  readonly events: ServerEvents;
}

/** Rebuilds the set of ports that are taken from the Services. */
export class PortRepair {
  readonly #options: PortRepairOptions;
  /** The ports of every Service that has some. */
  readonly #held = new Map<string, readonly number[]>();
  /** How many Services hold a port. */
  readonly #holders = new Map<number, number>();
  /** Ports that a Service has just given up. */
  readonly #given = new Set<number>();
  /** Rounds that are left to ports that seem to be nobody's. */
  #leaks = new Map<number, number>();

  constructor(options: PortRepairOptions) {
    this.#options = options;
  }

  /** Takes note of a Service, or of its end where it is undefined; whether its ports are worth a round. */
  note(key: string, service: Service | undefined): boolean {
    const before = this.#held.get(key) ?? [];
    const now = service === undefined ? [] : portsOf(service);
    if (before.length === 0 && now.length === 0) return false;
    for (const port of before) {
      this.#count(port, -1);
      this.#given.add(port);
    }
    for (const port of now) this.#count(port, 1);
    if (now.length > 0) this.#held.set(key, now);
    else this.#held.delete(key);
    return now.some((port) => !this.#options.ports.has(port) || (this.#holders.get(port) ?? 0) > 1);
  }

  /** Whether a port that Services have given up is still taken, which it should not be once their writes are through. */
  hasLeak(): boolean {
    const given = [...this.#given];
    this.#given.clear();
    return given.some((port) => this.#options.ports.has(port) && !this.#holders.has(port));
  }

  /** Looks at all Services and takes what they hold; whether something is left for the next round. */
  async round(services: readonly Service[]): Promise<boolean> {
    const { ports } = this.#options;
    const rebuilt = new Set<number>();
    let left = false;
    for (const service of services) {
      for (const port of portsOf(service)) {
        const wrong = this.#problemOf(port, rebuilt);
        if (wrong === undefined) {
          if (!ports.has(port))
            await this.#warn(service, 'PortNotAllocated', `Port ${port} is not allocated; repairing`);
          rebuilt.add(port);
        } else {
          left = true;
          await this.#warn(service, ...wrong);
        }
      }
    }
    this.#leaks = this.#stillLeaking(rebuilt);
    for (const port of this.#leaks.keys()) rebuilt.add(port);
    ports.replace(rebuilt);
    return left || this.#leaks.size > 0;
  }

  #problemOf(port: number, taken: ReadonlySet<number>): [string, string] | undefined {
    const { first, last } = this.#options.ports.range;
    if (port < first || port > last)
      return ['PortOutOfRange', `Port ${port} is not within the port range ${first}-${last}; please recreate service`];
    if (!taken.has(port)) return undefined;
    return ['PortAlreadyAllocated', `Port ${port} was assigned to multiple services; please recreate service`];
  }

  #stillLeaking(rebuilt: ReadonlySet<number>): Map<number, number> {
    const leaks = new Map<number, number>();
    for (const port of this.#options.ports.taken()) {
      if (rebuilt.has(port)) continue;
      const rounds = this.#leaks.get(port) ?? ROUNDS_BEFORE_RELEASE;
      if (rounds > 0) leaks.set(port, rounds - 1);
    }
    return leaks;
  }

  #count(port: number, step: 1 | -1): void {
    const count = (this.#holders.get(port) ?? 0) + step;
    if (count > 0) this.#holders.set(port, count);
    else this.#holders.delete(port);
  }

  #warn(service: Service, reason: string, message: string): Promise<void> {
    return this.#options.events.warn(service, { component: COMPONENT, reason, message });
  }
}

/**
 * The node ports of a Service: one that several protocols share counts once, one that the same protocol has twice counts
 * twice. The port for health checks is one of TCP.
 */
function portsOf({ spec }: Service): number[] {
  const protocols = new Map<number, Set<string>>();
  const ports: number[] = [];
  const add = (port: number | undefined, protocol: string): void => {
    if (!port) return;
    const seen = protocols.get(port) ?? new Set();
    if (seen.size === 0 || seen.has(protocol)) ports.push(port);
    protocols.set(port, seen.add(protocol));
  };
  for (const { nodePort, protocol = 'TCP' } of spec.ports ?? []) add(nodePort, protocol);
  add(spec.healthCheckNodePort, 'TCP');
  return ports;
}
