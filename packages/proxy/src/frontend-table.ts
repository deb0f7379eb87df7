/** Which Service owns which address. */
import type { Binding, Target, VirtualNetwork } from '@towtank/network';
import type { Frontend } from './service-info.ts';

interface Claim {
  readonly owner: object;
  readonly frontend: Frontend;
  readonly target: Target;
  readonly granted: () => void;
}

/** A claim on an address. */
export interface ClaimRequest {
  readonly frontend: Frontend;
  readonly target: Target;
  readonly granted?: () => void;
}

/**
 * Claims on addresses. The first owner of an address keeps it; whoever comes later waits, and takes over when the address
 * is released. An address that somebody else has bound on the network, such as a host port, stays theirs.
 */
export class FrontendTable {
  readonly #network: VirtualNetwork;
  readonly #claims = new Map<string, Claim[]>();
  readonly #bindings = new Map<string, Binding>();

  constructor(network: VirtualNetwork) {
    this.#network = network;
  }

  /** Claims an address. `granted` is called once the owner has it: at once, or when those before have released it. */
  claim(owner: object, { frontend, target, granted = () => {} }: ClaimRequest): void {
    const claims = this.#claims.get(frontend.key) ?? [];
    claims.push({ owner, frontend, target, granted });
    this.#claims.set(frontend.key, claims);
    if (claims.length === 1) this.#grant(frontend.key);
  }

  /** Gives up an address or the wait for it. */
  release(owner: object, key: string): void {
    const claims = this.#claims.get(key) ?? [];
    const isOwner = claims[0]?.owner === owner;
    const left = claims.filter((claim) => claim.owner !== owner);
    if (left.length === 0) this.#claims.delete(key);
    else this.#claims.set(key, left);
    if (!isOwner) return;
    this.#bindings.get(key)?.close();
    this.#bindings.delete(key);
    this.#grant(key);
  }

  #grant(key: string): void {
    const claim = this.#claims.get(key)?.[0];
    if (claim === undefined) return;
    if (!this.#network.isBound(claim.frontend))
      this.#bindings.set(key, this.#network.bind(claim.frontend, claim.target));
    claim.granted();
  }
}
