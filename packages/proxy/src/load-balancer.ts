/** The choice of an endpoint for one Service port: no sockets, no clock but the one it is given. */
import type { Clock, Random } from '@towtank/apimachinery';
import type { Choice } from './choose-endpoints.ts';
import { ClientAffinity } from './client-affinity.ts';
import { Rotation } from './rotation.ts';

/** How endpoints are distributed: in turn, or at random as kube-proxy's iptables rules do. */
export type BalancerMode = 'round-robin' | 'random';

/** Options of a {@link LoadBalancer}. */
export interface LoadBalancerOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly mode: BalancerMode;
}

/** What a choice depends on. */
export interface PickRequest {
  /** The endpoints to choose from. */
  readonly choice: Choice;
  /** The client's IP. */
  readonly client: string;
  /** Endpoints that have failed for this connection: passed over while there is another, and their pin is given up. */
  readonly tried?: ReadonlySet<string> | undefined;
}

/** Balances over sets of endpoints. Each set has a turn of its own; pins of clients are shared by all. */
export class LoadBalancer {
  readonly #options: LoadBalancerOptions;
  readonly #rotations = new Map<string, { rotation: Rotation; choice: Choice }>();
  readonly #affinity = new ClientAffinity();
  #affinitySeconds = 0;

  constructor(options: LoadBalancerOptions) {
    this.#options = options;
  }

  /** Sets how long a client sticks to its endpoint after it was last seen; 0 means not at all. */
  setAffinity(seconds: number): void {
    this.#affinitySeconds = seconds;
    if (seconds === 0) this.#affinity.clear();
  }

  /** Tells which endpoints may be used at all, so that pins to others are dropped: they do not come back with them. */
  retain(isKept: (endpoint: string) => boolean): void {
    this.#affinity.sweep(isKept, this.#options.clock.now(), this.#affinitySeconds);
  }

  /** The endpoint for the next connection; nothing where there is none. */
  pick({ choice, client, tried }: PickRequest): string | undefined {
    const rotation = this.#rotation(choice);
    const isRetry = tried !== undefined && tried.size > 0;
    const now = this.#options.clock.now();
    if (this.#affinitySeconds > 0 && !isRetry) {
      const pinned = this.#affinity.get(client, now, this.#affinitySeconds);
      if (pinned !== undefined && rotation.has(pinned)) return pinned;
    }
    const endpoint = this.#options.mode === 'random' ? rotation.random(tried) : rotation.next(tried);
    if (this.#affinitySeconds > 0 && endpoint !== undefined) this.#affinity.set(client, endpoint, now);
    return endpoint;
  }

  #rotation(choice: Choice): Rotation {
    let known = this.#rotations.get(choice.scope);
    if (known?.choice === choice) return known.rotation;
    if (known === undefined) known = { rotation: new Rotation(this.#options.random), choice };
    known.choice = choice;
    known.rotation.update(choice.endpoints.map(({ key }) => key));
    this.#rotations.set(choice.scope, known);
    return known.rotation;
  }
}
