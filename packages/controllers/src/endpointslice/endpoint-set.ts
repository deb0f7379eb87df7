/** The identity of endpoints, and sets of them that know which slices already hold what they should. */
import type { TargetReference } from '../endpoints/endpoints.ts';
import { type Endpoint, type EndpointSlice, endpointsOf } from './endpoint-slice.ts';

/** What makes two endpoints the same one: where they are and what they point to, not the state they are in. */
function endpointKey({ addresses, hostname = '', targetRef }: Endpoint): string {
  const where = addresses.length === 1 ? addresses[0] : [...addresses].sort().join();
  return `${where} ${hostname} ${targetRef?.namespace ?? ''}/${targetRef?.name ?? ''}`;
}

/** Whether two endpoints of the same identity are in the same state. Hints do not count: they follow from the state. */
export const sameState = (a: Endpoint, b: Endpoint): boolean =>
  a.nodeName === b.nodeName &&
  a.zone === b.zone &&
  a.conditions.ready === b.conditions.ready &&
  a.conditions.serving === b.conditions.serving &&
  a.conditions.terminating === b.conditions.terminating &&
  sameTarget(a.targetRef, b.targetRef);

/** The resourceVersion does not count: it changes with everything about a Pod. */
const sameTarget = (a: TargetReference = {}, b: TargetReference = {}): boolean =>
  a.kind === b.kind &&
  a.namespace === b.namespace &&
  a.name === b.name &&
  a.uid === b.uid &&
  a.apiVersion === b.apiVersion &&
  a.fieldPath === b.fieldPath;

/**
 * Endpoints by identity, in the order in which they were added; the last one of an identity holds. A slice that was
 * found to hold what it should is settled, and stays so until one of its endpoints is added or removed: a change of one
 * endpoint then costs a look at one slice.
 */
export class EndpointSet {
  readonly #endpoints = new Map<string, Endpoint>();
  readonly #settled = new Set<EndpointSlice>();
  /** The settled slice that holds an endpoint, by identity. Slices that are settled no longer may be left over. */
  readonly #homes = new Map<string, EndpointSlice>();

  get size(): number {
    return this.#endpoints.size;
  }

  /** The endpoints, the oldest first. */
  get endpoints(): Endpoint[] {
    return [...this.#endpoints.values()];
  }

  add(endpoint: Endpoint): void {
    const key = endpointKey(endpoint);
    this.#endpoints.set(key, endpoint);
    this.#unsettle(key);
  }

  remove(endpoint: Endpoint): void {
    const key = endpointKey(endpoint);
    this.#endpoints.delete(key);
    this.#unsettle(key);
    this.#homes.delete(key);
  }

  /** The endpoint of the same identity. */
  get(like: Endpoint): Endpoint | undefined {
    return this.#endpoints.get(endpointKey(like));
  }

  /** Whether this very slice is known to hold what it should, and nothing that another settled slice holds. */
  isSettled(slice: EndpointSlice): boolean {
    return this.#settled.has(slice);
  }

  /** Takes note of the slices that hold what they should; others are settled no longer. */
  settle(slices: readonly EndpointSlice[]): void {
    const before = new Set(this.#settled);
    this.#settled.clear();
    for (const slice of slices) {
      this.#settled.add(slice);
      if (before.has(slice)) continue;
      for (const endpoint of endpointsOf(slice)) this.#homes.set(endpointKey(endpoint), slice);
    }
  }

  /** Begins to look for what is in none of the slices, of which those that are settled are told first. */
  placement(settled: readonly EndpointSlice[]): Placement {
    return new Placement(this.#endpoints, this.#homes, settled);
  }

  #unsettle(key: string): void {
    const home = this.#homes.get(key);
    if (home !== undefined) this.#settled.delete(home);
  }
}

/** Which endpoints of a set have been found in a slice. */
export class Placement {
  readonly #endpoints: ReadonlyMap<string, Endpoint>;
  readonly #homes: ReadonlyMap<string, EndpointSlice>;
  readonly #settled: ReadonlySet<EndpointSlice>;
  readonly #taken = new Set<string>();

  constructor(
    endpoints: ReadonlyMap<string, Endpoint>,
    homes: ReadonlyMap<string, EndpointSlice>,
    settled: readonly EndpointSlice[],
  ) {
    this.#endpoints = endpoints;
    this.#homes = homes;
    this.#settled = new Set(settled);
  }

  /** The wanted endpoint of the same identity, once: another slice that has it, too, gets nothing. */
  take(like: Endpoint): Endpoint | undefined {
    const key = endpointKey(like);
    const wanted = this.#endpoints.get(key);
    if (wanted === undefined || this.#isPlaced(key)) return undefined;
    this.#taken.add(key);
    return wanted;
  }

  /** The endpoints that are in no slice, the oldest first. */
  get homeless(): Endpoint[] {
    let placed = this.#taken.size;
    for (const slice of this.#settled) placed += endpointsOf(slice).length;
    if (placed === this.#endpoints.size) return [];
    return [...this.#endpoints].flatMap(([key, endpoint]) => (this.#isPlaced(key) ? [] : [endpoint]));
  }

  #isPlaced(key: string): boolean {
    if (this.#taken.has(key)) return true;
    const home = this.#homes.get(key);
    return home !== undefined && this.#settled.has(home);
  }
}
