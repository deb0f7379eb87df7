/** EndpointSlices: rules for endpoints, ports and hints; the generation counts labels too. */

import { isIP } from 'node:net';
import {
  dns1123LabelErrors,
  dns1123SubdomainErrors,
  duplicate,
  type FieldError,
  invalidValue,
  type KubeObject,
  labelValueErrors,
  notSupported,
  required,
  specialIpErrors,
  tooMany,
} from '@towtank/apimachinery';
import { deepEqual } from '../../registry/deep-equal.ts';
import type { Strategy } from '../../registry/strategy.ts';
import {
  appProtocolErrors,
  hostnameErrors,
  nodeNameErrors,
  portNameErrors,
  portNumberErrors,
  protocolErrors,
} from './address-errors.ts';

const ADDRESS_TYPES = ['FQDN', 'IPv4', 'IPv6'];
const MAX_ENDPOINTS = 1000;
const MAX_ADDRESSES = 100;
const MAX_PORTS = 20_000;
const MAX_HINTS = 8;

interface Endpoint {
  readonly addresses?: readonly string[] | null;
  readonly nodeName?: string;
  readonly hostname?: string;
  readonly hints?: { readonly forZones?: readonly { name: string }[]; readonly forNodes?: readonly { name: string }[] };
}

interface Port {
  readonly name?: string;
  readonly port?: number;
  readonly protocol?: string;
  readonly appProtocol?: string;
}

/** The strategy of EndpointSlices. */
export const endpointSliceStrategy: Strategy = {
  prepareForUpdate(next, old) {
    const { generation = 0, labels } = old.metadata;
    if (!deepEqual(next.metadata.labels ?? {}, labels ?? {})) next.metadata.generation = generation + 1;
  },
  validate: sliceErrors,
  validateUpdate: (next, old) => [
    ...sliceErrors(next),
    ...(next.addressType === old.addressType
      ? []
      : [invalidValue('addressType', next.addressType, 'field is immutable')]),
  ],
  warnings: ({ addressType }) => (addressType === 'FQDN' ? ['spec.addressType: FQDN endpoints are deprecated'] : []),
};

function sliceErrors({ addressType, endpoints, ports }: KubeObject): FieldError[] {
  return [
    ...addressTypeErrors(addressType),
    ...endpointsErrors((endpoints ?? []) as readonly Endpoint[], addressType),
    ...portsErrors((ports ?? []) as readonly Port[]),
  ];
}

function addressTypeErrors(addressType: string | undefined): FieldError[] {
  if (!addressType) return [required('addressType')];
  return ADDRESS_TYPES.includes(addressType) ? [] : [notSupported('addressType', addressType, ADDRESS_TYPES)];
}

function endpointsErrors(endpoints: readonly Endpoint[], addressType: string): FieldError[] {
  if (endpoints.length > MAX_ENDPOINTS) return [tooMany('endpoints', endpoints.length, MAX_ENDPOINTS)];
  return endpoints.flatMap(({ addresses, nodeName, hostname, hints = {} }, at) => {
    const field = `endpoints[${at}]`;
    return [
      ...addressesErrors(`${field}.addresses`, addresses ?? [], addressType),
      ...nodeNameErrors(`${field}.nodeName`, nodeName),
      ...hostnameErrors(`${field}.hostname`, hostname),
      ...hintErrors(`${field}.hints.forZones`, hints.forZones, labelValueErrors),
      ...hintErrors(`${field}.hints.forNodes`, hints.forNodes, dns1123SubdomainErrors),
    ];
  });
}

function addressesErrors(field: string, addresses: readonly string[], addressType: string): FieldError[] {
  if (addresses.length === 0) return [required(field, 'must contain at least 1 address')];
  if (addresses.length > MAX_ADDRESSES) return [tooMany(field, addresses.length, MAX_ADDRESSES)];
  return addresses.flatMap((address, at) => addressErrors(`${field}[${at}]`, address, addressType));
}

function addressErrors(field: string, address: string, addressType: string): FieldError[] {
  if (addressType === 'FQDN') return domainErrors(field, address);
  if (addressType !== 'IPv4' && addressType !== 'IPv6') return [];
  const isOfType = isIP(address) === (addressType === 'IPv4' ? 4 : 6);
  return [
    ...(isOfType ? [] : [invalidValue(field, address, `must be a valid ${addressType} address`)]),
    ...specialIpErrors(field, address),
  ];
}

function domainErrors(field: string, domain: string): FieldError[] {
  if (domain === '') return [required(field)];
  const name = domain.endsWith('.') ? domain.slice(0, -1) : domain;
  const errors = dns1123SubdomainErrors(name);
  if (errors.length > 0) return errors.map((message) => invalidValue(field, domain, message));
  const labels = name.split('.');
  if (labels.length < 2)
    return [invalidValue(field, domain, 'should be a domain with at least two segments separated by dots')];
  return labels.flatMap((label) => dns1123LabelErrors(label).map((message) => invalidValue(field, label, message)));
}

function hintErrors(
  field: string,
  hints: readonly { name: string }[] = [],
  nameErrors: (name: string) => readonly string[],
): FieldError[] {
  if (hints.length > MAX_HINTS) return [tooMany(field, hints.length, MAX_HINTS)];
  return hints.flatMap(({ name }, at) => {
    const isRepeated = hints.findIndex((hint) => hint.name === name) < at;
    const nameField = `${field}[${at}].name`;
    if (isRepeated) return [duplicate(nameField, name)];
    return nameErrors(name).map((message) => invalidValue(nameField, name, message));
  });
}

function portsErrors(ports: readonly Port[]): FieldError[] {
  if (ports.length > MAX_PORTS) return [tooMany('ports', ports.length, MAX_PORTS)];
  const names = new Set<string>();
  return ports.flatMap(({ name = '', port, protocol, appProtocol }, at) => {
    const field = `ports[${at}]`;
    const isRepeated = names.has(name);
    names.add(name);
    return [
      ...portNameErrors(`${field}.name`, name),
      ...(isRepeated ? [duplicate(`${field}.name`, name)] : []),
      ...(port === undefined ? [] : portNumberErrors(`${field}.port`, port)),
      ...protocolErrors(`${field}.protocol`, protocol),
      ...appProtocolErrors(`${field}.appProtocol`, appProtocol),
    ];
  });
}
