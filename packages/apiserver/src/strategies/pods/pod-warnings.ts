/** What writers of pods and of templates are warned of. */
import { dns1123LabelErrors, formatQuantity, type KubeObject, parseQuantity } from '@towtank/apimachinery';
import type { Fields } from '../validation/field-rules.ts';
import { isWhole } from '../validation/resource-rules.ts';
import { nodeSelectorWarnings } from './node-label-warnings.ts';
import { portWarnings } from './port-warnings.ts';
import { containersWithPaths } from './windows-rules.ts';

const DEPRECATED_ANNOTATIONS = Object.entries({
  'scheduler.alpha.kubernetes.io/critical-pod': 'non-functional in v1.16+; use the "priorityClassName" field instead',
  'security.alpha.kubernetes.io/sysctls': 'non-functional in v1.11+; use the "sysctls" field instead',
  'security.alpha.kubernetes.io/unsafe-sysctls': 'non-functional in v1.11+; use the "sysctls" field instead',
});
const DEPRECATED_VOLUMES: Readonly<Record<string, string>> = {
  photonPersistentDisk: 'photonPersistentDisk: deprecated in v1.11, non-functional in v1.16+',
  gitRepo: 'gitRepo: deprecated in v1.11, and disabled by default in v1.33+',
  scaleIO: 'scaleIO: deprecated in v1.16, non-functional in v1.22+',
  flocker: 'flocker: deprecated in v1.22, non-functional in v1.25+',
  storageos: 'storageOS: deprecated in v1.22, non-functional in v1.25+',
  quobyte: 'quobyte: deprecated in v1.22, non-functional in v1.25+',
  glusterfs: 'glusterfs: deprecated in v1.25, non-functional in v1.26+',
  cephfs: 'cephfs: deprecated in v1.28, non-functional in v1.31+',
  rbd: 'rbd: deprecated in v1.28, non-functional in v1.31+',
};
const SECCOMP_POD = 'seccomp.security.alpha.kubernetes.io/pod';
const SECCOMP_CONTAINER = 'container.seccomp.security.alpha.kubernetes.io/';
const APP_ARMOR = 'container.apparmor.security.beta.kubernetes.io/';
const USE_SECCOMP = 'non-functional in v1.27+; use the "seccompProfile" field instead';
const BYTES = ['memory', 'ephemeral-storage'];

/** Warnings for a new pod. */
export const podWarnings = ({ metadata, spec }: KubeObject): string[] => [
  ...nameWarning("the Pod's hostname", metadata.name ?? ''),
  ...specWarnings('', metadata, spec),
];

/** Warnings for the template at `field`. */
export const templateWarnings = (field: string, template: Fields): string[] =>
  specWarnings(`${field}.`, template?.metadata ?? {}, template?.spec ?? {});

/** The warning for names that are no DNS label, where hosts are called by them. */
export function nameWarning(use: string, name: string): string[] {
  const messages = dns1123LabelErrors(name);
  if (messages.length === 0) return [];
  return [
    `metadata.name: this is used in ${use}, which can result in surprising behavior; a DNS label is recommended: [${messages.join(' ')}]`,
  ];
}

function specWarnings(field: string, metadata: Fields, spec: Fields): string[] {
  const warnings = nodeSelectorWarnings(field, spec);
  const annotations: Record<string, string> | undefined = metadata.annotations;
  if (annotations !== undefined) warnings.push(...annotationWarnings(field, annotations));
  for (const [index, volume] of (spec.volumes ?? []).entries())
    for (const source in volume)
      if (Object.hasOwn(DEPRECATED_VOLUMES, source))
        warnings.push(`${field}spec.volumes[${index}].${DEPRECATED_VOLUMES[source]}`);
  if (spec.hostAliases !== undefined) warnings.push(...repeatedAddresses(field, spec.hostAliases));
  if (spec.imagePullSecrets !== undefined) warnings.push(...repeatedSecrets(field, spec.imagePullSecrets));
  warnings.push(...fractionWarnings(`${field}spec.overhead`, spec.overhead));
  if (annotations?.[SECCOMP_POD] !== undefined && spec.securityContext?.seccompProfile === undefined)
    warnings.push(`${field}metadata.annotations[${SECCOMP_POD}]: ${USE_SECCOMP}`);
  const containers = containersWithPaths(spec, `${field}spec`);
  for (const [container, at] of containers) {
    if (annotations !== undefined) warnings.push(...profileWarnings(field, annotations, container, spec));
    if (container.resources !== undefined) warnings.push(...requirementWarnings(at, container.resources));
    if (container.env?.length > 1) warnings.push(...hiddenVariables(`${at}.env`, container.env));
  }
  warnings.push(...portWarnings(containers));
  if (spec.terminationGracePeriodSeconds < 0)
    warnings.push(
      `${field}spec.terminationGracePeriodSeconds: must be >= 0; negative values are invalid and will be treated as 1`,
    );
  return warnings;
}

