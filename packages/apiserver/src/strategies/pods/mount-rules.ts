/** Rules for where containers see volumes. */
import { forbiddenField, invalidValue, notFoundField, notSupported, required } from '@towtank/apimachinery';
import { checkGiven, type Errors, type Fields } from '../validation/field-rules.ts';
import { checkLocalPath, leadsUpwards } from '../validation/path-rules.ts';
import type { Volumes } from './volume-rules.ts';

const PROPAGATIONS = ['Bidirectional', 'HostToContainer', 'None'];
const RECURSIVE_READ_ONLY = ['Disabled', 'Enabled', 'IfPossible'];

/** `volumeMounts` of a container. Some messages name the list, not the mount, as in Kubernetes. */
export function checkMounts(errors: Errors, field: string, container: Fields, volumes: Volumes): void {
  const { volumeMounts = [], volumeDevices = [] } = container;
  const seen = new Set<string>();
  for (const [index, mount] of volumeMounts.entries()) {
    const { name = '', mountPath = '' } = mount;
    const at = `${field}[${index}]`;
    const refuse = (part: string, value: string, why: string): void =>
      void errors.push(invalidValue(`${at}.${part}`, value, why));
    checkGiven(errors, `${at}.name`, name);
    if (!volumes.has(name)) errors.push(notFoundField(`${at}.name`, name));
    checkGiven(errors, `${at}.mountPath`, mountPath);
    if (seen.has(mountPath)) refuse('mountPath', mountPath, 'must be unique');
    seen.add(mountPath);
    if (volumeDevices.some((device: Fields) => device.name === name))
      refuse('name', name, 'must not already exist in volumeDevices');
    if (volumeDevices.some((device: Fields) => device.devicePath === mountPath))
      refuse('mountPath', mountPath, 'must not already exist as a path in volumeDevices');
    checkSubPaths(errors, field, at, mount);
    checkPropagation(errors, `${field}.mountPropagation`, mount, container);
    checkRecursiveReadOnly(errors, `${field}.recursiveReadOnly`, mount);
  }
}

function checkSubPaths(errors: Errors, field: string, at: string, mount: Fields): void {
  const { subPath = '', subPathExpr = '' } = mount;
  if (subPath !== '') checkLocalPath(errors, `${field}.subPath`, subPath);
  if (subPathExpr === '') return;
  if (subPath !== '')
    errors.push(invalidValue(`${at}.subPathExpr`, subPathExpr, 'subPathExpr and subPath are mutually exclusive'));
  checkLocalPath(errors, `${field}.subPathExpr`, subPathExpr);
}

function checkPropagation(errors: Errors, field: string, { mountPropagation }: Fields, container: Fields): void {
  if (mountPropagation === undefined) return;
  if (!PROPAGATIONS.includes(mountPropagation)) errors.push(notSupported(field, mountPropagation, PROPAGATIONS));
  if (mountPropagation === 'Bidirectional' && container.securityContext?.privileged !== true)
    errors.push(forbiddenField(field, 'Bidirectional mount propagation is available only to privileged containers'));
}

function checkRecursiveReadOnly(errors: Errors, field: string, mount: Fields): void {
  const { recursiveReadOnly: mode, readOnly, mountPropagation = 'None' } = mount;
  if (mode === undefined || mode === 'Disabled') return;
  if (!RECURSIVE_READ_ONLY.includes(mode)) {
    errors.push(notSupported(field, mode, RECURSIVE_READ_ONLY));
    return;
  }
  if (readOnly !== true) errors.push(forbiddenField(field, 'may only be specified when readOnly is true'));
  if (mountPropagation !== 'None')
    errors.push(forbiddenField(field, 'may only be specified when mountPropagation is None or not specified'));
}

/** `volumeDevices` of a container: volumes that it sees as raw devices. */
export function checkDevices(errors: Errors, field: string, container: Fields, volumes: Volumes): void {
  const { volumeMounts = [], volumeDevices = [] } = container;
  const names = new Set<string>();
  const paths = new Set<string>();
  for (const [index, { name = '', devicePath = '' }] of volumeDevices.entries()) {
    const at = `${field}[${index}]`;
    const refuse = (part: string, value: string, why: string): void =>
      void errors.push(invalidValue(`${at}.${part}`, value, why));
    const volume = volumes.get(name);
    if (name === '') errors.push(required(`${at}.name`));
    if (names.has(name)) refuse('name', name, 'must be unique');
    if (volume === undefined) errors.push(notFoundField(`${at}.name`, name));
    else if (volume.persistentVolumeClaim === undefined && volume.ephemeral === undefined)
      refuse('name', name, 'can only use volume source type of PersistentVolumeClaim or Ephemeral for block mode');
    if (devicePath === '') errors.push(required(`${at}.devicePath`));
    if (paths.has(devicePath)) refuse('devicePath', devicePath, 'must be unique');
    if (leadsUpwards(devicePath)) refuse('devicePath', devicePath, "can not contain backsteps ('..')");
    else paths.add(devicePath);
    if (volumeMounts.some((mount: Fields) => mount.name === name))
      refuse('name', name, 'must not already exist in volumeMounts');
    if (volumeMounts.some((mount: Fields) => mount.mountPath === devicePath))
      refuse('devicePath', devicePath, 'must not already exist as a path in volumeMounts');
    if (name !== '') names.add(name);
  }
}
