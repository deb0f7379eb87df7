/** Rules for what a volume is: one source, with a size, and how it may be used. */
import {
  compareQuantities,
  dns1123LabelErrors,
  dns1123SubdomainErrors,
  forbiddenField,
  invalidValue,
  notSupported,
  required,
} from '@towtank/apimachinery';
import { checkDriverName, checkHostPath } from '../pods/volume-sources.ts';
import {
  checkGiven,
  checkName,
  checkRequiredName,
  checkSupported,
  type Errors,
  type Fields,
} from '../validation/field-rules.ts';
import { checkNodeSelector } from '../validation/node-selector-rules.ts';
import { checkNoBacksteps } from '../validation/path-rules.ts';
import { checkPositiveAmount } from '../validation/resource-rules.ts';
import { checkAccessModes, VOLUME_MODES } from './claim-spec-rules.ts';
import {
  checkAwsElasticBlockStore,
  checkAzureDisk,
  checkAzureFileVolume,
  checkCinderVolume,
  checkFc,
  checkFlexVolume,
  checkFlocker,
  checkGcePersistentDisk,
  checkGlusterVolume,
  checkIscsiVolume,
  checkNfs,
  checkQuobyte,
  checkStorageOsVolume,
  needs,
  type SourceRule,
} from './network-volume-rules.ts';

const RECLAIM_POLICIES = ['Delete', 'Recycle', 'Retain'];

const checkLocal: SourceRule = (errors, field, { path = '' }) => {
  checkGiven(errors, `${field}.path`, path);
  checkNoBacksteps(errors, `${field}.path`, path);
};

const CSI_SECRETS = [
  'controllerPublishSecretRef',
  'controllerExpandSecretRef',
  'nodePublishSecretRef',
  'nodeExpandSecretRef',
];

const checkCsi: SourceRule = (errors, field, csi) => {
  checkDriverName(errors, `${field}.driver`, csi.driver);
  checkGiven(errors, `${field}.volumeHandle`, csi.volumeHandle);
  for (const name of CSI_SECRETS) {
    const secret = csi[name];
    if (secret === undefined) continue;
    checkRequiredName(errors, `${field}.${name}.name`, secret.name, dns1123SubdomainErrors);
    checkRequiredName(errors, `${field}.${name}.namespace`, secret.namespace, dns1123LabelErrors);
  }
};

/** In the order in which Kubernetes looks at them. */
const SOURCES: Readonly<Record<string, (...rule: [...Parameters<SourceRule>, volume: string]) => void>> = {
  hostPath: checkHostPath,
  gcePersistentDisk: checkGcePersistentDisk,
  awsElasticBlockStore: checkAwsElasticBlockStore,
  glusterfs: checkGlusterVolume,
  flocker: checkFlocker,
  nfs: checkNfs,
  rbd: needs('monitors', 'image'),
  quobyte: checkQuobyte,
  cephfs: needs('monitors'),
  iscsi: checkIscsiVolume,
  cinder: checkCinderVolume,
  fc: checkFc,
  flexVolume: checkFlexVolume,
  azureFile: checkAzureFileVolume,
  vsphereVolume: needs('volumePath'),
  photonPersistentDisk: needs('pdID'),
  portworxVolume: needs('volumeID'),
  azureDisk: checkAzureDisk,
  scaleIO: needs('gateway', 'system', 'volumeName'),
  local: checkLocal,
  storageos: checkStorageOsVolume,
  csi: checkCsi,
};

/** The names of all sources. */
export const SOURCE_NAMES: readonly string[] = Object.keys(SOURCES);

/** The spec of the volume of this name. */
export function checkVolumeSpec(errors: Errors, field: string, spec: Fields, volume: string): void {
  const { accessModes = [], persistentVolumeReclaimPolicy: reclaim, nodeAffinity } = spec;
  if (accessModes.length === 0) errors.push(required(`${field}.accessModes`));
  checkAccessModes(errors, `${field}.accessModes`, accessModes);
  checkCapacity(errors, `${field}.capacity`, spec.capacity);
  checkSupported(errors, `${field}.persistentVolumeReclaimPolicy`, reclaim || undefined, RECLAIM_POLICIES);
  if (nodeAffinity !== undefined) checkAffinity(errors, `${field}.nodeAffinity`, nodeAffinity);
  checkSource(errors, field, spec, volume);
  checkRecycled(errors, field, spec);
  if (spec.storageClassName)
    checkName(errors, `${field}.storageClassName`, spec.storageClassName, dns1123SubdomainErrors);
  checkSupported(errors, `${field}.volumeMode`, spec.volumeMode, VOLUME_MODES);
  checkAttributesClass(errors, field, spec);
}

