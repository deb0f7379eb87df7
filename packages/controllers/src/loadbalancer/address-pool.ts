/** The addresses that load balancers get. */
import { type IpRange, ipToNumber, numberToIp, parseCidr, rangeContains } from '@towtank/apimachinery';

/** IPv4 addresses of a range, without its first and last one. */
export class AddressPool {
  readonly #range: IpRange;
  readonly #first: bigint;
  readonly #last: bigint;

  /** Throws a RangeError for text that is no IPv4 CIDR such as `203.0.113.0/24`. */
  constructor(cidr: string) {
    const range = parseCidr(cidr);
    if (range?.family !== 'IPv4')
      throw new RangeError(`${JSON.stringify(cidr)} is no IPv4 CIDR such as 203.0.113.0/24`);
    const edge = range.size > 2n ? 1n : 0n;
    this.#range = range;
    this.#first = range.base + edge;
    this.#last = range.base + range.size - 1n - edge;
  }

  /** The wanted address if it is free, or else the lowest free one; undefined when none is. */
  pick(taken: ReadonlySet<string>, wanted?: string): string | undefined {
    if (wanted !== undefined && this.has(wanted)) return taken.has(wanted) ? undefined : wanted;
    for (let value = this.#first; value <= this.#last; value += 1n) {
      const address = numberToIp(value, 'IPv4');
      if (!taken.has(address)) return address;
    }
    return undefined;
  }

  has(address: string): boolean {
    if (!rangeContains(this.#range, address)) return false;
    const value = ipToNumber(address);
    return value >= this.#first && value <= this.#last;
  }
}
