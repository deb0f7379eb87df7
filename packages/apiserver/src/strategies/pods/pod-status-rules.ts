/** Rules for what a kubelet says of a pod. */
import {
  dns1123SubdomainErrors,
  duplicate,
  forbiddenField,
  invalidValue,
  isDualStack,
  type KubeObject,
  labelKeyErrors,
  legacyIpErrors,
} from '@towtank/apimachinery';
import { checkName, checkUnchanged, type Errors, type Fields } from '../validation/field-rules.ts';
import { checkPodAnnotationChanges, checkPodAnnotations } from './pod-annotation-rules.ts';

const KNOWN_CONDITIONS = ['PodScheduled', 'Ready', 'Initialized'];

/** The single address and the list of addresses say the same; where they differ, the single one counts. */
export function alignAddresses(status: Fields): void {
  const { podIP, podIPs } = status;
  if (podIP && podIPs?.[0]?.ip !== podIP) status.podIPs = [{ ip: podIP }];
  else if (!podIP && podIPs?.length > 0) status.podIP = podIPs[0].ip;
}

/** A change through `status`. */
export function checkPodStatus(errors: Errors, pod: KubeObject, old: KubeObject): void {
  const annotations = pod.metadata.annotations;
  checkPodAnnotationChanges(errors, 'metadata.annotations', annotations, old.metadata.annotations);
  checkPodAnnotations(errors, 'metadata.annotations', annotations, pod.spec);
  const status: Fields = pod.status ?? {};
  const before: Fields = old.status ?? {};
  for (const [index, { type = '' }] of (status.conditions ?? []).entries())
    if (!KNOWN_CONDITIONS.includes(type)) checkName(errors, `metadata.conditions[${index}].Type`, type, labelKeyErrors);
  if (status.nominatedNodeName && status.nominatedNodeName !== before.nominatedNodeName)
    checkName(errors, 'status.nominatedNodeName', status.nominatedNodeName, dns1123SubdomainErrors);
  checkUnchanged(errors, 'status.qosClass', status.qosClass, before.qosClass);
  checkTransitions(errors, 'containerStatuses', status, before, old.spec.restartPolicy);
  checkTransitions(errors, 'initContainerStatuses', status, before, old.spec.restartPolicy, sidecarsOf(old));
  checkTransitions(errors, 'ephemeralContainerStatuses', status, before, 'Never');
  checkAddresses(errors, 'status.podIPs', status.podIPs ?? []);
  checkHostAddresses(errors, status);
}

const sidecarsOf = ({ spec }: KubeObject): ReadonlySet<string> =>
  new Set(
    (spec.initContainers ?? [])
      .filter(({ restartPolicy }: Fields) => restartPolicy === 'Always')
      .map(({ name }: Fields) => name),
  );

/** A container that has ended for good stays ended. */
function checkTransitions(
  errors: Errors,
  list: string,
  status: Fields,
  before: Fields,
  restartPolicy: string,
  mayRestart: ReadonlySet<string> = new Set(),
): void {
  if (restartPolicy === 'Always') return;
  for (const [index, { name, state }] of (before[list] ?? []).entries()) {
    const ended = state?.terminated;
    if (ended === undefined || mayRestart.has(name)) continue;
    if ((ended.exitCode ?? 0) !== 0 && restartPolicy === 'OnFailure') continue;
    const now = (status[list] ?? []).find((other: Fields) => other.name === name);
    if (now !== undefined && now.state?.terminated === undefined)
      errors.push(forbiddenField(`status.${list}[${index}].state`, 'may not be transitioned to non-terminated state'));
  }
}

function checkAddresses(errors: Errors, field: string, addresses: readonly Fields[]): void {
  for (const [index, { ip }] of addresses.entries()) errors.push(...legacyIpErrors(`${field}[${index}]`, ip ?? ''));
  if (addresses.length < 2) return;
  const texts = addresses.map(({ ip }) => ip ?? '');
  if (!isDualStack(texts) || addresses.length > 2)
    errors.push(
      invalidValue(
        field,
        texts.map((ip) => ({ IP: ip })),
        'may specify no more than one IP for each IP family',
      ),
    );
  for (const [index, ip] of texts.entries())
    if (texts.indexOf(ip) !== index) errors.push(duplicate(`${field}[${index}]`, { IP: ip }));
}

function checkHostAddresses(errors: Errors, { hostIP = '', hostIPs = [] }: Fields): void {
  if (hostIPs.length === 0) return;
  if (hostIPs[0].ip !== hostIP)
    errors.push(invalidValue('status.hostIPs[0].ip', hostIPs[0].ip, 'must be equal to `hostIP`'));
  checkAddresses(errors, 'status.hostIPs', hostIPs);
}
