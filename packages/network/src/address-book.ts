/** The address book: which virtual addresses exist and what they lead to. */
import { addressInUse } from './network-error.ts';
import type { Target } from './router.ts';
import { canonicalIp, type Protocol, type VirtualAddress } from './virtual-address.ts';

/** A claim on a virtual address. Closing it twice is harmless. */
export interface Binding extends Disposable {
  readonly address: VirtualAddress;
  close(): void;
}

/** Hears about bindings as they come and go. */
export interface BindingListener {
  bound(address: Required<VirtualAddress>): void;
  unbound(address: Required<VirtualAddress>): void;
}

const keyOf = (protocol: Protocol, ip: string, port: number): string => `${protocol} ${ip} ${port}`;

/** Virtual addresses and hosts. A host exists while it is attached or one of its ports is bound. */
export class AddressBook {
  readonly #targets = new Map<string, { address: Required<VirtualAddress>; target: Target }>();
  readonly #hosts = new Map<string, number>();
  readonly #listeners = new Set<BindingListener>();

  /** Binds an address; throws EADDRINUSE where it is taken. */
  bind({ ip, port, protocol = 'tcp' }: VirtualAddress, target: Target): Binding {
    const address = { ip: canonicalIp(ip), port, protocol };
    const key = keyOf(protocol, address.ip, port);
    if (this.#targets.has(key)) throw addressInUse(address);
    const entry = { address, target };
    this.#targets.set(key, entry);
    this.#hosts.set(address.ip, (this.#hosts.get(address.ip) ?? 0) + 1);
    for (const listener of this.#listeners) listener.bound(address);
    return bindingOf(address, () => {
      this.#targets.delete(key);
      this.#leave(address.ip);
      for (const listener of this.#listeners) listener.unbound(address);
    });
  }

  /** Makes a host exist without a port: connections to it are refused rather than unreachable. */
  attach(ip: string): Binding {
    const host = canonicalIp(ip);
    this.#hosts.set(host, (this.#hosts.get(host) ?? 0) + 1);
    return bindingOf({ ip: host, port: 0 }, () => this.#leave(host));
  }

  /** What a canonical address leads to. */
  find(protocol: Protocol, ip: string, port: number): Target | undefined {
    return this.#targets.get(keyOf(protocol, ip, port))?.target;
  }

  /** Whether a host of that canonical address exists. */
  hasHost(ip: string): boolean {
    return this.#hosts.has(ip);
  }

  /** Tells the listener of every binding, present and to come, until the result is called. */
  watch(listener: BindingListener): () => void {
    this.#listeners.add(listener);
    for (const { address } of this.#targets.values()) listener.bound(address);
    return () => void this.#listeners.delete(listener);
  }

  #leave(ip: string): void {
    const left = (this.#hosts.get(ip) ?? 1) - 1;
    if (left > 0) this.#hosts.set(ip, left);
    else this.#hosts.delete(ip);
  }
}

function bindingOf(address: VirtualAddress, release: () => void): Binding {
  let open = true;
  const close = (): void => {
    if (!open) return;
    open = false;
    release();
  };
  return { address, close, [Symbol.dispose]: close };
}