function annotationWarnings(field: string, annotations: Fields): string[] {
  const given = DEPRECATED_ANNOTATIONS.filter(([key]) => annotations[key] !== undefined);
  return given.map(([key, message]) => `${field}metadata.annotations[${key}]: ${message}`);
}

function repeatedAddresses(field: string, aliases: readonly Fields[]): string[] {
  const warnings: string[] = [];
  const addresses = new Set<string>();
  for (const [index, { ip }] of aliases.entries())
    if (addresses.has(ip)) warnings.push(`${field}spec.hostAliases[${index}].ip: duplicate ip "${ip}"`);
    else addresses.add(ip);
  return warnings;
}

function repeatedSecrets(field: string, references: readonly Fields[]): string[] {
  const warnings: string[] = [];
  const secrets: string[] = references.map(({ name = '' }) => name);
  for (const [index, name] of secrets.entries())
    if (secrets.indexOf(name) !== index)
      warnings.push(`${field}spec.imagePullSecrets[${index}].name: duplicate name "${name}"`);
  for (const [index, name] of secrets.entries())
    if (name === '') warnings.push(`${field}spec.imagePullSecrets[${index}].name: invalid empty name ""`);
  return warnings;
}

/** Kubernetes goes through the resources first, then through limits and requests of each. */
function requirementWarnings(field: string, { limits, requests }: Fields): string[] {
  if (BYTES.every((name) => isWholeIn(limits, name) && isWholeIn(requests, name))) return [];
  return BYTES.flatMap((name) => [
    ...fractionWarning(`${field}.resources.limits`, limits, name),
    ...fractionWarning(`${field}.resources.requests`, requests, name),
  ]);
}

const fractionWarnings = (field: string, amounts: Fields): string[] =>
  amounts === undefined ? [] : BYTES.flatMap((name) => fractionWarning(field, amounts, name));

const isWholeIn = (amounts: Fields, name: string): boolean => amounts?.[name] === undefined || isWhole(amounts[name]);

function fractionWarning(field: string, amounts: Fields, name: string): string[] {
  if (isWholeIn(amounts, name)) return [];
  const quantity = parseQuantity(amounts[name]);
  const shown = quantity === undefined ? amounts[name] : formatQuantity(quantity);
  return [`${field}[${name}]: fractional byte value "${shown}" is invalid, must be an integer`];
}

function profileWarnings(field: string, annotations: Fields, container: Fields, spec: Fields): string[] {
  const warnings: string[] = [];
  const seccomp = `${SECCOMP_CONTAINER}${container.name}`;
  if (container.securityContext?.seccompProfile === undefined && annotations[seccomp] !== undefined)
    warnings.push(`${field}metadata.annotations[${seccomp}]: ${USE_SECCOMP}`);
  const appArmor = `${APP_ARMOR}${container.name}`;
  const hasProfile =
    (container.securityContext?.appArmorProfile ?? spec.securityContext?.appArmorProfile) !== undefined;
  if (!hasProfile && annotations[appArmor] !== undefined)
    warnings.push(
      `${field}metadata.annotations[${appArmor}]: deprecated since v1.30; use the "appArmorProfile" field instead`,
    );
  return warnings;
}

/** A variable that stands twice is fine only where the second one builds on the first. */
function hiddenVariables(field: string, variables: readonly Fields[]): string[] {
  const seen = new Set<string>();
  const warnings: string[] = [];
  for (const [index, { name = '', value = '', valueFrom }] of variables.entries()) {
    const reference = `$(${name})`;
    const builds = valueFrom === undefined && value !== reference && value.includes(reference);
    if (seen.has(name) && !builds)
      warnings.push(
        `${field}[${index}]: hides previous definition of "${name}", which may be dropped when using apply`,
      );
    seen.add(name);
  }
  return warnings;
}
