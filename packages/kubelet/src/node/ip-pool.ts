/** Addresses of a node's pods. */
import { type IpRange, ipToNumber, numberToIp, parseCidr, rangeContains } from '@towtank/apimachinery';

/** More addresses of a range than this are never handed out: an IPv6 range has no end. */
const MAX_ADDRESSES = 0xffff_ffff;

/** Hands out the addresses of a CIDR in turn: one that has been given back is used again last. */
export class IpPool {
  readonly #range: IpRange;
  readonly #first: bigint;
  readonly #count: number;
  readonly #taken = new Set<number>();
  #next = 0;

  /** The network's own address, the gateway after it and the last address are never handed out. */
  constructor(cidr: string) {
    this.#range = rangeOf(cidr);
    this.#first = this.#range.base + 2n;
    this.#count = Math.max(0, Math.min(Number(this.#range.size - 3n), MAX_ADDRESSES));
  }

  /** Takes an address. Throws when all are in use. */
  take(): string {
    // One more than are taken is enough to look at.
    const tries = Math.min(this.#count, this.#taken.size + 1);
    for (let tried = 0; tried < tries; tried += 1) {
      const offset = (this.#next + tried) % this.#count;
      if (this.#taken.has(offset)) continue;
      this.#taken.add(offset);
      this.#next = (offset + 1) % this.#count;
      return numberToIp(this.#first + BigInt(offset), this.#range.family);
    }
    throw new Error('failed to allocate for range 0: no IP addresses available in range set');
  }

  /** Gives an address back. */
  release(ip: string): void {
    if (rangeContains(this.#range, ip)) this.#taken.delete(Number(ipToNumber(ip) - this.#first));
  }
}

/** The n-th of equal parts of a CIDR, each with this prefix length. */
export function subnet(cidr: string, prefix: number, index: number): string {
  const { family, base, size } = rangeOf(cidr);
  const step = 1n << BigInt((family === 'IPv4' ? 32 : 128) - prefix);
  if (BigInt(index + 1) * step > size)
    throw new RangeError(`${cidr} has no room for node number ${index + 1} with /${prefix}`);
  return `${numberToIp(base + BigInt(index) * step, family)}/${prefix}`;
}

/** The n-th address of a CIDR. */
export function addressAt(cidr: string, index: number): string {
  const { family, base } = rangeOf(cidr);
  return numberToIp(base + BigInt(index), family);
}

/** Whether the CIDR is one of IPv6. */
export const isIPv6Cidr = (cidr: string): boolean => cidr.includes(':');

function rangeOf(cidr: string): IpRange {
  const range = parseCidr(cidr);
  if (range === undefined) throw new TypeError(`"${cidr}" is no CIDR`);
  return range;
}
