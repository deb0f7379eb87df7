/** IP families of a Service: inferred, defaulted and checked before addresses are taken. */
import { type FieldError, invalid, invalidValue } from '@towtank/apimachinery';
import { deepEqual } from '../../registry/deep-equal.ts';
import { ipFamilyOf } from './ip-address.ts';
import type { IpFamily, Service } from './service.ts';
import { isHeadless, needsClusterIp } from './service.ts';
import { clusterIpErrors } from './validate-cluster-ips.ts';

const GK = { group: '', kind: 'Service' };

/** Settles `ipFamilies` and `ipFamilyPolicy`. `configured` are the cluster's families, the primary one first. Throws 422. */
export function settleFamilies(service: Service, old: Service | undefined, configured: readonly IpFamily[]): void {
  if (!needsClusterIp(service)) return;
  throwIfAny(service, clusterIpErrors(service, old));
  if (old !== undefined) downgrade(service, old);
  throwIfAny(service, policyErrors(service));
  inferFamilies(service);
  if (isHeadless(service) && Object.keys(service.spec.selector ?? {}).length === 0)
    return settleFreeHeadless(service, configured);
  throwIfAny(service, configurationErrors(service, configured));
  settle(service, configured);
}

/** A Service that leaves dual stack loses its second address, where the request did not touch the lists itself. */
function downgrade({ spec }: Service, old: Service): void {
  spec.ipFamilyPolicy ??= old.spec.ipFamilyPolicy as string;
  if (spec.ipFamilyPolicy !== 'SingleStack' || old.spec.ipFamilyPolicy === 'SingleStack') return;
  if (deepEqual(spec.clusterIPs, old.spec.clusterIPs)) spec.clusterIPs = spec.clusterIPs?.slice(0, 1) as string[];
  if (deepEqual(spec.ipFamilies, old.spec.ipFamilies)) spec.ipFamilies = spec.ipFamilies?.slice(0, 1) as IpFamily[];
}

function policyErrors({ spec }: Service): FieldError[] {
  if ((spec.ipFamilyPolicy ?? 'SingleStack') !== 'SingleStack') return [];
  const message = (what: string): FieldError =>
    invalidValue(
      'spec.ipFamilyPolicy',
      spec.ipFamilyPolicy ?? 'SingleStack',
      `must be 'RequireDualStack' or 'PreferDualStack' when multiple ${what} are specified`,
    );
  return [
    ...((spec.clusterIPs ?? []).length > 1 ? [message('cluster IPs')] : []),
    ...((spec.ipFamilies ?? []).length > 1 ? [message('IP families')] : []),
  ];
}

function inferFamilies({ spec }: Service): void {
  for (const [index, ip] of (spec.clusterIPs ?? []).entries()) {
    const family = ipFamilyOf(ip);
    if (family === undefined || (spec.ipFamilies ?? []).length > index) continue;
    spec.ipFamilies = [...(spec.ipFamilies ?? []), family];
  }
}

/** Headless and without selector: both families even on a single-stack cluster, since anybody may add endpoints. */
function settleFreeHeadless({ spec }: Service, configured: readonly IpFamily[]): void {
  const primary = spec.ipFamilies?.[0] ?? configured[0] ?? 'IPv4';
  spec.ipFamilies ??= [primary];
  if (spec.ipFamilies.length === 0) spec.ipFamilies = [primary];
  if (spec.ipFamilies.length < 2 && spec.ipFamilyPolicy !== 'SingleStack')
    spec.ipFamilies = [primary, otherThan(primary)];
  spec.ipFamilyPolicy ??= 'RequireDualStack';
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
  spec.ipFamilyPolicy ??= 'SingleStack';
  const primary = spec.ipFamilies?.[0] ?? configured[0] ?? 'IPv4';
  if ((spec.ipFamilies ?? []).length === 0) spec.ipFamilies = [primary];
  const wantsBoth = spec.ipFamilyPolicy !== 'SingleStack' && configured.length > 1;
  if (wantsBoth && spec.ipFamilies?.length === 1) spec.ipFamilies = [primary, otherThan(primary)];
}

function throwIfAny(service: Service, errors: readonly FieldError[]): void {
  if (errors.length > 0) throw invalid(GK, service.metadata.name ?? '', errors);
}
