/** Cluster IPs, from whichever ServiceCIDR has one. */
import { type IpFamily, type IpRange, numberToIp, type Random } from '@towtank/apimachinery';
import { AllocationError } from './allocation-error.ts';
import type { IpAddressObjects, IpOwner } from './ip-address-objects.ts';
import type { ServiceCidrTable } from './service-cidr-table.ts';
import { candidates, isUsable } from './usable-addresses.ts';

/** What the allocator works with. */
export interface IpAllocatorOptions {
  readonly family: IpFamily;
  readonly cidrs: ServiceCidrTable;
  readonly addresses: IpAddressObjects;
  readonly random: Random;
}

/** Allocates addresses of one family from all ServiceCIDRs that are ready. */
export class IpAllocator {
  readonly family: IpFamily;
  readonly #options: IpAllocatorOptions;

  constructor(options: IpAllocatorOptions) {
    this.family = options.family;
    this.#options = options;
  }

  /** Takes a chosen address, for a Service that is about to be written. Throws AllocationError when it is taken, or in no range that is ready. */
  async allocate(ip: string, owner: IpOwner): Promise<void> {
    if (!this.#ranges().some((range) => isUsable(range, ip)))
      throw new AllocationError('the provided network does not match the current range');
    if (!(await this.#options.addresses.reserve(ip, owner)))
      throw new AllocationError('provided IP is already allocated');
  }

  /** Takes any free address and answers it. Throws AllocationError when there is none. */
  async allocateNext(owner: IpOwner): Promise<string> {
    const { addresses, random } = this.#options;
    for (const range of this.#ranges())
      for (const ip of candidates(range, random)) if (await addresses.reserve(ip, owner)) return ip;
    throw new AllocationError('range is full');
  }

  /**
   * What {@link allocate} and {@link allocateNext} would answer, as Kubernetes plays it: nothing is taken or looked up,
   * and who asks for no address is shown the first of a range. Throws AllocationError.
   */
  rehearse(ip: string | undefined): string {
    const [first] = this.#ranges();
    if (first === undefined) throw new AllocationError('allocator not ready');
    if (!ip) return numberToIp(first.base, first.family);
    if (!this.#ranges().some((range) => isUsable(range, ip)))
      throw new AllocationError(`provided IP ${ip} is not in the valid range`);
    return ip;
  }

  /** The Service of an address has been written. */
  confirm(ip: string): void {
    this.#options.addresses.confirm(ip);
  }

  /** Gives an address back. */
  release(ip: string): Promise<void> {
    return this.#options.addresses.release(ip);
  }

  #ranges(): readonly IpRange[] {
    return this.#options.cidrs.readyRanges(this.family);
  }
}
