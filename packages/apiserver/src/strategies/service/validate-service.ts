/** Rules for Services that the schema cannot say. */
import {
  dns1123SubdomainErrors,
  type FieldError,
  forbiddenField,
  invalidValue,
  labelKeyErrors,
  notSupported,
  required,
} from '@towtank/apimachinery';
import { deepEqual } from '../../registry/deep-equal.ts';
import { validateLabels } from '../../registry/object-meta.ts';
import { formatIp, ipFamilyOf, ipToNumber, parseCidr } from './ip-address.ts';
import { isExternallyAccessible, isHeadless, needsHealthCheckPort, type Service } from './service.ts';
import { clusterIpChangeErrors, clusterIpErrors, IP_MESSAGE } from './validate-cluster-ips.ts';
import { portErrors } from './validate-service-ports.ts';

const TYPES = ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort'];
const TRAFFIC_POLICIES = ['Cluster', 'Local'];
const CIDR_MESSAGE = 'must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)';
const SOURCE_RANGES_ANNOTATION = 'service.beta.kubernetes.io/load-balancer-source-ranges';
const MAX_AFFINITY_SECONDS = 86_400;

/** What is wrong with a Service; `old` is undefined on create. */
export function serviceErrors(service: Service, old: Service | undefined): FieldError[] {
  return [
    ...(old === undefined ? [] : [...clusterIpChangeErrors(service, old), ...changeErrors(service, old)]),
    ...portErrors(service),
    ...typeErrors(service),
    ...selectorErrors(service),
    ...affinityErrors(service),
    ...externalIpErrors(service, old),
    ...clusterIpErrors(service),
    ...policyErrors(service),
    ...loadBalancerErrors(service),
  ];
}

function typeErrors({ spec }: Service): FieldError[] {
  if (!TYPES.includes(spec.type)) return [notSupported('spec.type', spec.type, TYPES)];
  if (spec.type !== 'ExternalName') return [];
  const name = (spec.externalName ?? '').replace(/\.$/, '');
  if (name === '') return [required('spec.externalName')];
  return dns1123SubdomainErrors(name).map((message) => invalidValue('spec.externalName', name, message));
}

const selectorErrors = ({ spec: { selector } }: Service): FieldError[] => validateLabels(selector, 'spec.selector');

function affinityErrors({ spec }: Service): FieldError[] {
  const { sessionAffinity, sessionAffinityConfig } = spec;
  if (sessionAffinity !== 'ClientIP' && sessionAffinity !== 'None')
    return [notSupported('spec.sessionAffinity', sessionAffinity, ['ClientIP', 'None'])];
  if (sessionAffinity === 'None') return [];
  const seconds = sessionAffinityConfig?.clientIP?.timeoutSeconds;
  const field = 'spec.sessionAffinityConfig.clientIP.timeoutSeconds';
  if (seconds === undefined) return [required(field)];
  return seconds > 0 && seconds <= MAX_AFFINITY_SECONDS
    ? []
    : [invalidValue(field, seconds, `must be greater than 0 and less than ${MAX_AFFINITY_SECONDS}`)];
}

function externalIpErrors({ spec }: Service, old: Service | undefined): FieldError[] {
  return (spec.externalIPs ?? []).flatMap((ip, index) => {
    const field = `spec.externalIPs[${index}]`;
    const family = ipFamilyOf(ip);
    if (family === undefined) return [invalidValue(field, ip, IP_MESSAGE)];
    const canonical = formatIp(ipToNumber(ip), family);
    const errors =
      canonical !== ip && !old?.spec.externalIPs?.includes(ip)
        ? [invalidValue(field, ip, `must be in canonical form ("${canonical}")`)]
        : [];
    return [...errors, ...specialIpErrors(field, ip)];
  });
}

/** Addresses that never lead to another machine: unspecified, loopback, link-local. */
export function specialIpErrors(field: string, ip: string): FieldError[] {
  const says = (message: string): FieldError[] => [invalidValue(field, ip, message)];
  const v4 = ipFamilyOf(ip) === 'IPv4';
  const value = ipToNumber(ip);
  if (value === 0n) return says(`may not be unspecified (${v4 ? '0.0.0.0' : '::'})`);
  if (v4 ? value >> 24n === 127n : value === 1n) return says('may not be in the loopback range (127.0.0.0/8, ::1/128)');
  if (v4 ? value >> 16n === 0xa9fen : value >> 118n === 0x3fan)
    return says('may not be in the link-local range (169.254.0.0/16, fe80::/10)');
  if (v4 ? value >> 8n === 0xe00000n : value >> 112n === 0xff02n)
    return says('may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)');
  return [];
}