const IN_CONTEXT = 'in the context of inline volumes';

/** The spec of a volume that is part of what attaches it: a CSI volume and little more. */
export function checkInlineVolume(errors: Errors, field: string, spec: Fields): void {
  const { accessModes = [], persistentVolumeReclaimPolicy: reclaim, volumeMode } = spec;
  const forbid = (name: string, why = `may not be specified ${IN_CONTEXT}`): void =>
    void errors.push(forbiddenField(`${field}.${name}`, why));
  if (spec.claimRef !== undefined) forbid('claimRef');
  if (Object.keys(spec.capacity ?? {}).length > 0) forbid('capacity');
  if (spec.csi === undefined) errors.push(required(`${field}.csi`, `has to be specified ${IN_CONTEXT}`));
  if (accessModes.length === 0) errors.push(required(`${field}.accessModes`));
  checkAccessModes(errors, `${field}.accessModes`, accessModes);
  if (reclaim && reclaim !== 'Retain') forbid('persistentVolumeReclaimPolicy', `may only be Retain ${IN_CONTEXT}`);
  if (spec.nodeAffinity !== undefined) forbid('nodeAffinity');
  checkSource(errors, field, spec, '');
  checkRecycled(errors, field, spec);
  if (spec.storageClassName) forbid('storageClassName');
  if (volumeMode !== undefined && volumeMode !== 'Filesystem')
    forbid('volumeMode', `may not specify volumeMode other than Filesystem ${IN_CONTEXT}`);
}

function checkRecycled(errors: Errors, field: string, { hostPath, persistentVolumeReclaimPolicy }: Fields): void {
  if (isRoot(hostPath?.path) && persistentVolumeReclaimPolicy === 'Recycle')
    errors.push(
      forbiddenField(`${field}.persistentVolumeReclaimPolicy`, "may not be 'recycle' for a hostPath mount of '/'"),
    );
}

const isRoot = (path: string | undefined): boolean =>
  path !== undefined && /^\/+$/.test(path.replace(/\/\.(?=\/|$)/g, '/'));

function checkCapacity(errors: Errors, field: string, capacity: Record<string, string> | undefined): void {
  const names = Object.keys(capacity ?? {});
  if (names.length === 0) errors.push(required(field));
  if (capacity?.storage === undefined || names.length > 1) errors.push(notSupported(field, capacity, ['storage']));
  for (const [name, amount] of Object.entries(capacity ?? {})) {
    if (compareQuantities(amount, '0') < 0)
      errors.push(invalidValue(`${field}[${name}]`, Number.parseInt(amount, 10), 'must be a valid resource quantity'));
    checkPositiveAmount(errors, `${field}[${name}]`, amount);
  }
}

function checkAffinity(errors: Errors, field: string, affinity: Fields): void {
  if (affinity.required === undefined)
    errors.push(required(`${field}.required`, 'must specify required node constraints'));
  else checkNodeSelector(errors, `${field}.required`, affinity.required);
}

function checkSource(errors: Errors, field: string, spec: Fields, volume: string): void {
  let found = false;
  for (const source of SOURCE_NAMES) {
    if (spec[source] === undefined) continue;
    if (found && source !== 'flexVolume') {
      const shown = source === 'cephfs' ? 'cephFS' : source;
      errors.push(forbiddenField(`${field}.${shown}`, 'may not specify more than 1 volume type'));
    } else SOURCES[source]?.(errors, `${field}.${source}`, spec[source], volume);
    if (!found && source === 'local' && spec.nodeAffinity === undefined)
      errors.push(required(`${field}.nodeAffinity`, 'Local volume requires node affinity'));
    found = true;
  }
  if (!found) errors.push(required(field, 'must specify a volume type'));
}

function checkAttributesClass(errors: Errors, field: string, { volumeAttributesClassName: name, csi }: Fields): void {
  if (name === undefined) return;
  const at = `${field}.volumeAttributesClassName`;
  if (name === '') errors.push(required(at, 'an empty string is disallowed'));
  else checkName(errors, at, name, dns1123SubdomainErrors);
  if (csi === undefined)
    errors.push(required(`${field}.csi`, 'has to be specified when using volumeAttributesClassName'));
}
