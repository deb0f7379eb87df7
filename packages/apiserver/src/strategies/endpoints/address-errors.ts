/** Rules for addresses and ports behind Services. */
import { isIP } from 'node:net';
import {
  dns1123LabelErrors,
  dns1123SubdomainErrors,
  type FieldError,
  invalidValue,
  labelKeyErrors,
  notSupported,
  required,
} from '@towtank/apimachinery';

const PROTOCOLS = ['SCTP', 'TCP', 'UDP'];
const LEADING_ZERO = /(^|\.)0\d/;

/** Rules for an address of Endpoints; non-canonical texts are refused. */
export function ipErrors(field: string, ip: string): FieldError[] {
  if (isIP(ip) !== 0 && !ip.includes('%')) {
    const isMapped = /^::ffff:[\d.]+$/i.test(ip);
    return isMapped ? [invalidValue(field, ip, 'must not be an IPv4-mapped IPv6 address')] : [];
  }
  if (LEADING_ZERO.test(ip) && isIP(ip.split('.').map(Number).join('.')) === 4)
    return [invalidValue(field, ip, 'must not have leading 0s')];
  return [invalidValue(field, ip, 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)')];
}

/** Addresses that no other machine can reach are no endpoints. */
export function specialIpErrors(field: string, ip: string): FieldError[] {
  if (isIP(ip) === 0) return [invalidValue(field, ip, 'must be a valid IP address')];
  const kind = specialKind(ip.toLowerCase());
  return kind === undefined ? [] : [invalidValue(field, ip, `may not be ${kind}`)];
}

function specialKind(ip: string): string | undefined {
  if (ip === '0.0.0.0' || /^[0:]+$/.test(ip)) return 'unspecified (0.0.0.0 or ::)';
  if (ip.startsWith('127.') || /^[0:]+:0*1$/.test(ip)) return 'in the loopback range (127.0.0.0/8, ::1/128)';
  if (ip.startsWith('169.254.') || /^fe[89ab][0-9a-f]:/.test(ip))
    return 'in the link-local range (169.254.0.0/16, fe80::/10)';
  if (ip.startsWith('224.0.0.') || /^ff[0-9a-f]2:/.test(ip))
    return 'in the link-local multicast range (224.0.0.0/24, ff02::/10)';
  return undefined;
}

/** Rules for the name of a node. */
export const nodeNameErrors = (field: string, name: string | undefined): FieldError[] =>
  name === undefined ? [] : dns1123SubdomainErrors(name).map((message) => invalidValue(field, name, message));

/** Rules for the host name of an endpoint. */
export const hostnameErrors = (field: string, hostname: string | undefined): FieldError[] =>
  hostname ? dns1123LabelErrors(hostname).map((message) => invalidValue(field, hostname, message)) : [];

/** Rules for the name of a port, where it has one. */
export const portNameErrors = (field: string, name: string | undefined): FieldError[] =>
  name ? dns1123LabelErrors(name).map((message) => invalidValue(field, name, message)) : [];

/** Rules for a port number. */
export const portNumberErrors = (field: string, port: number): FieldError[] =>
  port >= 1 && port <= 65_535 ? [] : [invalidValue(field, port, 'must be between 1 and 65535, inclusive')];

/** Rules for a protocol. */
export function protocolErrors(field: string, protocol: string | undefined): FieldError[] {
  if (!protocol) return [required(field)];
  return PROTOCOLS.includes(protocol) ? [] : [notSupported(field, protocol, PROTOCOLS)];
}

/** Rules for an application protocol. */
export const appProtocolErrors = (field: string, protocol: string | undefined): FieldError[] =>
  protocol === undefined ? [] : labelKeyErrors(protocol).map((message) => invalidValue(field, protocol, message));
