/** The bytes of SOCKS5 (RFC 1928). */
import { isIPv4, isIPv6, SocketAddress } from 'node:net';

/** The version byte. */
export const VERSION = 5;

/** What a client may ask for. */
export const COMMAND = { connect: 1, udpAssociate: 3 } as const;

/** How a request was answered. */
export const REPLY = {
  succeeded: 0,
  generalFailure: 1,
  hostUnreachable: 4,
  connectionRefused: 5,
  ttlExpired: 6,
  commandNotSupported: 7,
  addressTypeNotSupported: 8,
} as const;

/** A name or IP, and a port. */
export interface SocksAddress {
  readonly host: string;
  readonly port: number;
}

const IPV4 = 1;
const NAME = 3;
const IPV6 = 4;

/**
 * Reads the address type, address and port that begin at `offset`, and tells where they end. Nothing where the type is
 * unknown or bytes are missing.
 */
export function decodeAddress(bytes: Buffer, offset: number): { address: SocksAddress; end: number } | undefined {
  const length = addressLength(bytes, offset);
  if (length === undefined || bytes.length < offset + length + 2) return undefined;
  const end = offset + length;
  return { address: { host: hostOf(bytes, offset, end), port: bytes.readUInt16BE(end) }, end: end + 2 };
}

/** How many bytes the address type and address take; nothing for an unknown type, or where the length is missing. */
export function addressLength(bytes: Buffer, offset: number): number | undefined {
  switch (bytes[offset]) {
    case IPV4:
      return 5;
    case IPV6:
      return 17;
    case NAME:
      return bytes.length > offset + 1 ? 2 + (bytes[offset + 1] ?? 0) : undefined;
    default:
      return undefined;
  }
}

/** The bytes of an address and port. */
export function encodeAddress({ host, port }: SocksAddress): Buffer {
  const portBytes = Buffer.from([port >> 8, port & 0xff]);
  if (isIPv4(host)) return Buffer.concat([Buffer.from([IPV4, ...host.split('.').map(Number)]), portBytes]);
  if (isIPv6(host)) return Buffer.concat([Buffer.from([IPV6]), ipv6Bytes(host), portBytes]);
  const name = Buffer.from(host);
  return Buffer.concat([Buffer.from([NAME, name.length]), name, portBytes]);
}

/** The answer to a request. */
export const encodeReply = (reply: number, bound: SocksAddress = { host: '0.0.0.0', port: 0 }): Buffer =>
  Buffer.concat([Buffer.from([VERSION, reply, 0]), encodeAddress(bound)]);

function hostOf(bytes: Buffer, offset: number, end: number): string {
  const type = bytes[offset];
  if (type === NAME) return bytes.toString('latin1', offset + 2, end);
  const address = bytes.subarray(offset + 1, end);
  if (type === IPV4) return address.join('.');
  const groups = Array.from({ length: 8 }, (_, index) => address.readUInt16BE(index * 2).toString(16));
  return new SocketAddress({ address: groups.join(':'), family: 'ipv6' }).address;
}

function ipv6Bytes(ip: string): Buffer {
  const [head = '', tail] = ip.replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, ipv4Groups).split('::');
  const before = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = Array.from({ length: 8 - before.length - after.length }, () => '0');
  const groups = [...before, ...zeros, ...after].map((group) => Number.parseInt(group, 16));
  return Buffer.from(groups.flatMap((group) => [group >> 8, group & 0xff]));
}

const ipv4Groups = (_: string, a: string, b: string, c: string, d: string): string =>
  `${(Number(a) * 256 + Number(b)).toString(16)}:${(Number(c) * 256 + Number(d)).toString(16)}`;
