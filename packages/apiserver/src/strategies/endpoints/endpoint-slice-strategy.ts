/** EndpointSlices: rules for endpoints, ports and hints; the generation counts labels too. */
import {
  dns1123LabelErrors,
  dns1123SubdomainErrors,
  duplicate,
  invalidValue,
  ipFamilyOf,
  type KubeObject,
  labelValueErrors,
  legacyIpErrors,
  required,
  specialIpErrors,
  tooMany,
} from '@towtank/apimachinery';
import { deepEqual } from '../../registry/deep-equal.ts';
import type { Strategy } from '../../registry/strategy.ts';
import {
  checkChoice,
  checkName,
  checkUnchanged,
  type Errors,
  type Fields,
  type NameRule,
} from '../validation/field-rules.ts';
import { changeRules, rules } from '../validation/rules.ts';
import { checkPortName, checkProtocols, isOrdinaryAddress } from './endpoint-rules.ts';

const ADDRESS_TYPES = ['FQDN', 'IPv4', 'IPv6'];
const MAX_ENDPOINTS = 1000;
const MAX_ADDRESSES = 100;
const MAX_PORTS = 20_000;
const MAX_HINTS = 8;

function checkSlice(errors: Errors, slice: KubeObject, old?: KubeObject): void {
  checkChoice(errors, 'addressType', slice.addressType, ADDRESS_TYPES);
  checkPorts(errors, 'ports', slice.ports ?? []);
  const before = errors.length;
  checkEndpoints(errors, 'endpoints', slice.endpoints ?? [], slice.addressType);
  if (errors.length > before && old !== undefined && deepEqual(slice.endpoints, old.endpoints)) errors.length = before;
}

function checkEndpoints(errors: Errors, field: string, endpoints: readonly Fields[], type: string): void {
  if (endpoints.length > MAX_ENDPOINTS) {
    errors.push(tooMany(field, endpoints.length, MAX_ENDPOINTS));
    return;
  }
  for (const [index, endpoint] of endpoints.entries()) {
    const at = `${field}[${index}]`;
    checkAddresses(errors, `${at}.addresses`, endpoint.addresses ?? [], type);
    checkName(errors, `${at}.nodeName`, endpoint.nodeName, dns1123SubdomainErrors);
    checkName(errors, `${at}.hostname`, endpoint.hostname, dns1123LabelErrors);
    if (endpoint.hints) checkHints(errors, `${at}.hints`, endpoint.hints);
  }
}

function checkAddresses(errors: Errors, field: string, addresses: readonly string[], type: string): void {
  if (addresses.length === 0) errors.push(required(field, 'must contain at least 1 address'));
  else if (addresses.length > MAX_ADDRESSES) errors.push(tooMany(field, addresses.length, MAX_ADDRESSES));
  for (const [index, address] of addresses.entries())
    if (type === 'FQDN') checkDomain(errors, `${field}[${index}]`, address);
    else if ((type === 'IPv4' && !isOrdinaryAddress(address)) || type === 'IPv6')
      checkAddress(errors, `${field}[${index}]`, address, type);
}

/** An address is well formed, of its family, and leads to some machine. */
function checkAddress(errors: Errors, field: string, address: string, type: string): void {
  const before = errors.length;
  errors.push(...legacyIpErrors(field, address));
  if (errors.length > before) return;
  if (ipFamilyOf(address) !== type) errors.push(invalidValue(field, address, `must be an ${type} address`));
  errors.push(...specialIpErrors(field, address));
}

function checkDomain(errors: Errors, field: string, domain: string): void {
  if (domain === '') {
    errors.push(required(field));
    return;
  }
  const name = domain.endsWith('.') ? domain.slice(0, -1) : domain;
  const messages = dns1123SubdomainErrors(name);
  for (const message of messages) errors.push(invalidValue(field, domain, message));
  if (messages.length > 0) return;
  const labels = name.split('.');
  if (labels.length < 2)
    errors.push(invalidValue(field, domain, 'should be a domain with at least two segments separated by dots'));
  else for (const label of labels) checkName(errors, field, label, dns1123LabelErrors);
}

/** Too many zones leave the nodes unread. */
function checkHints(errors: Errors, field: string, { forZones, forNodes }: Fields): void {
  if (checkHintNames(errors, `${field}.forZones`, forZones ?? [], labelValueErrors))
    checkHintNames(errors, `${field}.forNodes`, forNodes ?? [], dns1123SubdomainErrors);
}

/** Answers whether there are few enough to be read. */
function checkHintNames(errors: Errors, field: string, hints: readonly Fields[], rule: NameRule): boolean {
  if (hints.length > MAX_HINTS) {
    errors.push(tooMany(field, hints.length, MAX_HINTS));
    return false;
  }
  for (const [index, { name = '' }] of hints.entries()) {
    const at = `${field}[${index}].name`;
    if (hints.findIndex((hint) => (hint.name ?? '') === name) < index) errors.push(duplicate(at, name));
    checkName(errors, at, name, rule);
  }
  return true;
}

/** Names and protocols; the real server takes any number for a port. */
function checkPorts(errors: Errors, field: string, ports: readonly Fields[]): void {
  if (ports.length > MAX_PORTS) {
    errors.push(tooMany(field, ports.length, MAX_PORTS));
    return;
  }
  const names = new Set<string>();
  for (const [index, port] of ports.entries()) {
    const { name = '' } = port;
    const at = `${field}[${index}]`;
    checkPortName(errors, at, name);
    if (names.has(name)) errors.push(duplicate(`${at}.name`, name));
    names.add(name);
    checkProtocols(errors, at, port);
  }
}

/** What v1 has only to tell of older objects is not taken from anybody. */
function dropTopology({ endpoints }: KubeObject): void {
  for (const endpoint of (endpoints ?? []) as readonly Fields[]) delete endpoint.deprecatedTopology;
}

/** The strategy of EndpointSlices. Endpoints that have been taken before are not questioned while they stay. */
export const endpointSliceStrategy: Strategy = {
  metadataRulesOfUpdate: ['create'],
  prepareForCreate: dropTopology,
  prepareForUpdate(next, old) {
    dropTopology(next);
    const { generation = 0, labels } = old.metadata;
    if (!deepEqual(next.metadata.labels ?? {}, labels ?? {})) next.metadata.generation = generation + 1;
  },
  validate: rules(checkSlice),
  validateUpdate: changeRules((errors, slice, old) => {
    checkSlice(errors, slice, old);
    checkUnchanged(errors, 'addressType', slice.addressType, old.addressType);
  }),
  warnings: ({ addressType }) => (addressType === 'FQDN' ? ['spec.addressType: FQDN endpoints are deprecated'] : []),
};