function policyErrors(service: Service): FieldError[] {
  const { externalTrafficPolicy, internalTrafficPolicy, trafficDistribution, type } = service.spec;
  const errors: FieldError[] = [];
  if (externalTrafficPolicy) {
    const field = 'spec.externalTrafficPolicy';
    if (!isExternallyAccessible(service))
      errors.push(invalidValue(field, externalTrafficPolicy, 'may only be set for externally-accessible services'));
    else if (!TRAFFIC_POLICIES.includes(externalTrafficPolicy))
      errors.push(notSupported(field, externalTrafficPolicy, TRAFFIC_POLICIES));
  } else if (isExternallyAccessible(service))
    errors.push(required('spec.externalTrafficPolicy', 'for externally-accessible services'));
  if (internalTrafficPolicy && !TRAFFIC_POLICIES.includes(internalTrafficPolicy))
    errors.push(notSupported('spec.internalTrafficPolicy', internalTrafficPolicy, TRAFFIC_POLICIES));
  else if (internalTrafficPolicy && type === 'ExternalName')
    errors.push(
      forbiddenField(
        'spec.internalTrafficPolicy',
        'may only be set for `ClusterIP`, `NodePort`, and `LoadBalancer` services',
      ),
    );
  if (trafficDistribution !== undefined && !DISTRIBUTIONS.includes(trafficDistribution))
    errors.push(distributionError(trafficDistribution));
  return errors;
}

/** In the order in which Kubernetes lists them, which is not sorted. */
const DISTRIBUTIONS = ['PreferClose', 'PreferSameZone', 'PreferSameNode'];

const distributionError = (value: string): FieldError => ({
  field: 'spec.trafficDistribution',
  reason: 'FieldValueNotSupported',
  body: `Unsupported value: ${JSON.stringify(value)}: supported values: ${DISTRIBUTIONS.map((name) => `"${name}"`).join(', ')}`,
});

function loadBalancerErrors(service: Service): FieldError[] {
  const { spec } = service;
  const balanced = spec.type === 'LoadBalancer';
  const errors = sourceRangeErrors(service);
  const only = "may only be used when `type` is 'LoadBalancer'";
  if (!balanced && spec.allocateLoadBalancerNodePorts !== undefined)
    errors.push(forbiddenField('spec.allocateLoadBalancerNodePorts', only));
  if (balanced && spec.allocateLoadBalancerNodePorts === undefined)
    errors.push(required('spec.allocateLoadBalancerNodePorts'));
  if (spec.loadBalancerClass !== undefined) {
    if (!balanced) errors.push(forbiddenField('spec.loadBalancerClass', only));
    else
      for (const message of labelKeyErrors(spec.loadBalancerClass))
        errors.push(invalidValue('spec.loadBalancerClass', spec.loadBalancerClass, message));
  }
  const port = spec.healthCheckNodePort;
  if (port && !needsHealthCheckPort(service))
    errors.push(
      invalidValue(
        'spec.healthCheckNodePort',
        port,
        "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'",
      ),
    );
  return errors;
}

function sourceRangeErrors({ spec, metadata }: Service): FieldError[] {
  const only = "may only be used when `type` is 'LoadBalancer'";
  const ranges = spec.loadBalancerSourceRanges ?? [];
  if (ranges.length > 0) {
    if (spec.type !== 'LoadBalancer') return [forbiddenField('spec.LoadBalancerSourceRanges', only)];
    return ranges.flatMap((range, index) => cidrErrors(`spec.LoadBalancerSourceRanges[${index}]`, range));
  }
  const annotated = metadata.annotations?.[SOURCE_RANGES_ANNOTATION];
  if (annotated === undefined) return [];
  const field = `metadata.annotations[${SOURCE_RANGES_ANNOTATION}]`;
  if (spec.type !== 'LoadBalancer') return [forbiddenField(field, only)];
  return annotated.trim() === '' ? [] : annotated.split(',').flatMap((range) => cidrErrors(field, range));
}

