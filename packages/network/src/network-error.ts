/** The errors of the virtual network, in the shape of Node's own system errors, since clients match on `code`. */
import { formatAddress, type VirtualAddress } from './virtual-address.ts';

const ERRNO = { ECONNREFUSED: -111, ETIMEDOUT: -110, EHOSTUNREACH: -113, EADDRINUSE: -98 } as const;

interface ErrorDetails {
  readonly code: string;
  readonly errno: number;
  readonly syscall: string;
  readonly address: string;
  readonly port: number;
}

function networkError(
  code: keyof typeof ERRNO,
  { ip, port }: VirtualAddress,
  { syscall = 'connect', hint = '' } = {},
): NodeJS.ErrnoException {
  const details: ErrorDetails = { code, errno: ERRNO[code], syscall, address: ip, port };
  return Object.assign(new Error(`${syscall} ${code} ${formatAddress(ip, port)}${hint}`), details);
}

/** The host exists and nobody listens on the port. */
export const connectionRefused = (address: VirtualAddress): NodeJS.ErrnoException =>
  networkError('ECONNREFUSED', address);

/** The same failure to connect, told of the virtual address that the caller dialled. */
export const failedToConnect = (error: NodeJS.ErrnoException, { ip, port }: VirtualAddress): NodeJS.ErrnoException =>
  Object.assign(new Error(`connect ${error.code} ${formatAddress(ip, port)}`), { ...error, address: ip, port });

/** Nothing answered in time. */
export const connectionTimedOut = (address: VirtualAddress): NodeJS.ErrnoException =>
  networkError('ETIMEDOUT', address);

/** No such host on this network. The address is not dialled: it may well exist on the network around this machine. */
export const hostUnreachable = (address: VirtualAddress): NodeJS.ErrnoException =>
  networkError('EHOSTUNREACH', address, {
    hint: ' (the virtual network has no such host, and real addresses other than loopback must be allowed)',
  });

/** The virtual address is bound already. */
export const addressInUse = (address: VirtualAddress): NodeJS.ErrnoException =>
  networkError('EADDRINUSE', address, { syscall: 'bind', hint: ` (${address.protocol ?? 'tcp'})` });

/** A name that does not resolve, as `dns.lookup` reports it. */
export const nameNotFound = (hostname: string): NodeJS.ErrnoException =>
  Object.assign(new Error(`getaddrinfo ENOTFOUND ${hostname}`), {
    code: 'ENOTFOUND',
    errno: -3008,
    syscall: 'getaddrinfo',
    hostname,
  });
