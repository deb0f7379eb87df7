/** Rules for storage that other machines offer, wherever it is named: in pods and in volumes. */
import { dns1123LabelErrors, invalidValue, notSupported, required } from '@towtank/apimachinery';
import {
  checkGiven,
  checkName,
  checkRange,
  checkRequiredName,
  checkSupported,
  type Errors,
  type Fields,
} from '../validation/field-rules.ts';

/** Rules that need to know nothing but the source. */
export type SourceRule = (errors: Errors, field: string, value: Fields) => void;

/** A source of which some fields must be given, and nothing else. */
export const needs =
  (...names: string[]): SourceRule =>
  (errors, field, value) => {
    for (const name of names)
      if (value[name] === undefined || value[name]?.length === 0) errors.push(required(`${field}.${name}`));
  };

/** What `secretRef` must say of a secret, where there is one. */
const withSecret =
  (check: SourceRule, ...names: string[]): SourceRule =>
  (errors, field, value) => {
    check(errors, field, value);
    if (value.secretRef !== undefined) needs(...names)(errors, `${field}.secretRef`, value.secretRef);
  };

const checkDisk =
  (id: string, as: (field: string) => string = (field) => field): SourceRule =>
  (errors, field, value) => {
    checkGiven(errors, `${as(field)}.${id}`, value[id]);
    const partition = value.partition ?? 0;
    if (partition < 0 || partition > 255)
      errors.push(invalidValue(`${as(field)}.partition`, partition, 'must be between 1 and 255, inclusive'));
  };

/** An old cloud disk, which Kubernetes calls by two names. */
export const checkGcePersistentDisk: SourceRule = checkDisk('pdName', (field) =>
  field.replace(/gcePersistentDisk$/, 'persistentDisk'),
);

/** Another old cloud disk. */
export const checkAwsElasticBlockStore: SourceRule = checkDisk('volumeID');

/** A directory that another machine exports. */
export const checkNfs: SourceRule = (errors, field, { server, path = '' }) => {
  checkGiven(errors, `${field}.server`, server);
  checkGiven(errors, `${field}.path`, path);
  if (!path.startsWith('/')) errors.push(invalidValue(`${field}.path`, path, 'must be an absolute path'));
};

const INITIATORS: Readonly<Record<string, RegExp>> = {
  iqn: /iqn\.\d{4}-\d{2}\.([A-Za-z0-9\-.]+)(:[^,;*&$|\s]+)$/,
  eui: /^eui.[A-Za-z0-9]{16}$/,
  naa: /^naa.[A-Za-z0-9]{32}$/,
};
const FORM = 'must be valid format';

function checkInitiator(errors: Errors, field: string, name: string, unknown: string): void {
  const form = INITIATORS[name.slice(0, 3)];
  if (form === undefined) errors.push(invalidValue(field, name, unknown));
  else if (!form.test(name)) errors.push(invalidValue(field, name, FORM));
}

const checkIscsiOf =
  (unknown: string): SourceRule =>
  (errors, field, value) => {
    if (value.iqn) checkInitiator(errors, `${field}.iqn`, value.iqn, unknown);
    else errors.push(required(`${field}.iqn`));
    checkRange(errors, `${field}.lun`, value.lun, 0, 255);
    if ((value.chapAuthDiscovery || value.chapAuthSession) && value.secretRef === undefined)
      errors.push(required(`${field}.secretRef`));
  };

const checkPodIscsi = checkIscsiOf(`${FORM} starting with iqn, eui, or naa`);
const checkVolumeIscsi = withSecret(checkIscsiOf(FORM), 'name');

/** A block device over the network, in a pod. */
export const checkIscsi: SourceRule = (errors, field, value) => {
  checkGiven(errors, `${field}.targetPortal`, value.targetPortal);
  checkPodIscsi(errors, field, value);
  if (value.initiatorName !== undefined)
    checkInitiator(errors, `${field}.initiatorname`, value.initiatorName, `${FORM} starting with iqn, eui, or naa`);
};

/** What the names of an initiator's volume and portal may be long together. */
export const INITIATOR_LENGTH =
  'Total length of <volume name>:<iscsi.targetPortal> must be under 64 characters if iscsi.initiatorName is specified.';

/** Whether an initiator's volume and portal have names that are too long together. */
export const isLongInitiator = (volume: string, { initiatorName, targetPortal = '' }: Fields): boolean =>
  initiatorName !== undefined && `${volume}:${targetPortal}`.length > 64;

/** The same device as a volume of its own. */
export function checkIscsiVolume(errors: Errors, field: string, value: Fields, volume: string): void {
  checkGiven(errors, `${field}.targetPortal`, value.targetPortal);
  if (isLongInitiator(volume, value))
    errors.push(invalidValue(`${field}.targetportal`, value.targetPortal ?? '', INITIATOR_LENGTH));
  checkVolumeIscsi(errors, field, value);
  if (value.initiatorName !== undefined) checkInitiator(errors, `${field}.initiatorname`, value.initiatorName, FORM);
}

