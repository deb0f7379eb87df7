/** Addresses of the virtual network, and the real ones behind them. */
import { isIPv6, SocketAddress } from 'node:net';

/** The transport protocols that the network carries. */
export type Protocol = 'tcp' | 'udp';

/** An address that Kubernetes objects and DNS speak of: a pod's, a Service's, a node's. No packet is ever sent to it. */
export interface VirtualAddress {
  readonly ip: string;
  readonly port: number;
  /** TCP unless stated. */
  readonly protocol?: Protocol;
}

/** An address that a socket of this machine can be opened to. */
export interface RealAddress {
  readonly host: string;
  readonly port: number;
}

/** Who opens a connection: affinity goes by the IP, traffic policies and topology by the node. */
export interface Source {
  readonly ip: string;
  readonly port?: number;
  /** The node that the caller runs on; absent for a caller outside the cluster. */
  readonly nodeName?: string;
  /** `namespace/name` where the caller is a pod. */
  readonly pod?: string;
}

/** The source of a caller that names none: a process outside the cluster. */
export const OUTSIDE: Source = { ip: '127.0.0.1' };

/** An IP in its canonical text: IPv6 lower case and compressed, without brackets or zone. */
export function canonicalIp(ip: string): string {
  if (!ip.includes(':')) return ip;
  const bare = ip.replace(/^\[|\]$|%.*$/g, '');
  return isIPv6(bare) ? new SocketAddress({ address: bare, family: 'ipv6' }).address : bare;
}

/** An address as URLs write it: `10.96.0.10:80`, `[fd00::1]:80`. */
export const formatAddress = (ip: string, port: number): string =>
  ip.includes(':') ? `[${ip}]:${port}` : `${ip}:${port}`;

/** Whether the text is a loopback address. */
export const isLoopback = (ip: string): boolean => ip.startsWith('127.') || ip === '::1';
