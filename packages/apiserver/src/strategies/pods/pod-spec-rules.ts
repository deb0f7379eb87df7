/** Rules for the spec of a pod, or of the template of one. */
import {
  dns1123LabelErrors,
  dns1123SubdomainErrors,
  duplicate,
  forbiddenField,
  invalidValue,
  labelKeyErrors,
  type ObjectMeta,
  required,
} from '@towtank/apimachinery';
import {
  checkChoice,
  checkLabels,
  checkName,
  checkRange,
  type Errors,
  type Fields,
} from '../validation/field-rules.ts';
import { checkResources } from '../validation/resource-rules.ts';
import { checkAffinity, checkSpread, checkTolerations } from './affinity-rules.ts';
import { checkContainers, checkEphemeralContainers, checkInitContainers } from './container-lists.ts';
import type { PodContext } from './container-rules.ts';
import { checkDnsConfig, checkDnsPolicy, checkHostAliases, checkHostNames } from './dns-rules.ts';
import { checkVariableFiles } from './env-rules.ts';
import { isMirrorPod } from './pod-annotation-rules.ts';
import { checkPodResources } from './pod-resource-rules.ts';
import { checkPodSecurityContext } from './security-context-rules.ts';
import { checkVolumes } from './volume-rules.ts';
import { checkHostProcesses, checkOperatingSystem } from './windows-rules.ts';

const RESTART_POLICIES = ['Always', 'OnFailure', 'Never'];
const MAX_SECONDS = 2 ** 31 - 1;

/** A spec. Templates have no metadata of a pod; only a pod itself must name its host ports. */
export function checkPodSpec(errors: Errors, field: string, spec: Fields, metadata?: ObjectMeta): void {
  if (spec.terminationGracePeriodSeconds === undefined) errors.push(required(`${field}.terminationGracePeriodSeconds`));
  const volumes = checkVolumes(errors, `${field}.volumes`, spec.volumes ?? [], metadata);
  const claims = checkResourceClaims(errors, `${field}.resourceClaims`, spec.resourceClaims ?? [], metadata);
  const context: PodContext = { spec, volumes, claims };
  checkContainers(errors, `${field}.containers`, context);
  checkInitContainers(errors, `${field}.initContainers`, context);
  checkEphemeralContainers(errors, `${field}.ephemeralContainers`, context);
  if (spec.resources !== undefined) checkPodResources(errors, `${field}.resources`, spec, claims);
  if (spec.hostNetwork === true) checkHostNetwork(errors, `${field}.containers`, spec, metadata !== undefined);
  checkChoice(errors, `${field}.restartPolicy`, spec.restartPolicy, RESTART_POLICIES);
  checkDnsPolicy(errors, `${field}.dnsPolicy`, spec.dnsPolicy);
  checkLabels(errors, `${field}.nodeSelector`, spec.nodeSelector);
  checkPodSecurityContext(errors, `${field}.securityContext`, spec);
  checkPlacement(errors, field, spec);
  checkHostUsers(errors, field, spec);
  checkNames(errors, field, spec);
  if (spec.preemptionPolicy !== undefined)
    checkChoice(errors, `${field}.preemptionPolicy`, spec.preemptionPolicy, ['PreemptLowerPriority', 'Never']);
  if (spec.overhead !== undefined) checkResources(errors, `${field}.overhead`, { limits: spec.overhead }, []);
  checkOperatingSystem(errors, field, spec);
  checkVariableFiles(errors, field, spec);
}

function checkPlacement(errors: Errors, field: string, spec: Fields): void {
  checkAffinity(errors, `${field}.affinity`, spec.affinity);
  checkDnsConfig(errors, `${field}.dnsConfig`, spec);
  for (const [index, { conditionType = '' }] of (spec.readinessGates ?? []).entries())
    checkName(errors, `${field}.readinessGates[${index}].conditionType`, conditionType, labelKeyErrors);
  const gates = new Set<string>();
  for (const [index, { name = '' }] of (spec.schedulingGates ?? []).entries()) {
    checkName(errors, `${field}.schedulingGates[${index}]`, name, labelKeyErrors);
    if (gates.has(name)) errors.push(duplicate(`${field}.schedulingGates[${index}]`, name));
    gates.add(name);
  }
  checkSpread(errors, `${field}.topologySpreadConstraints`, spec.topologySpreadConstraints ?? []);
  checkHostProcesses(errors, field, spec);
}