function cidrErrors(field: string, text: string): FieldError[] {
  const range = parseCidr(text.trim());
  if (range === undefined) return [invalidValue(field, text, CIDR_MESSAGE)];
  const host = ipToNumber(text.trim().split('/')[0] ?? '');
  return host === range.base ? [] : [invalidValue(field, text, 'must not have bits set beyond the prefix length')];
}

function changeErrors({ spec }: Service, old: Service): FieldError[] {
  const errors: FieldError[] = [];
  const bothBalanced = spec.type === 'LoadBalancer' && old.spec.type === 'LoadBalancer';
  if (bothBalanced && spec.loadBalancerClass !== old.spec.loadBalancerClass)
    errors.push(invalidValue('spec.loadBalancerClass', spec.loadBalancerClass, 'may not change once set'));
  const held = old.spec.healthCheckNodePort;
  const stays = bothBalanced && spec.externalTrafficPolicy === 'Local' && old.spec.externalTrafficPolicy === 'Local';
  if (stays && held && spec.healthCheckNodePort !== held)
    errors.push(forbiddenField('spec.healthCheckNodePort', 'field is immutable'));
  return errors;
}

/** Rules for `status.loadBalancer`. */
export function serviceStatusErrors(service: Service, old: Service): FieldError[] {
  const ingress = service.status?.loadBalancer?.ingress ?? [];
  const field = 'status.loadBalancer.ingress';
  if (service.spec.type !== 'LoadBalancer') {
    const changed = !deepEqual(ingress, old.status?.loadBalancer?.ingress ?? []);
    return ingress.length > 0 && changed
      ? [forbiddenField(field, "may only be used when `spec.type` is 'LoadBalancer'")]
      : [];
  }
  return ingress.flatMap(({ ip, hostname, ipMode }, index) => {
    const errors: FieldError[] = [];
    if (ip && ipFamilyOf(ip) === undefined) errors.push(invalidValue(`${field}[${index}].ip`, ip, IP_MESSAGE));
    if (!ip && ipMode !== undefined)
      errors.push(forbiddenField(`${field}[${index}].ipMode`, 'may not be specified when `ip` is not set'));
    if (ip && ipMode === undefined)
      errors.push(required(`${field}[${index}].ipMode`, 'must be specified when `ip` is set'));
    if (ipMode !== undefined && ipMode !== 'VIP' && ipMode !== 'Proxy')
      errors.push(notSupported(`${field}[${index}].ipMode`, ipMode, ['Proxy', 'VIP']));
    if (hostname) {
      for (const message of dns1123SubdomainErrors(hostname))
        errors.push(invalidValue(`${field}[${index}].hostname`, hostname, message));
      if (ipFamilyOf(hostname) !== undefined)
        errors.push(invalidValue(`${field}[${index}].hostname`, hostname, 'must be a DNS name, not an IP address'));
    }
    return errors;
  });
}

/** What a write is warned of; it succeeds all the same. */
export function serviceWarnings(service: Service, old: Service | undefined): string[] {
  const { spec, metadata } = service;
  const warnings: string[] = [];
  if (metadata.annotations?.['service.kubernetes.io/topology-aware-hints'] !== undefined)
    warnings.push(
      'metadata.annotations[service.kubernetes.io/topology-aware-hints]: annotation is deprecated, please use service.kubernetes.io/topology-mode instead',
    );
  if (isHeadless(service)) {
    if (spec.loadBalancerIP) warnings.push('spec.loadBalancerIP is ignored when spec.clusterIP is "None"');
    if ((spec.externalIPs ?? []).length > 0) warnings.push('spec.externalIPs is ignored when spec.clusterIP is "None"');
    if (spec.sessionAffinity === 'ClientIP') warnings.push('spec.SessionAffinity is ignored for headless services');
  }
  if ((spec.externalIPs ?? []).length > 0 && (old === undefined || !deepEqual(spec.externalIPs, old.spec.externalIPs)))
    warnings.push('spec.externalIPs is deprecated and may no longer be implemented in some clusters');
  if (spec.type !== 'ExternalName' && spec.externalName)
    warnings.push('spec.externalName is ignored when spec.type is not "ExternalName"');
  if (spec.trafficDistribution === 'PreferClose')
    warnings.push('spec.trafficDistribution: "PreferClose" is deprecated; use "PreferSameZone"');
  return warnings;
}