/** A fibre channel volume. */
export const checkFc: SourceRule = (errors, field, { targetWWNs = [], wwids = [], lun }) => {
  if (targetWWNs.length === 0 && wwids.length === 0)
    errors.push(required(`${field}.targetWWNs`, 'must specify either targetWWNs or wwids, but not both'));
  if (targetWWNs.length > 0 && wwids.length > 0)
    errors.push(
      invalidValue(`${field}.targetWWNs`, targetWWNs, 'targetWWNs and wwids can not be specified simultaneously'),
    );
  if (targetWWNs.length === 0) return;
  if (lun === undefined) errors.push(required(`${field}.lun`, 'lun is required if targetWWNs is specified'));
  else checkRange(errors, `${field}.lun`, lun, 0, 255);
};

/** A data set of Flocker. */
export const checkFlocker: SourceRule = (errors, field, { datasetName = '', datasetUUID = '' }) => {
  if (datasetName === '' && datasetUUID === '')
    errors.push(required(field, 'one of datasetName and datasetUUID is required'));
  if (datasetName !== '' && datasetUUID !== '')
    errors.push(invalidValue(field, 'resource', 'datasetName and datasetUUID can not be specified simultaneously'));
  if (datasetName.includes('/')) errors.push(invalidValue(`${field}.datasetName`, datasetName, "must not contain '/'"));
};

const REGISTRY = 'must be a host:port pair or multiple pairs separated by commas';

/** A volume of Quobyte, by the addresses of its registries. */
export const checkQuobyte: SourceRule = (errors, field, { registry = '', tenant = '', volume }) => {
  if (registry === '') errors.push(required(`${field}.registry`, REGISTRY));
  else if (tenant.length > 64)
    errors.push(required(`${field}.tenant`, 'must be a UUID and may not exceed a length of 64 characters'));
  else
    for (const address of registry.split(','))
      if (!/^(\[[^[\]]*\]|[^:[\]]*):[^:[\]]*$/.test(address))
        errors.push(invalidValue(`${field}.registry`, registry, REGISTRY));
  checkGiven(errors, `${field}.volume`, volume);
};

/** A volume of a driver that is a program on the node. */
export const checkFlexVolume: SourceRule = (errors, field, { driver, options = {} }) => {
  checkGiven(errors, `${field}.driver`, driver);
  for (const key of Object.keys(options))
    if (/(^|\.)(kubernetes\.io|k8s\.io)$/i.test(key.includes('/') ? key.slice(0, key.indexOf('/')) : key))
      errors.push(invalidValue(`${field}.options[${key}]`, key, 'kubernetes.io and k8s.io namespaces are reserved'));
};

const MANAGED_DISK = '/subscriptions/{sub-id}/resourcegroups/{group-name}/providers/microsoft.compute/disks/{disk-id}';
const BLOB_DISK = 'https://{account-name}.blob.core.windows.net/{container-name}/{disk-name}.vhd';

/** An Azure disk, whose kind decides how its URI looks. */
export const checkAzureDisk: SourceRule = (errors, field, { diskName, diskURI = '', cachingMode, kind }) => {
  checkGiven(errors, `${field}.diskName`, diskName);
  checkGiven(errors, `${field}.diskURI`, diskURI);
  checkSupported(errors, `${field}.cachingMode`, cachingMode, ['None', 'ReadOnly', 'ReadWrite']);
  checkSupported(errors, `${field}.kind`, kind, ['Dedicated', 'Managed', 'Shared']);
  if (kind === 'Managed' && !diskURI.startsWith('/subscriptions/'))
    errors.push(notSupported(`${field}.diskURI`, diskURI, [MANAGED_DISK]));
  if (kind !== undefined && kind !== 'Managed' && !diskURI.startsWith('https://'))
    errors.push(notSupported(`${field}.diskURI`, diskURI, [BLOB_DISK]));
};

const checkStorageOsNames: SourceRule = (errors, field, { volumeName, volumeNamespace }) => {
  checkRequiredName(errors, `${field}.volumeName`, volumeName, dns1123LabelErrors);
  if (volumeNamespace) checkName(errors, `${field}.volumeNamespace`, volumeNamespace, dns1123LabelErrors);
};

/** A volume of StorageOS, whose secret is in the pod's namespace. */
export const checkStorageOs: SourceRule = withSecret(checkStorageOsNames, 'name');

/** The same as a volume of its own, whose secret may be anywhere. */
export const checkStorageOsVolume: SourceRule = withSecret(checkStorageOsNames, 'name', 'namespace');

/** A Cinder volume, whose secret is in the pod's namespace. */
export const checkCinder: SourceRule = withSecret(needs('volumeID'), 'name');

/** The same as a volume of its own, whose secret may be anywhere. */
export const checkCinderVolume: SourceRule = withSecret(needs('volumeID'), 'name', 'namespace');

/** A Gluster volume of its own, whose endpoints may be in any namespace. */
export const checkGlusterVolume: SourceRule = (errors, field, value) => {
  needs('endpoints', 'path')(errors, field, value);
  const namespace = value.endpointsNamespace;
  const at = `${field}.endpointsNamespace`;
  if (namespace === '')
    errors.push(invalidValue(at, namespace, 'if the endpointnamespace is set, it must be a valid namespace name'));
  else checkName(errors, at, namespace, dns1123LabelErrors);
};

/** An Azure file share as a volume of its own. */
export const checkAzureFileVolume: SourceRule = (errors, field, value) => {
  needs('secretName', 'shareName')(errors, field, value);
  if (value.secretNamespace === '') errors.push(required(`${field}.secretNamespace`));
};
