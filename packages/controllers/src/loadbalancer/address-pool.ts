/** The addresses that load balancers get. */
import { isIPv4 } from 'node:net';

/** IPv4 addresses of a range, without its first and last one. */
export class AddressPool {
  readonly #first: number;
  readonly #last: number;

  /** Throws a RangeError for text that is no IPv4 CIDR such as `203.0.113.0/24`. */
  constructor(cidr: string) {
    const [address = '', bits = ''] = cidr.split('/');
    if (!isIPv4(address) || !/^\d{1,2}$/.test(bits) || Number(bits) > 32)
      throw new RangeError(`${JSON.stringify(cidr)} is no IPv4 CIDR such as 203.0.113.0/24`);
    const size = 2 ** (32 - Number(bits));
    const base = toNumber(address) - (toNumber(address) % size);
    this.#first = size > 2 ? base + 1 : base;
    this.#last = size > 2 ? base + size - 2 : base + size - 1;
  }

  /** The wanted address if it is free, or else the lowest free one; undefined when none is. */
  pick(taken: ReadonlySet<string>, wanted?: string): string | undefined {
    if (wanted !== undefined && this.has(wanted)) return taken.has(wanted) ? undefined : wanted;
    for (let value = this.#first; value <= this.#last; value += 1) if (!taken.has(toText(value))) return toText(value);
    return undefined;
  }

  has(address: string): boolean {
    return isIPv4(address) && toNumber(address) >= this.#first && toNumber(address) <= this.#last;
  }
}

const toNumber = (address: string): number => address.split('.').reduce((value, part) => value * 256 + Number(part), 0);

const toText = (value: number): string => [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join('.');
