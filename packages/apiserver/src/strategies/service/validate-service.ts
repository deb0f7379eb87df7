/** Rules for Services that the schema cannot say. */
import {
  dns1123SubdomainErrors,
  type FieldError,
  forbiddenField,
  invalidValue,
  ipFamilyOf,
  labelKeyErrors,
  legacyCidrErrors,
  legacyIpErrors,
  notSupported,
  required,
  specialIpErrors,
} from '@towtank/apimachinery';
import { deepEqual } from '../../registry/deep-equal.ts';
import { validateLabels } from '../../registry/object-meta-rules.ts';
import { isExternallyAccessible, needsHealthCheckPort, type Service } from './service.ts';
import { clusterIpChangeErrors, clusterIpErrors } from './validate-cluster-ips.ts';
import { portErrors } from './validate-service-ports.ts';

const TYPES = ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort'];
const TRAFFIC_POLICIES = ['Cluster', 'Local'];
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
    ...clusterIpErrors(service, old),
    ...policyErrors(service),
    ...loadBalancerErrors(service, old),
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
    const malformed = old?.spec.externalIPs?.includes(ip) ? [] : legacyIpErrors(field, ip);
    return malformed.length > 0 ? malformed : specialIpErrors(field, ip);
  });
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

function loadBalancerErrors(service: Service, old: Service | undefined): FieldError[] {
  const { spec } = service;
  const balanced = spec.type === 'LoadBalancer';
  const errors = sourceRangeErrors(service, old);
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

/** Blanks around a range are taken: they come from the days when ranges stood in an annotation. */
function sourceRangeErrors({ spec, metadata }: Service, old: Service | undefined): FieldError[] {
  const ranges = spec.loadBalancerSourceRanges ?? [];
  const annotated = metadata.annotations?.[SOURCE_RANGES_ANNOTATION];
  if (ranges.length === 0 && annotated === undefined) return [];
  const field =
    ranges.length > 0 ? 'spec.LoadBalancerSourceRanges' : `metadata.annotations[${SOURCE_RANGES_ANNOTATION}]`;
  const errors: FieldError[] = [];
  if (spec.type !== 'LoadBalancer')
    errors.push(forbiddenField(field, "may only be used when `type` is 'LoadBalancer'"));
  if (ranges.length === 0) {
    const text = annotated?.trim() ?? '';
    const parts = text === '' ? [] : text.split(',');
    return [...errors, ...parts.flatMap((range) => legacyCidrErrors(field, range.trim()))];
  }
  const known = old?.spec.loadBalancerSourceRanges ?? [];
  for (const [index, range] of ranges.entries())
    if (!known.includes(range)) errors.push(...legacyCidrErrors(`${field}[${index}]`, range.trim()));
  return errors;
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
  const known = new Set((old.status?.loadBalancer?.ingress ?? []).map(({ ip }) => ip));
  return ingress.flatMap(({ ip, hostname, ipMode }, index) => {
    const errors: FieldError[] = [];
    if (ip && !known.has(ip)) errors.push(...legacyIpErrors(`${field}[${index}].ip`, ip));
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
