/** Ingresses: which requests go to which Service. */
import {
  dns1123LabelErrors,
  dns1123SubdomainErrors,
  invalidValue,
  ipFamilyOf,
  type KubeObject,
  legacyIpErrors,
  notSupported,
  pathSegmentErrors,
  required,
} from '@towtank/apimachinery';
import type { Strategy } from '../../registry/strategy.ts';
import {
  checkName,
  checkPort,
  checkRequiredName,
  type Errors,
  type Fields,
  portNameErrors,
} from '../validation/field-rules.ts';
import { changeRules, rules } from '../validation/rules.ts';

const CLASS_ANNOTATION = 'kubernetes.io/ingress.class';
const PATH_TYPES = ['Exact', 'ImplementationSpecific', 'Prefix'];
const BAD_SEQUENCES = ['//', '/./', '/../', '%2f', '%2F'];
const BAD_ENDINGS = ['/..', '/.'];
const WILDCARD = '\\*\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*';
const WILDCARD_PATTERN = new RegExp(`^${WILDCARD}$`);
const NO_ADDRESS = 'must be a DNS name, not an IP address';

function hostErrors(host: string): string[] {
  if (!host.includes('*')) return dns1123SubdomainErrors(host);
  if (WILDCARD_PATTERN.test(host)) return [];
  return [
    `a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character (e.g. '*.example.com', regex used for validation is '${WILDCARD}')`,
  ];
}

/** What an update may have because the Ingress had the like before: names of Secrets, and paths below wildcards. */
interface Allowed {
  readonly anySecretName: boolean;
  readonly anyWildcardRule: boolean;
}

const NOTHING: Allowed = { anySecretName: false, anyWildcardRule: false };

const allowedBy = ({ spec = {} }: KubeObject): Allowed => ({
  anySecretName: (spec.tls ?? []).some(
    ({ secretName }: Fields) => secretName && dns1123SubdomainErrors(secretName).length > 0,
  ),
  anyWildcardRule: (spec.rules ?? []).some(({ host, http }: Fields) => host?.includes('*') && !hasGoodPaths(http)),
});

function hasGoodPaths(http: Fields): boolean {
  const errors: Errors = [];
  checkPaths(errors, '', http);
  return errors.length === 0;
}

function checkIngress(errors: Errors, { spec = {} }: KubeObject, allowed: Allowed): void {
  const { rules: hosts = [], tls = [], defaultBackend, ingressClassName } = spec;
  if (hosts.length === 0 && defaultBackend === undefined)
    errors.push(invalidValue('spec', spec.rules, 'either `defaultBackend` or `rules` must be specified'));
  if (defaultBackend !== undefined) checkBackend(errors, 'spec.defaultBackend', defaultBackend);
  for (const [index, rule] of hosts.entries()) checkRule(errors, `spec.rules[${index}]`, rule, allowed);
  for (const [index, entry] of tls.entries()) {
    for (const [position, host] of (entry.hosts ?? []).entries())
      checkName(errors, `spec.tls[${index}].hosts[${position}]`, host, hostErrors);
    if (entry.secretName && !allowed.anySecretName)
      checkName(errors, `spec.tls[${index}].secretName`, entry.secretName, dns1123SubdomainErrors);
  }
  checkName(errors, 'spec.ingressClassName', ingressClassName, dns1123SubdomainErrors);
}

function checkRule(errors: Errors, field: string, { host, http }: Fields, { anyWildcardRule }: Allowed): void {
  if (host) {
    if (ipFamilyOf(host) !== undefined) errors.push(invalidValue(`${field}.host`, host, NO_ADDRESS));
    checkName(errors, `${field}.host`, host, hostErrors);
  }
  if (!anyWildcardRule || !host?.includes('*')) checkPaths(errors, `${field}.http`, http);
}

function checkPaths(errors: Errors, field: string, http: Fields): void {
  if (http === undefined) return;
  const paths: Fields[] = http.paths ?? [];
  if (paths.length === 0) errors.push(required(`${field}.paths`));
  for (const [index, path] of paths.entries()) checkPath(errors, `${field}.paths[${index}]`, path);
}

