/** Which endpoint each client sticks to. */

/** Pins of clients to endpoints with a sliding timeout, in whole seconds as the reference counts them. */
export class ClientAffinity {
  readonly #pins = new Map<string, { endpoint: string; lastUsed: number }>();

  /** The endpoint that the client sticks to; asking for it renews it. */
  get(client: string, now: number, ttlSeconds: number): string | undefined {
    const pin = this.#pins.get(client);
    if (pin === undefined || isExpired(pin.lastUsed, now, ttlSeconds)) return undefined;
    pin.lastUsed = now;
    return pin.endpoint;
  }

  /** Makes the client stick to the endpoint from now on. */
  set(client: string, endpoint: string, now: number): void {
    this.#pins.set(client, { endpoint, lastUsed: now });
  }

  /** Forgets the pins that have expired and those to endpoints that are no longer kept. */
  sweep(isKept: (endpoint: string) => boolean, now: number, ttlSeconds: number): void {
    for (const [client, { endpoint, lastUsed }] of this.#pins)
      if (isExpired(lastUsed, now, ttlSeconds) || !isKept(endpoint)) this.#pins.delete(client);
  }

  clear(): void {
    this.#pins.clear();
  }

  /** How many clients are pinned. */
  get size(): number {
    return this.#pins.size;
  }
}

const isExpired = (lastUsed: number, now: number, ttlSeconds: number): boolean =>
  Math.floor((now - lastUsed) / 1000) >= ttlSeconds;
