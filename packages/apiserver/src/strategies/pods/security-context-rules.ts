/** Rules for the users, groups and privileges of pods and containers. */
import { duplicate, invalidValue, notSupported, required, tooLong } from '@towtank/apimachinery';
import { checkRange, checkSupported, type Errors, type Fields } from '../validation/field-rules.ts';
import { internalForm } from '../validation/internal-form.ts';
import { checkLocalPath } from '../validation/path-rules.ts';
import { checkWindowsOptions } from './windows-rules.ts';

const MAX_ID = 2 ** 31 - 1;
const PROFILES = ['Localhost', 'RuntimeDefault', 'Unconfined'];
const MAX_PATH_BYTES = 4095;
const SYSCTL = /^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$/;
const SYSCTL_MESSAGE =
  'must have at most 253 characters and match regex ^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[\\./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$';
const IPC_SYSCTLS = ['kernel.shm', 'kernel.msg', 'fs.mqueue.'];

/** `securityContext` of a container; `hostUsers` tells whether its users are those of the node. */
export function checkSecurityContext(errors: Errors, field: string, context: Fields, hostUsers: boolean): void {
  checkRange(errors, `${field}.runAsUser`, context.runAsUser, 0, MAX_ID);
  checkRange(errors, `${field}.runAsGroup`, context.runAsGroup, 0, MAX_ID);
  checkSupported(errors, `${field}.procMount`, context.procMount, ['Default', 'Unmasked']);
  if (hostUsers && context.procMount === 'Unmasked')
    errors.push(invalidValue(`${field}.procMount`, context.procMount, '`hostUsers` must be false to use `Unmasked`'));
  checkSeccompProfile(errors, `${field}.seccompProfile`, context.seccompProfile);
  if (context.allowPrivilegeEscalation === false) checkEscalation(errors, field, context);
  checkWindowsOptions(errors, `${field}.windowsOptions`, context.windowsOptions);
  checkAppArmorProfile(errors, `${field}.appArmorProfile`, context.appArmorProfile);
}

function checkEscalation(errors: Errors, field: string, context: Fields): void {
  const refuse = (what: string): void =>
    void errors.push(
      invalidValue(
        field,
        internalForm('SecurityContext', context),
        `cannot set \`allowPrivilegeEscalation\` to false and ${what}`,
      ),
    );
  if (context.privileged === true) refuse('`privileged` to true');
  for (const capability of context.capabilities?.add ?? [])
    if (capability === 'CAP_SYS_ADMIN') refuse('`capabilities.Add` CAP_SYS_ADMIN');
}

/** `securityContext` of a pod. */
export function checkPodSecurityContext(errors: Errors, field: string, spec: Fields): void {
  const context: Fields = spec.securityContext ?? {};
  checkRange(errors, `${field}.fsGroup`, context.fsGroup, 0, MAX_ID);
  checkRange(errors, `${field}.runAsUser`, context.runAsUser, 0, MAX_ID);
  checkRange(errors, `${field}.runAsGroup`, context.runAsGroup, 0, MAX_ID);
  for (const [index, group] of (context.supplementalGroups ?? []).entries())
    checkRange(errors, `${field}.supplementalGroups[${index}]`, group, 0, MAX_ID);
  if (spec.shareProcessNamespace === true && spec.hostPID === true)
    errors.push(
      invalidValue(`${field}.shareProcessNamespace`, true, 'ShareProcessNamespace and HostPID cannot both be enabled'),
    );
  checkSysctls(errors, `${field}.sysctls`, context.sysctls ?? [], spec);
  checkSupported(errors, `${field}.fsGroupChangePolicy`, context.fsGroupChangePolicy, ['Always', 'OnRootMismatch']);
  checkSeccompProfile(errors, `${field}.seccompProfile`, context.seccompProfile);
  checkWindowsOptions(errors, `${field}.windowsOptions`, context.windowsOptions);
  checkAppArmorProfile(errors, `${field}.appArmorProfile`, context.appArmorProfile);
  checkSupported(errors, `${field}.supplementalGroupsPolicy`, context.supplementalGroupsPolicy, ['Merge', 'Strict']);
  checkSupported(errors, `${field}.seLinuxChangePolicy`, context.seLinuxChangePolicy, ['MountOption', 'Recursive']);
}

function checkSysctls(errors: Errors, field: string, sysctls: readonly Fields[], spec: Fields): void {
  const seen = new Set<string>();
  for (const [index, { name = '' }] of sysctls.entries()) {
    const at = `${field}[${index}].name`;
    if (name === '') errors.push(required(at));
    else if (name.length > 253 || !SYSCTL.test(name)) errors.push(invalidValue(at, name, SYSCTL_MESSAGE));
    else if (seen.has(name)) errors.push(duplicate(at, name));
    seen.add(name);
    const dotted = name.replaceAll('/', '.');
    if (spec.hostNetwork === true && dotted.startsWith('net.'))
      errors.push(invalidValue(at, name, "may not be specified when 'hostNetwork' is true"));
    else if (
      spec.hostIPC === true &&
      (dotted === 'kernel.sem' || IPC_SYSCTLS.some((start) => dotted.startsWith(start)))
    )
      errors.push(invalidValue(at, name, "may not be specified when 'hostIPC' is true"));
  }
}

function checkSeccompProfile(errors: Errors, field: string, profile: Fields): void {
  if (profile === undefined) return;
  const { type = '', localhostProfile } = profile;
  if (type === '') errors.push(required(`${field}.type`, 'type is required when seccompProfile is set'));
  else if (!PROFILES.includes(type)) errors.push(notSupported(`${field}.type`, type, PROFILES));
  const at = `${field}.localhostProfile`;
  if (type === 'Localhost') {
    if (localhostProfile === undefined) errors.push(required(at, 'must be set when seccomp type is Localhost'));
    else checkLocalPath(errors, at, localhostProfile);
  } else if (localhostProfile !== undefined)
    errors.push(
      invalidValue(
        at,
        { Type: type, LocalhostProfile: localhostProfile },
        'can only be set when seccomp type is Localhost',
      ),
    );
}

function checkAppArmorProfile(errors: Errors, field: string, profile: Fields): void {
  if (profile === undefined) return;
  const { type = '', localhostProfile } = profile;
  const at = `${field}.localhostProfile`;
  if (type === 'Localhost') {
    if (localhostProfile === undefined || localhostProfile === '')
      errors.push(required(at, 'must be set when AppArmor type is Localhost'));
    else if (localhostProfile.trim() !== localhostProfile)
      errors.push(invalidValue(at, localhostProfile, 'must not be padded with whitespace'));
    if ((localhostProfile ?? '').length > MAX_PATH_BYTES) errors.push(tooLong(at, MAX_PATH_BYTES));
  } else if (type === '') errors.push(required(`${field}.type`, 'type is required when appArmorProfile is set'));
  else if (!PROFILES.includes(type)) errors.push(notSupported(`${field}.type`, type, PROFILES));
  else if (localhostProfile !== undefined)
    errors.push(invalidValue(at, localhostProfile, 'can only be set when AppArmor type is Localhost'));
}
