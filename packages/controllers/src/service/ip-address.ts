/** IP addresses as text. */
import { isIPv4, isIPv6 } from 'node:net';
import type { IpFamily } from './service.ts';

const SLOPPY_IPV4 = /^\d{1,10}(\.\d{1,10}){3}$/;
const MAPPED_IPV4 = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i;

/**
 * The canonical text of an address: no leading zeros, IPv6 compressed and in lower case, IPv4 inside IPv6 as IPv4.
 * Undefined for what is no address.
 */
export function canonicalIP(text: string): string | undefined {
  if (isIPv4(text)) return text;
  if (SLOPPY_IPV4.test(text)) {
    const decimal = text.split('.').map(Number).join('.');
    return isIPv4(decimal) ? decimal : undefined;
  }
  if (!isIPv6(text) || text.includes('%')) return undefined;
  const mapped = MAPPED_IPV4.exec(text)?.[1];
  return mapped ?? new URL(`http://[${text}]`).hostname.slice(1, -1);
}

/** The family of a canonical address. */
export const familyOf = (ip: string): IpFamily => (ip.includes(':') ? 'IPv6' : 'IPv4');

/** The addresses of this family among a Pod's, canonical, in order. */
export function addressesOfFamily(podIPs: readonly { readonly ip: string }[], family: IpFamily): string[] {
  const addresses = podIPs.map(({ ip }) => canonicalIP(ip));
  return addresses.filter((ip): ip is string => ip !== undefined && familyOf(ip) === family);
}
