/** Addresses of a node's pods. */

/** Hands out the addresses of an IPv4 CIDR in turn: one that has been given back is used again last. */
export class IpPool {
  readonly #first: number;
  readonly #count: number;
  readonly #taken = new Set<number>();
  #next = 0;

  /** The network's own address, the gateway after it and the broadcast address are never handed out. */
  constructor(cidr: string) {
    const { base, size } = parseCidr(cidr);
    this.#first = base + 2;
    this.#count = Math.max(0, size - 3);
  }

  /** Takes an address. Throws when all are in use. */
  take(): string {
    for (let tried = 0; tried < this.#count; tried += 1) {
      const offset = (this.#next + tried) % this.#count;
      if (this.#taken.has(offset)) continue;
      this.#taken.add(offset);
      this.#next = (offset + 1) % this.#count;
      return formatIp(this.#first + offset);
    }
    throw new Error('failed to allocate for range 0: no IP addresses available in range set');
  }

  /** Gives an address back. */
  release(ip: string): void {
    this.#taken.delete(parseIp(ip) - this.#first);
  }
}

/** The n-th of equal parts of a CIDR, each with this prefix length. */
export function subnet(cidr: string, prefix: number, index: number): string {
  const { base, size } = parseCidr(cidr);
  const step = 2 ** (32 - prefix);
  if ((index + 1) * step > size)
    throw new RangeError(`${cidr} has no room for node number ${index + 1} with /${prefix}`);
  return `${formatIp(base + index * step)}/${prefix}`;
}

/** The n-th address of a CIDR. */
export const addressAt = (cidr: string, index: number): string => formatIp(parseCidr(cidr).base + index);

function parseCidr(cidr: string): { base: number; size: number } {
  const [ip = '', prefix = '32'] = cidr.split('/');
  const size = 2 ** (32 - Number(prefix));
  const value = parseIp(ip);
  if (Number.isNaN(value) || !(size >= 1)) throw new TypeError(`"${cidr}" is no IPv4 CIDR`);
  return { base: value - (value % size), size };
}

function parseIp(ip: string): number {
  const parts = ip.split('.').map(Number);
  return parts.length === 4 ? parts.reduce((value, part) => value * 256 + part, 0) : Number.NaN;
}

const formatIp = (value: number): string =>
  [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join('.');
