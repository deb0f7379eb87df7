/** Ranges of IP addresses, and addresses as the numbers that ranges are made of. */
import { formatIp, type IpFamily, ipVersionOf, parseIp } from './ip-address.ts';

/** A range of addresses, as a CIDR describes it. */
export interface IpRange {
  readonly family: IpFamily;
  /** The first address. */
  readonly base: bigint;
  /** How many addresses there are. */
  readonly size: bigint;
  /** How many leading bits all addresses share. */
  readonly prefixLength: number;
}

/**
 * Parses `10.96.0.0/16`; undefined for text that is no CIDR, also where leading zeros are all that is wrong with it. Bits
 * beyond the prefix are cleared.
 */
export function parseCidr(text: string): IpRange | undefined {
  const [, address = '', bits = ''] = /^([^/]+)\/(0|[1-9]\d{0,2})$/.exec(text) ?? [];
  const version = ipVersionOf(address);
  const width = version === 4 ? 32 : 128;
  const prefixLength = Number(bits);
  if (version === 0 || prefixLength > width) return undefined;
  const size = 1n << BigInt(width - prefixLength);
  const value = ipToNumber(address);
  return { family: version === 4 ? 'IPv4' : 'IPv6', base: value - (value % size), size, prefixLength };
}

/** The canonical text of a range. */
export const formatCidr = ({ family, base, prefixLength }: IpRange): string =>
  `${numberToIp(base, family)}/${prefixLength}`;

/** Whether an address lies in a range. Text that is no address lies in none. */
export function rangeContains({ family, base, size }: IpRange, ip: string): boolean {
  if (ipVersionOf(ip) !== (family === 'IPv4' ? 4 : 6)) return false;
  const value = ipToNumber(ip);
  return value >= base && value < base + size;
}

/** Whether all addresses of `inner` lie in `outer`. */
export const rangeCovers = (outer: IpRange, inner: IpRange): boolean =>
  outer.family === inner.family && outer.prefixLength <= inner.prefixLength && rangesOverlap(outer, inner);

/** Whether two ranges have an address in common. */
export const rangesOverlap = (one: IpRange, other: IpRange): boolean =>
  one.family === other.family && one.base < other.base + other.size && other.base < one.base + one.size;

/** The value of an address. Throws for text that is none. */
export function ipToNumber(text: string): bigint {
  const bytes = parseIp(text);
  if (bytes.length === 4) return BigInt(bytes.readUInt32BE());
  return (bytes.readBigUInt64BE() << 64n) | bytes.readBigUInt64BE(8);
}

/** The canonical text of an address, from its value. */
export function numberToIp(value: bigint, family: IpFamily): string {
  const bytes = Buffer.alloc(family === 'IPv4' ? 4 : 16);
  if (family === 'IPv4') bytes.writeUInt32BE(Number(value));
  else {
    bytes.writeBigUInt64BE(value >> 64n);
    bytes.writeBigUInt64BE(value & 0xffff_ffff_ffff_ffffn, 8);
  }
  return formatIp(bytes);
}
