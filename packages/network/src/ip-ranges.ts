/** A set of IP ranges. */
import { BlockList, isIP } from 'node:net';

/** Whether an IP lies in any of the ranges, each a CIDR or a single IP. Throws on text that is neither. */
export function ipRanges(ranges: readonly string[]): (ip: string) => boolean {
  const list = new BlockList();
  for (const range of ranges) {
    const [ip = '', prefix] = range.trim().split('/');
    const family = familyOf(ip);
    if (family === undefined) throw new TypeError(`"${range}" is neither an IP nor a CIDR`);
    if (prefix === undefined) list.addAddress(ip, family);
    else list.addSubnet(ip, Number(prefix), family);
  }
  return (ip) => {
    const family = familyOf(ip);
    return family !== undefined && list.check(ip, family);
  };
}

function familyOf(ip: string): 'ipv4' | 'ipv6' | undefined {
  const version = isIP(ip);
  if (version === 0) return undefined;
  return version === 4 ? 'ipv4' : 'ipv6';
}
