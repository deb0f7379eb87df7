/** The identity of endpoints, and sets of them. */
import type { TargetReference } from '../endpoints/endpoints.ts';
import type { Endpoint } from './endpoint-slice.ts';

/** Endpoints are not changed once they are made. */
const knownKeys = new WeakMap<Endpoint, string>();

/** What makes two endpoints the same one: where they are and what they point to, not the state they are in. */
function endpointKey(endpoint: Endpoint): string {
  const known = knownKeys.get(endpoint);
  if (known !== undefined) return known;
  const { addresses, hostname = '', targetRef } = endpoint;
  const where = addresses.length === 1 ? addresses[0] : [...addresses].sort().join();
  const key = `${where} ${hostname} ${targetRef?.namespace ?? ''}/${targetRef?.name ?? ''}`;
  knownKeys.set(endpoint, key);
  return key;
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

/** Endpoints by identity, in the order in which they were added; the last one of an identity holds. */
export class EndpointSet {
  readonly #endpoints = new Map<string, Endpoint>();

  get size(): number {
    return this.#endpoints.size;
  }

  add(endpoint: Endpoint): void {
    this.#endpoints.set(endpointKey(endpoint), endpoint);
  }

  /** The endpoint of the same identity. */
  get(like: Endpoint): Endpoint | undefined {
    return this.#endpoints.get(endpointKey(like));
  }

  /** Removes and returns the endpoint of the same identity. */
  take(like: Endpoint): Endpoint | undefined {
    const key = endpointKey(like);
    const found = this.#endpoints.get(key);
    this.#endpoints.delete(key);
    return found;
  }

  /** Removes and returns up to `count` endpoints, the oldest first. */
  takeAny(count: number): Endpoint[] {
    const taken: Endpoint[] = [];
    for (const [key, endpoint] of this.#endpoints) {
      if (taken.length >= count) break;
      taken.push(endpoint);
      this.#endpoints.delete(key);
    }
    return taken;
  }
}
