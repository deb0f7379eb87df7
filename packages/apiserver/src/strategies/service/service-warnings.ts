/** What writers of Services are warned of; the write succeeds all the same. */
import { cidrWarnings, ipWarnings } from '@towtank/apimachinery';
import { isHeadless, needsClusterIp, type Service } from './service.ts';

const OLD_HINTS = 'service.kubernetes.io/topology-aware-hints';

/** The texts of the warnings, in Kubernetes' order. */
export function serviceWarnings(service: Service): string[] {
  const { spec, metadata } = service;
  const warnings: string[] = [];
  const warnIf = (condition: boolean, text: string): void => void (condition && warnings.push(text));
  const externalIps = spec.externalIPs ?? [];
  const headless = isHeadless(service);
  warnIf(
    metadata.annotations?.[OLD_HINTS] !== undefined,
    `annotation ${OLD_HINTS} is deprecated, please use service.kubernetes.io/topology-mode instead`,
  );
  if (needsClusterIp(service) && !headless) warnings.push(...warningsOf('clusterIPs', spec.clusterIPs, ipWarnings));
  if (headless) {
    warnIf(Boolean(spec.loadBalancerIP), 'spec.loadBalancerIP is ignored for headless services');
    warnIf(externalIps.length > 0, 'spec.externalIPs is ignored for headless services');
    warnIf(spec.sessionAffinity !== 'None', 'spec.SessionAffinity is ignored for headless services');
  }
  warnings.push(...warningsOf('externalIPs', externalIps, ipWarnings));
  warnIf(
    externalIps.length > 0 && !headless && spec.type !== 'ExternalName',
    'spec.externalIPs is deprecated and may no longer be implemented in some clusters',
  );
  warnings.push(...ipWarnings('spec.loadBalancerIP', spec.loadBalancerIP ?? ''));
  warnings.push(...warningsOf('loadBalancerSourceRanges', spec.loadBalancerSourceRanges, cidrWarnings));
  warnIf(
    externalIps.length > 0 && spec.type === 'ExternalName',
    'spec.externalIPs is ignored when spec.type is "ExternalName"',
  );
  warnIf(
    spec.type !== 'ExternalName' && Boolean(spec.externalName),
    'spec.externalName is ignored when spec.type is not "ExternalName"',
  );
  warnIf(
    spec.trafficDistribution === 'PreferClose',
    'spec.trafficDistribution: "PreferClose" is deprecated; use "PreferSameZone"',
  );
  return warnings;
}

const warningsOf = (
  field: string,
  texts: readonly string[] = [],
  warn: (field: string, text: string) => string[],
): string[] => texts.flatMap((text, index) => warn(`spec.${field}[${index}]`, text));
