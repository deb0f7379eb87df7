/** Endpoints: rules for subsets. */
import {
  dns1123LabelErrors,
  dns1123SubdomainErrors,
  type KubeObject,
  legacyIpErrors,
  required,
  specialIpErrors,
} from '@towtank/apimachinery';
import { deepEqual } from '../../registry/deep-equal.ts';
import type { Strategy } from '../../registry/strategy.ts';
import { checkName, checkPort, type Errors, type Fields } from '../validation/field-rules.ts';
import { rules } from '../validation/rules.ts';
import { checkPortName, checkProtocols, isOrdinaryAddress } from './endpoint-rules.ts';

function checkSubsets(errors: Errors, { subsets }: KubeObject): void {
  for (const [index, subset] of ((subsets ?? []) as readonly Fields[]).entries())
    checkSubset(errors, `subsets[${index}]`, subset);
}

function checkSubset(errors: Errors, field: string, subset: Fields): void {
  const addresses: readonly Fields[] = subset.addresses ?? [];
  const notReady: readonly Fields[] = subset.notReadyAddresses ?? [];
  const ports: readonly Fields[] = subset.ports ?? [];
  if (addresses.length === 0 && notReady.length === 0)
    errors.push(required(field, 'must specify `addresses` or `notReadyAddresses`'));
  checkAddresses(errors, `${field}.addresses`, addresses);
  checkAddresses(errors, `${field}.notReadyAddresses`, notReady);
  for (const [index, port] of ports.entries())
    checkEndpointPort(errors, `${field}.ports[${index}]`, port, ports.length > 1);
}

function checkAddresses(errors: Errors, field: string, addresses: readonly Fields[]): void {
  for (const [index, { ip = '', hostname, nodeName }] of addresses.entries()) {
    const isOrdinary = isOrdinaryAddress(ip);
    if (isOrdinary && !hostname && nodeName === undefined) continue;
    const at = `${field}[${index}]`;
    if (!isOrdinary) errors.push(...legacyIpErrors(`${at}.ip`, ip));
    if (hostname) checkName(errors, `${at}.hostname`, hostname, dns1123LabelErrors);
    checkName(errors, `${at}.nodeName`, nodeName, dns1123SubdomainErrors);
    if (!isOrdinary) errors.push(...specialIpErrors(`${at}.ip`, ip));
  }
}

function checkEndpointPort(errors: Errors, field: string, port: Fields, needsName: boolean): void {
  if (needsName && !port.name) errors.push(required(`${field}.name`));
  else checkPortName(errors, field, port.name);
  checkPort(errors, `${field}.port`, port.port);
  checkProtocols(errors, field, port);
}

const subsetErrors = rules(checkSubsets);

/** The strategy of Endpoints. Subsets that have been taken before are not questioned while they stay as they are. */
export const endpointsStrategy: Strategy = {
  allowCreateOnUpdate: true,
  metadataRulesOfUpdate: ['update', 'create'],
  validate: subsetErrors,
  validateUpdate(next, old) {
    const errors = subsetErrors(next);
    return errors.length > 0 && deepEqual(next.subsets, old.subsets) ? [] : errors;
  },
};
