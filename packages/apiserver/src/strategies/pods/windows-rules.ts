/** Rules for what holds on one operating system only. */
import { dns1123SubdomainErrors, forbiddenField, invalidValue, notSupported, required } from '@towtank/apimachinery';
import { checkName, type Errors, type Fields } from '../validation/field-rules.ts';

const SYSTEMS = ['linux', 'windows'];
const MAX_SPEC_KIB = 64;
const NOT_IN_WINDOWS_PODS = [
  ['securityContext', 'appArmorProfile'],
  ['securityContext', 'seLinuxOptions'],
  ['hostUsers'],
  ['hostPID'],
  ['hostIPC'],
  ['securityContext', 'seccompProfile'],
  ['securityContext', 'fsGroup'],
  ['securityContext', 'fsGroupChangePolicy'],
  ['securityContext', 'sysctls'],
  ['shareProcessNamespace'],
  ['securityContext', 'runAsUser'],
  ['securityContext', 'runAsGroup'],
  ['securityContext', 'supplementalGroups'],
  ['securityContext', 'supplementalGroupsPolicy'],
  ['securityContext', 'seLinuxChangePolicy'],
];
const NOT_IN_WINDOWS_CONTAINERS = [
  'appArmorProfile',
  'seLinuxOptions',
  'seccompProfile',
  'capabilities',
  'readOnlyRootFilesystem',
  'privileged',
  'allowPrivilegeEscalation',
  'procMount',
  'runAsUser',
  'runAsGroup',
];

const CONTAINER_LISTS = ['initContainers', 'containers', 'ephemeralContainers'];

/** All containers of a pod with their paths, in the order in which Kubernetes visits them. */
export function containersWithPaths(spec: Fields, field: string): (readonly [Fields, string])[] {
  const found: (readonly [Fields, string])[] = [];
  for (const list of CONTAINER_LISTS) {
    const containers: readonly Fields[] | undefined = spec[list];
    if (containers === undefined || containers === null) continue;
    for (let index = 0; index < containers.length; index += 1)
      found.push([containers[index], `${field}.${list}[${index}]`]);
  }
  return found;
}

/** `os` of a pod, and what it excludes. */
export function checkOperatingSystem(errors: Errors, field: string, spec: Fields): void {
  if (spec.os === undefined) return;
  const { name = '' } = spec.os;
  if (name === '') errors.push(required(`${field}.os.name`, 'cannot be empty'));
  else if (!SYSTEMS.includes(name)) errors.push(notSupported(`${field}.os`, name, SYSTEMS));
  else if (name === 'linux') checkLinux(errors, field, spec);
  else checkWindows(errors, field, spec);
}

function checkLinux(errors: Errors, field: string, spec: Fields): void {
  const why = 'windows options cannot be set for a linux pod';
  if (spec.securityContext?.windowsOptions !== undefined)
    errors.push(forbiddenField(`${field}.securityContext.windowsOptions`, why));
  for (const [container, at] of containersWithPaths(spec, field))
    if (container.securityContext?.windowsOptions !== undefined)
      errors.push(forbiddenField(`${at}.securityContext.windowsOptions`, why));
}

function checkWindows(errors: Errors, field: string, spec: Fields): void {
  const why = 'cannot be set for a windows pod';
  for (const path of NOT_IN_WINDOWS_PODS) {
    const value = path.reduce((fields: Fields, name) => fields?.[name], spec);
    if (value !== undefined && value !== false) errors.push(forbiddenField(`${field}.${path.join('.')}`, why));
  }
  for (const [container, at] of containersWithPaths(spec, field))
    for (const name of NOT_IN_WINDOWS_CONTAINERS)
      if (container.securityContext?.[name] !== undefined)
        errors.push(forbiddenField(`${at}.securityContext.${name}`, why));
}

/** `windowsOptions` of a security context. */
export function checkWindowsOptions(errors: Errors, field: string, options: Fields): void {
  if (options === undefined) return;
  const { gmsaCredentialSpecName, gmsaCredentialSpec: spec, runAsUserName } = options;
  checkName(errors, `${field}.gmsaCredentialSpecName`, gmsaCredentialSpecName, dns1123SubdomainErrors);
  const refuse = (why: string): void => void errors.push(invalidValue(`${field}.gmsaCredentialSpec`, spec, why));
  if (spec === '') refuse('gmsaCredentialSpec cannot be an empty string');
  else if (spec?.length > MAX_SPEC_KIB * 1024) refuse(`gmsaCredentialSpec size must be under ${MAX_SPEC_KIB} KiB`);
  checkName(errors, `${field}.runAsUserName`, runAsUserName, userNameErrors);
}

function userNameErrors(name: string): string[] {
  if (name === '') return ['runAsUserName cannot be an empty string'];
  if (/\p{Cc}/u.test(name)) return ['runAsUserName cannot contain control characters'];
  const parts = name.split('\\');
  if (parts.length > 2) return ['runAsUserName cannot contain more than one backslash'];
  const user = parts.at(-1) ?? '';
  const domain = parts.length === 2 ? parts[0] : undefined;
  const errors: string[] = [];
  if ((domain ?? '').length >= 256) errors.push("runAsUserName's Domain length must be under 256 characters");
  if (domain !== undefined && !isDomain(domain))
    errors.push("runAsUserName's Domain doesn't match the NetBios nor the DNS format");
  if (user === '') errors.push("runAsUserName's User cannot be empty");
  else if (user.length > 104) errors.push("runAsUserName's User length must not be longer than 104 characters");
  if (/^[. ]+$/.test(user)) errors.push("runAsUserName's User cannot contain only periods or spaces");
  if (/["/\\:;|=,+*?<>@[\]]/.test(user))
    errors.push('runAsUserName\'s User cannot contain the following characters: "/\\:;|=,+*?<>@[]');
  return errors;
}

const isDomain = (name: string): boolean =>
  /^[^\\/:*?"<>|.][^\\/:*?"<>|]{0,14}$/.test(name) ||
  /^[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)*$/.test(name);

/** Where one container is a process of a Windows host, all are. */
export function checkHostProcesses(errors: Errors, field: string, spec: Fields): void {
  const ofPod = spec.securityContext?.windowsOptions?.hostProcess;
  let count = 0;
  let total = 0;
  for (const [container, at] of containersWithPaths(spec, field)) {
    total += 1;
    const own = container.securityContext?.windowsOptions?.hostProcess;
    if (own !== undefined && ofPod !== undefined && own !== ofPod)
      errors.push(
        invalidValue(
          `${at}.securityContext.windowsOptions.hostProcess`,
          own,
          `pod hostProcess value must be identical if both are specified, was ${ofPod}`,
        ),
      );
    if (own ?? ofPod) count += 1;
  }
  if (count === 0) return;
  if (count !== total)
    errors.push(
      invalidValue(
        field,
        '',
        'If pod contains any hostProcess containers then all containers must be HostProcess containers',
      ),
    );
  if (spec.hostNetwork !== true)
    errors.push(
      invalidValue(
        `${field}.hostNetwork`,
        false,
        'hostNetwork must be true if pod contains any hostProcess containers',
      ),
    );
}
