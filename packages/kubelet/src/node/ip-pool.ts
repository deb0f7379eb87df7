/** Addresses of a node's pods. */
import { isIPv4, isIPv6 } from 'node:net';
import { canonicalIp } from '@towtank/network';

/** More addresses of a range than this are never handed out: an IPv6 range has no end. */
const MAX_ADDRESSES = 0xffff_ffff;
const GROUP_BITS = 16n;

/** Hands out the addresses of a CIDR in turn: one that has been given back is used again last. */
export class IpPool {
  readonly #first: bigint;
  readonly #width: number;
  readonly #count: number;
  readonly #taken = new Set<number>();
  #next = 0;

  /** The network's own address, the gateway after it and the last address are never handed out. */
  constructor(cidr: string) {
    const { base, size, width } = parseCidr(cidr);
    this.#first = base + 2n;
    this.#width = width;
    this.#count = Math.max(0, Math.min(Number(size - 3n), MAX_ADDRESSES));
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
      return formatIp(this.#first + BigInt(offset), this.#width);
    }
    throw new Error('failed to allocate for range 0: no IP addresses available in range set');
  }

  /** Gives an address back. */
  release(ip: string): void {
    const offset = this.#offsetOf(ip);
    if (offset !== undefined) this.#taken.delete(offset);
  }

  #offsetOf(ip: string): number | undefined {
    const parsed = parseIp(ip);
    return parsed?.width === this.#width ? Number(parsed.value - this.#first) : undefined;
  }
}

/** The n-th of equal parts of a CIDR, each with this prefix length. */
export function subnet(cidr: string, prefix: number, index: number): string {
  const { base, size, width } = parseCidr(cidr);
  const step = 1n << BigInt(width - prefix);
  if (BigInt(index + 1) * step > size)
    throw new RangeError(`${cidr} has no room for node number ${index + 1} with /${prefix}`);
  return `${formatIp(base + BigInt(index) * step, width)}/${prefix}`;
}

/** The n-th address of a CIDR. */
export function addressAt(cidr: string, index: number): string {
  const { base, width } = parseCidr(cidr);
  return formatIp(base + BigInt(index), width);
}

/** Whether the CIDR is one of IPv6. */
export const isIPv6Cidr = (cidr: string): boolean => cidr.includes(':');

function parseCidr(cidr: string): { base: bigint; size: bigint; width: number } {
  const [ip = '', prefix = ''] = cidr.split('/');
  const parsed = parseIp(ip);
  const length = prefix === '' ? parsed?.width : Number(prefix);
  if (parsed === undefined || length === undefined || !(length >= 0 && length <= parsed.width))
    throw new TypeError(`"${cidr}" is no CIDR`);
  const size = 1n << BigInt(parsed.width - length);
  return { base: parsed.value - (parsed.value % size), size, width: parsed.width };
}

function parseIp(ip: string): { value: bigint; width: number } | undefined {
  if (isIPv4(ip)) return { value: ip.split('.').reduce((value, part) => value * 256n + BigInt(part), 0n), width: 32 };
  if (!isIPv6(ip)) return undefined;
  const [head = '', tail] = ip.split('::');
  const [left, right] = [groupsOf(head), groupsOf(tail ?? '')];
  const zeros = tail === undefined ? [] : new Array<string>(8 - left.length - right.length).fill('0');
  const value = [...left, ...zeros, ...right].reduce((sum, group) => (sum << GROUP_BITS) + BigInt(`0x${group}`), 0n);
  return { value, width: 128 };
}

const groupsOf = (text: string): string[] => (text === '' ? [] : text.split(':'));

function formatIp(value: bigint, width: number): string {
  if (width === 32) return [24n, 16n, 8n, 0n].map((shift) => (value >> shift) & 0xffn).join('.');
  const groups = Array.from({ length: 8 }, (_, at) => (value >> (GROUP_BITS * BigInt(7 - at))) & 0xffffn);
  return canonicalIp(groups.map((group) => group.toString(16)).join(':'));
}
