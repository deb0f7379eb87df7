/** The name under which the pointer of an IP is kept. */
import { isIPv4 } from 'node:net';
import { encodeAddress } from './socks5-protocol.ts';

/** `4.3.2.1.in-addr.arpa`, or the 32 nibbles under `ip6.arpa`. */
export function reverseName(ip: string): string {
  if (isIPv4(ip)) return `${ip.split('.').reverse().join('.')}.in-addr.arpa`;
  const bytes = encodeAddress({ host: ip, port: 0 }).subarray(1, 17);
  return `${[...bytes.toString('hex')].reverse().join('.')}.ip6.arpa`;
}
