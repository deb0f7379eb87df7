/** Makes virtual addresses real on this machine, by the addresses of a loopback plan. */
import type { BindingListener } from './address-book.ts';
import type { ActivityCounter } from './clock.ts';
import type { LoopbackPlan } from './loopback-plan.ts';
import type { Forwarder, ForwarderOptions } from './tcp-forwarder.ts';
import { formatAddress, type VirtualAddress } from './virtual-address.ts';

/** The network whose addresses are made real. */
export interface BindableNetwork {
  readonly activity: ActivityCounter | undefined;
  watchBindings(listener: BindingListener): () => void;
  forward(to: VirtualAddress, options: ForwarderOptions): Promise<Forwarder>;
}

/** Options of {@link bindVirtualIps}. */
export interface BindVirtualIpsOptions {
  readonly network: BindableNetwork;
  readonly plan: LoopbackPlan;
  /** Told of each address that cannot be opened: the port is taken, or below 1024 without the right to it. */
  readonly failed?: (address: VirtualAddress, error: Error) => void;
}

/**
 * Listens on the stand-in of every bound address of the plan, those to come included, until the result is disposed.
 * Only Linux has all of 127.0.0.0/8 from the start; throws elsewhere.
 */
export function bindVirtualIps(options: BindVirtualIpsOptions): AsyncDisposable {
  if (process.platform !== 'linux')
    throw new Error('virtual IPs can be bound on Linux only: 127.0.0.0/8 is not local here');
  const stand = new StandIns(options);
  const unwatch = options.network.watchBindings(stand);
  return {
    [Symbol.asyncDispose]: async () => {
      unwatch();
      await stand.close();
    },
  };
}

class StandIns implements BindingListener {
  readonly #options: BindVirtualIpsOptions;
  readonly #forwarders = new Map<string, Promise<Forwarder | undefined>>();
  /** Those that no longer listen may still have connections. */
  readonly #past: Promise<Forwarder | undefined>[] = [];

  constructor(options: BindVirtualIpsOptions) {
    this.#options = options;
  }

  bound(address: Required<VirtualAddress>): void {
    const host = this.#options.plan.toLoopback(address.ip);
    if (host === undefined) return;
    const end = this.#options.network.activity?.begin('network: virtual IPs');
    const started = this.#start(address, host).finally(end);
    this.#forwarders.set(keyOf(address), started);
  }

  unbound(address: Required<VirtualAddress>): void {
    const forwarder = this.#forwarders.get(keyOf(address));
    if (forwarder === undefined) return;
    this.#forwarders.delete(keyOf(address));
    this.#past.push(
      forwarder.then(async (started) => {
        await started?.stop();
        return started;
      }),
    );
  }

  async close(): Promise<void> {
    const all = await Promise.all([...this.#forwarders.values(), ...this.#past]);
    this.#forwarders.clear();
    await Promise.all(all.map((forwarder) => forwarder?.close()));
  }

  async #start(to: Required<VirtualAddress>, host: string): Promise<Forwarder | undefined> {
    const { network, failed } = this.#options;
    try {
      return await network.forward(to, { host, port: to.port });
    } catch (error) {
      failed?.(to, error as Error);
      return undefined;
    }
  }
}

const keyOf = ({ ip, port, protocol }: Required<VirtualAddress>): string => `${protocol} ${formatAddress(ip, port)}`;
