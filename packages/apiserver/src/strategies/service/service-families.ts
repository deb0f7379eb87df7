/** IP families of a Service: inferred, defaulted and checked before addresses are taken. */
import { type FieldError, type IpFamily, invalid, invalidValue, ipFamilyOf } from '@towtank/apimachinery';
import { deepEqual } from '../../registry/deep-equal.ts';
import type { Service } from './service.ts';
import { isHeadless, needsClusterIp } from './service.ts';
import { clusterIpErrors } from './validate-cluster-ips.ts';

const GK = { group: '', kind: 'Service' };

/** Settles `ipFamilies` and `ipFamilyPolicy`. `configured` are the cluster's families, the primary one first. Throws 422. */
export function settleFamilies(service: Service, old: Service | undefined, configured: readonly IpFamily[]): void {
  if (!needsClusterIp(service) || (old !== undefined && keepsPreference(service, old))) return;
  service.spec.ipFamilyPolicy ??=
    old?.spec.ipFamilyPolicy ?? (isFreeHeadless(service) ? 'RequireDualStack' : 'SingleStack');
  throwIfAny(service, clusterIpErrors(service, old));
  const errors = old === undefined ? [] : downgrade(service, old);
  errors.push(...policyErrors(service), ...inferFamilies(service, configured));
  throwIfAny(service, errors);
  if (isFreeHeadless(service)) return settleFreeHeadless(service, configured);
  throwIfAny(service, configurationErrors(service, configured));
  settle(service, configured);
}

/** A Service that prefers both families is left as it is until its policy, addresses or families change. */
const keepsPreference = ({ spec }: Service, old: Service): boolean =>
  spec.type === old.spec.type &&
  spec.ipFamilyPolicy === 'PreferDualStack' &&
  old.spec.ipFamilyPolicy === 'PreferDualStack' &&
  deepEqual(
    [spec.clusterIP, spec.clusterIPs, spec.ipFamilies],
    [old.spec.clusterIP, old.spec.clusterIPs, old.spec.ipFamilies],
  );

const isFreeHeadless = (service: Service): boolean =>
  isHeadless(service) && Object.keys(service.spec.selector ?? {}).length === 0;

/** A Service that leaves dual stack loses its second address and family; without saying so it may not. */
function downgrade({ spec }: Service, old: Service): FieldError[] {
  const { clusterIPs = [], ipFamilies = [] } = spec;
  const [ipsBefore, familiesBefore] = [old.spec.clusterIPs ?? [], old.spec.ipFamilies ?? []];
  if (spec.ipFamilyPolicy === 'SingleStack') {
    if (deepEqual(clusterIPs, ipsBefore)) spec.clusterIPs = clusterIPs.slice(0, 1);
    if (deepEqual(ipFamilies, familiesBefore)) spec.ipFamilies = ipFamilies.slice(0, 1);
    return [];
  }
  const reduced = (after: readonly string[], before: readonly string[], what: string): FieldError[] =>
    after.length > 0 && after.length < before.length
      ? [
          invalidValue(
            'spec.ipFamilyPolicy',
            spec.ipFamilyPolicy,
            `must be 'SingleStack' to release the secondary ${what}`,
          ),
        ]
      : [];
  return [...reduced(clusterIPs, ipsBefore, 'cluster IP'), ...reduced(ipFamilies, familiesBefore, 'IP family')];
}

function policyErrors({ spec }: Service): FieldError[] {
  if (spec.ipFamilyPolicy !== 'SingleStack') return [];
  const message = (what: string): FieldError =>
    invalidValue(
      'spec.ipFamilyPolicy',
      spec.ipFamilyPolicy,
      `must be 'RequireDualStack' or 'PreferDualStack' when multiple ${what} are specified`,
    );
  return [
    ...((spec.clusterIPs ?? []).length === 2 ? [message('cluster IPs')] : []),
    ...((spec.ipFamilies ?? []).length === 2 ? [message('IP families')] : []),
  ];
}

/** Addresses say which families are meant, where the families themselves do not. */
function inferFamilies({ spec }: Service, configured: readonly IpFamily[]): FieldError[] {
  const errors: FieldError[] = [];
  for (const [index, ip] of (spec.clusterIPs ?? []).entries()) {
    const family = ipFamilyOf(ip);
    if (family === undefined || (spec.ipFamilies ?? []).length > index) continue;
    if (configured.includes(family)) spec.ipFamilies = [...(spec.ipFamilies ?? []), family];
    else
      errors.push(
        invalidValue(`spec.clusterIPs[${index}]`, spec.clusterIPs, `${family} is not configured on this cluster`),
      );
  }
  return errors;
}

/** Headless and without selector: both families even on a single-stack cluster, since anybody may add endpoints. */
function settleFreeHeadless({ spec }: Service, configured: readonly IpFamily[]): void {
  const primary = spec.ipFamilies?.[0] ?? configured[0] ?? 'IPv4';
  if ((spec.ipFamilies ?? []).length === 0) spec.ipFamilies = [primary];
  if (spec.ipFamilies?.length === 1 && spec.ipFamilyPolicy !== 'SingleStack')
    spec.ipFamilies = [primary, otherThan(primary)];
}

const otherThan = (family: IpFamily): IpFamily => (family === 'IPv4' ? 'IPv6' : 'IPv4');

function configurationErrors({ spec }: Service, configured: readonly IpFamily[]): FieldError[] {
  const errors: FieldError[] = [];
  if (spec.ipFamilyPolicy === 'RequireDualStack' && configured.length < 2)
    errors.push(
      invalidValue(
        'spec.ipFamilyPolicy',
        spec.ipFamilyPolicy,
        'this cluster is not configured for dual-stack services',
      ),
    );
  for (const [index, family] of (spec.ipFamilies ?? []).entries())
    if (!configured.includes(family))
      errors.push(invalidValue(`spec.ipFamilies[${index}]`, family, 'not configured on this cluster'));
  return errors;
}

function settle({ spec }: Service, configured: readonly IpFamily[]): void {
  const primary = spec.ipFamilies?.[0] ?? configured[0] ?? 'IPv4';
  if ((spec.ipFamilies ?? []).length === 0) spec.ipFamilies = [primary];
  const wantsBoth = spec.ipFamilyPolicy !== 'SingleStack' && configured.length > 1;
  if (wantsBoth && spec.ipFamilies?.length === 1) spec.ipFamilies = [primary, otherThan(primary)];
}

function throwIfAny(service: Service, errors: readonly FieldError[]): void {
  if (errors.length > 0) throw invalid(GK, service.metadata.name ?? '', errors);
}
