/** Rules for `clusterIP`, `clusterIPs`, `ipFamilies` and `ipFamilyPolicy`. */
import {
  duplicate,
  type FieldError,
  forbiddenField,
  type IpFamily,
  invalidValue,
  ipFamilyOf,
  isDualStack,
  legacyIpErrors,
  notSupported,
  required,
} from '@towtank/apimachinery';
import { isHeadless, type Service } from './service.ts';

const POLICIES = ['SingleStack', 'PreferDualStack', 'RequireDualStack'];

/**
 * What is wrong with the addresses and families of a Service as they stand. Addresses that it had before may be spelt as
 * they were.
 */
export function clusterIpErrors(service: Service, old: Service | undefined): FieldError[] {
  const { spec } = service;
  if (spec.type === 'ExternalName') return externalNameErrors(service);
  const errors = [...familyErrors(service), ...policyErrors(service), ...syncErrors(service)];
  const ips = spec.clusterIPs ?? [];
  const known = old?.spec.clusterIPs ?? [];
  const malformed = ips.flatMap((ip, index) => (known.includes(ip) ? [] : ipErrors(service, ip, index)));
  errors.push(...malformed);
  if (ips.length > 2) errors.push(invalidValue('spec.clusterIPs', ips, 'may only hold up to 2 values'));
  if (malformed.length > 0) return errors;
  if (ips.length > 1 && !isDualStack(ips))
    errors.push(invalidValue('spec.clusterIPs', ips, 'may specify no more than one IP for each IP family'));
  return isHeadless(service) ? errors : [...errors, ...mismatchErrors(service)];
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

function familyErrors({ spec }: Service): FieldError[] {
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
    if (index > 0) return legacyIpErrors(field, ip);
    if ((spec.clusterIPs ?? []).length > 1)
      return [invalidValue('spec.clusterIPs', spec.clusterIPs, "'None' must be the first and only value")];
    return spec.type === 'ClusterIP'
      ? []
      : [invalidValue(field, ip, `may not be set to 'None' for ${spec.type} services`)];
  }
  return legacyIpErrors(field, ip);
}

function mismatchErrors({ spec: { clusterIPs = [], ipFamilies = [] } }: Service): FieldError[] {
  return clusterIPs.flatMap((ip, index) => {
    const wanted: IpFamily | undefined = ipFamilies[index];
    if (wanted === undefined || wanted === ipFamilyOf(ip)) return [];
    return [
      invalidValue(
        `spec.clusterIPs[${index}]`,
        ip,
        `expected an ${wanted} value as indicated by \`ipFamilies[${index}]\``,
      ),
    ];
  });
}

const FIXED = 'may not change once set';

/** Addresses and families stay for as long as the type has them; only the second may come and go, with the policy. */
export function clusterIpChangeErrors(service: Service, old: Service): FieldError[] {
  if (service.spec.type === 'ExternalName' || old.spec.type === 'ExternalName') return [];
  const [headless, wasHeadless] = [isHeadless(service), isHeadless(old)];
  return [
    ...(headless && wasHeadless ? [] : addressChangeErrors(service, old)),
    ...(headless || wasHeadless ? [] : familyChangeErrors(service, old)),
  ];
}

function addressChangeErrors({ spec }: Service, old: Service): FieldError[] {
  const [before = [], after = []] = [old.spec.clusterIPs, spec.clusterIPs];
  const fixed = (index: number): FieldError => invalidValue(`spec.clusterIPs[${index}]`, after, FIXED);
  if (before.length === after.length) return before.flatMap((ip, index) => (ip === after[index] ? [] : [fixed(index)]));
  if (after.length === 0) return [invalidValue('spec.clusterIPs[0]', after, 'primary clusterIP can not be unset')];
  const errors = before.length > 0 && before[0] !== after[0] ? [fixed(0)] : [];
  return [...errors, ...releaseErrors(spec.ipFamilyPolicy, before, after, 'clusterIP')];
}

function familyChangeErrors({ spec }: Service, old: Service): FieldError[] {
  const [before = [], after = []] = [old.spec.ipFamilies, spec.ipFamilies];
  const fixed = invalidValue('spec.ipFamilies[0]', after, FIXED);
  if (before.length === after.length)
    return before.flatMap((family, index) => (family === after[index] ? [] : [fixed]));
  const errors = before.length > 0 && after.length > 0 && before[0] !== after[0] ? [fixed] : [];
  return [...errors, ...releaseErrors(spec.ipFamilyPolicy, before, after, 'ipFamily')];
}

const releaseErrors = (
  policy: string | undefined,
  before: readonly string[],
  after: readonly string[],
  what: string,
): FieldError[] =>
  before.length > after.length && after.length === 1 && policy !== 'SingleStack'
    ? [invalidValue('spec.ipFamilyPolicy', policy, `must be set to 'SingleStack' when releasing the secondary ${what}`)]
    : [];
