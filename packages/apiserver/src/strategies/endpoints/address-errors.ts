/** Rules for hosts and ports behind Services. */
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
