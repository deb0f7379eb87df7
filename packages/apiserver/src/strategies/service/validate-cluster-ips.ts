/** Rules for `clusterIP`, `clusterIPs`, `ipFamilies` and `ipFamilyPolicy`. */
import {
  duplicate,
  type FieldError,
  forbiddenField,
  invalidValue,
  notSupported,
  required,
} from '@towtank/apimachinery';
import { formatIp, ipFamilyOf, ipToNumber } from './ip-address.ts';
import { isHeadless, type Service } from './service.ts';

const POLICIES = ['SingleStack', 'PreferDualStack', 'RequireDualStack'];
export const IP_MESSAGE = 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)';

/** What is wrong with the addresses and families of a Service; `old` is undefined on create. */
export function clusterIpErrors(service: Service, old: Service | undefined): FieldError[] {
  const { spec } = service;
  if (spec.type === 'ExternalName') return externalNameErrors(service);
  const errors = [...familyErrors(service, old), ...policyErrors(service), ...syncErrors(service)];
  const ips = spec.clusterIPs ?? [];
  if (ips.length > 2) errors.push(invalidValue('spec.clusterIPs', ips, 'may only hold up to 2 values'));
  errors.push(...ips.flatMap((ip, index) => ipErrors(service, ip, index)));
  if (
    ips.length === 2 &&
    !ips.includes('None') &&
    ips.every(ipFamilyOf) &&
    ipFamilyOf(ips[0] ?? '') === ipFamilyOf(ips[1] ?? '')
  )
    errors.push(invalidValue('spec.clusterIPs', ips, 'may specify no more than one IP for each IP family'));
  return [...errors, ...(old === undefined ? [] : changeErrors(service, old))];
}

function externalNameErrors({ spec }: Service): FieldError[] {
  const forbidden = (field: string): FieldError =>
    forbiddenField(`spec.${field}`, 'may not be set for ExternalName services');
  return [
    ...((spec.clusterIPs ?? []).length > 0 ? [forbidden('clusterIPs')] : []),
    ...((spec.ipFamilies ?? []).length > 0 ? [forbidden('ipFamilies')] : []),
    ...(spec.ipFamilyPolicy === undefined ? [] : [forbidden('ipFamilyPolicy')]),
  ];
}

function familyErrors({ spec }: Service, _old: Service | undefined): FieldError[] {
  const families = spec.ipFamilies ?? [];
  return families.flatMap((family, index) => {
    const field = `spec.ipFamilies[${index}]`;
    if (family !== 'IPv4' && family !== 'IPv6') return [notSupported(field, family, ['IPv4', 'IPv6'])];
    return families.indexOf(family) < index ? [duplicate(field, family)] : [];
  });
}

const policyErrors = ({ spec: { ipFamilyPolicy } }: Service): FieldError[] =>
  ipFamilyPolicy === undefined || POLICIES.includes(ipFamilyPolicy)
    ? []
    : [notSupported('spec.ipFamilyPolicy', ipFamilyPolicy, POLICIES)];

function syncErrors({ spec: { clusterIP = '', clusterIPs = [] } }: Service): FieldError[] {
  if (clusterIP === '')
    return clusterIPs.length > 0
      ? [invalidValue('spec.clusterIPs', clusterIPs, 'must be empty when `clusterIP` is not specified')]
      : [];
  if (clusterIPs.length === 0) return [required('spec.clusterIPs')];
  return clusterIPs[0] === clusterIP
    ? []
    : [invalidValue('spec.clusterIPs', clusterIPs, 'first value must match `clusterIP`')];
}

function ipErrors(service: Service, ip: string, index: number): FieldError[] {
  const field = `spec.clusterIPs[${index}]`;
  const { spec } = service;
  if (ip === 'None') {
    if (index > 0) return [invalidValue(field, ip, 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)')];
    if ((spec.clusterIPs ?? []).length > 1)
      return [invalidValue('spec.clusterIPs', spec.clusterIPs, "'None' must be the first and only value")];
    return spec.type === 'ClusterIP'
      ? []
      : [invalidValue(field, ip, `may not be set to 'None' for ${spec.type} services`)];
  }
  const family = ipFamilyOf(ip);
  if (family === undefined) return [invalidValue(field, ip, IP_MESSAGE)];
  const canonical = formatIp(ipToNumber(ip), family);
  if (canonical !== ip) return [invalidValue(field, ip, `must be in canonical form ("${canonical}")`)];
  const wanted = spec.ipFamilies?.[index];
  if (wanted !== undefined && wanted !== family && !isHeadless(service))
    return [invalidValue(field, ip, `expected an ${wanted} value as indicated by \`ipFamilies[${index}]\``)];
  return [];
}

/** Addresses stay for as long as the type has one; only the second may come and go, with the policy. */
function changeErrors({ spec }: Service, old: Service): FieldError[] {
  if (old.spec.type === 'ExternalName') return [];
  const [before = [], after = []] = [old.spec.clusterIPs, spec.clusterIPs];
  const errors: FieldError[] = [];
  if (before[0] !== undefined && before[0] !== after[0])
    errors.push(invalidValue('spec.clusterIPs[0]', after, 'may not change once set'));
  const stillDual = spec.ipFamilyPolicy !== undefined && spec.ipFamilyPolicy !== 'SingleStack';
  if (before[1] !== undefined && after[1] === undefined && stillDual)
    errors.push(required('spec.clusterIPs[1]', 'must be set to keep the secondary cluster IP'));
  if (before[1] !== undefined && after[1] !== undefined && before[1] !== after[1])
    errors.push(invalidValue('spec.clusterIPs[1]', after, 'may not change once set'));
  return errors;
}