function checkNames(errors: Errors, field: string, spec: Fields): void {
  checkName(errors, `${field}.serviceAccountName`, spec.serviceAccountName || undefined, dns1123SubdomainErrors);
  checkName(errors, `${field}.nodeName`, spec.nodeName || undefined, dns1123SubdomainErrors);
  checkRange(errors, `${field}.activeDeadlineSeconds`, spec.activeDeadlineSeconds, 1, MAX_SECONDS);
  checkHostNames(errors, field, spec);
  if (spec.tolerations !== undefined) checkTolerations(errors, `${field}.tolerations`, spec.tolerations);
  if (spec.hostAliases !== undefined) checkHostAliases(errors, `${field}.hostAliases`, spec.hostAliases);
  checkName(errors, `${field}.priorityClassName`, spec.priorityClassName || undefined, dns1123SubdomainErrors);
  checkName(errors, `${field}.runtimeClassName`, spec.runtimeClassName, dns1123SubdomainErrors);
}

function checkResourceClaims(
  errors: Errors,
  field: string,
  claims: readonly Fields[],
  metadata: ObjectMeta | undefined,
): string[] {
  const names: string[] = [];
  for (const [index, claim] of claims.entries()) {
    if (metadata !== undefined && isMirrorPod({ metadata })) {
      errors.push(forbiddenField('', 'static pods do not support resource claims'));
      continue;
    }
    const { name = '', resourceClaimName, resourceClaimTemplateName } = claim;
    const at = `${field}[${index}]`;
    if (name === '') errors.push(required(`${at}.name`));
    else if (names.includes(name)) errors.push(duplicate(`${at}.name`, name));
    else {
      checkName(errors, `${at}.name`, name, dns1123LabelErrors);
      names.push(name);
    }
    const shown = {
      Name: name,
      ResourceClaimName: resourceClaimName ?? null,
      ResourceClaimTemplateName: resourceClaimTemplateName ?? null,
    };
    if (resourceClaimName !== undefined && resourceClaimTemplateName !== undefined)
      errors.push(
        invalidValue(at, shown, 'at most one of `resourceClaimName` or `resourceClaimTemplateName` may be specified'),
      );
    if (resourceClaimName === undefined && resourceClaimTemplateName === undefined)
      errors.push(invalidValue(at, shown, 'must specify one of: `resourceClaimName`, `resourceClaimTemplateName`'));
    checkName(errors, `${at}.resourceClaimName`, resourceClaimName, dns1123SubdomainErrors);
    checkName(errors, `${at}.resourceClaimTemplateName`, resourceClaimTemplateName, dns1123SubdomainErrors);
  }
  return names;
}

function checkHostNetwork(errors: Errors, field: string, spec: Fields, isPod: boolean): void {
  for (const [index, { ports = [] }] of (spec.containers ?? []).entries())
    for (const [position, { hostPort = 0, containerPort = 0 }] of ports.entries())
      if ((isPod || hostPort !== 0) && hostPort !== containerPort)
        errors.push(
          invalidValue(
            `${field}[${index}].ports[${position}].hostPort`,
            hostPort,
            'must match `containerPort` when `hostNetwork` is true',
          ),
        );
}

function checkHostUsers(errors: Errors, field: string, spec: Fields): void {
  if (spec.hostUsers !== false) return;
  const why = 'when `pod.Spec.HostUsers` is false';
  if (spec.hostNetwork === true) errors.push(forbiddenField(`${field}.hostNetwork`, why));
  if (spec.hostPID === true) errors.push(forbiddenField(`${field}.HostPID`, why));
  if (spec.hostIPC === true) errors.push(forbiddenField(`${field}.HostIPC`, why));
}