function checkPath(errors: Errors, field: string, { path = '', pathType, backend = {} }: Fields): void {
  if (pathType === undefined || pathType === null) {
    errors.push(required(`${field}.pathType`, 'pathType must be specified'));
    return;
  }
  const refuse = (why: string): void => void errors.push(invalidValue(`${field}.path`, path, why));
  const isAbsolute = path.startsWith('/');
  if (pathType === 'Exact' || pathType === 'Prefix') {
    if (!isAbsolute) refuse('must be an absolute path');
    for (const bad of BAD_SEQUENCES) if (path.includes(bad)) refuse(`must not contain '${bad}'`);
    for (const bad of BAD_ENDINGS) if (path.endsWith(bad)) refuse(`cannot end with '${bad}'`);
  } else if (pathType === 'ImplementationSpecific') {
    if (path !== '' && !isAbsolute) refuse('must be an absolute path');
  } else errors.push(notSupported(`${field}.pathType`, pathType, PATH_TYPES));
  checkBackend(errors, `${field}.backend`, backend);
}

function checkBackend(errors: Errors, field: string, { service, resource }: Fields): void {
  const refuse = (why: string): void => void errors.push(invalidValue(field, '', why));
  if (service !== undefined && resource !== undefined) refuse('cannot set both resource and service backends');
  else if (resource !== undefined) checkReference(errors, `${field}.resource`, resource);
  else if (service === undefined) refuse('resource or service backend is required');
  else {
    checkRequiredName(errors, `${field}.service.name`, service.name, dns1123LabelErrors);
    const { name, number } = service.port ?? {};
    if (name && number) refuse('cannot set both port name & port number');
    else if (name) checkName(errors, `${field}.service.port.name`, name, portNameErrors);
    else if (number) checkPort(errors, `${field}.service.port.number`, number);
    else errors.push(required(field, 'port name or number is required'));
  }
}

/** A reference to an object of whichever kind in the same namespace. */
export function checkReference(errors: Errors, field: string, { apiGroup, kind, name }: Fields): void {
  checkName(errors, `${field}.apiGroup`, apiGroup, dns1123SubdomainErrors);
  checkRequiredName(errors, `${field}.kind`, kind, pathSegmentErrors);
  checkRequiredName(errors, `${field}.name`, name, pathSegmentErrors);
}

/** A class is named in one place only, or the same in both. */
function checkNew(errors: Errors, ingress: KubeObject): void {
  checkIngress(errors, ingress, NOTHING);
  const annotated = ingress.metadata.annotations?.[CLASS_ANNOTATION];
  const named = ingress.spec?.ingressClassName;
  if (annotated !== undefined && named !== undefined && annotated !== named)
    errors.push(
      invalidValue(
        `annotations.${CLASS_ANNOTATION}`,
        annotated,
        'must match `ingressClassName` when both are specified',
      ),
    );
}

/** Addresses that were there before are not questioned. */
function checkStatus(errors: Errors, { status }: KubeObject, old: KubeObject): void {
  const before: readonly Fields[] = old.status?.loadBalancer?.ingress ?? [];
  for (const [index, { ip, hostname }] of (status?.loadBalancer?.ingress ?? []).entries()) {
    const field = `status.loadBalancer.ingress[${index}]`;
    if (ip && !before.some((known) => known.ip === ip)) errors.push(...legacyIpErrors(`${field}.ip`, ip));
    if (!hostname) continue;
    checkName(errors, `${field}.hostname`, hostname, dns1123SubdomainErrors);
    if (ipFamilyOf(hostname) !== undefined) errors.push(invalidValue(`${field}.hostname`, hostname, NO_ADDRESS));
  }
}

/** The strategy of Ingresses. */
export const ingressStrategy: Strategy = {
  validate: rules(checkNew),
  metadataRulesOfUpdate: ['update', 'create'],
  validateUpdate: changeRules((errors, ingress, old) => checkIngress(errors, ingress, allowedBy(old))),
  validateStatusUpdate: changeRules(checkStatus),
  warnings: ({ metadata }, old) =>
    old === undefined && metadata.annotations?.[CLASS_ANNOTATION] !== undefined
      ? [`annotation "${CLASS_ANNOTATION}" is deprecated, please use 'spec.ingressClassName' instead`]
      : [],
};
