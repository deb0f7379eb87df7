/** Where the contents of a pod's volume come from, and the rules of each source, in the order of Kubernetes. */
import {
  compareQuantities,
  dns1123LabelErrors,
  dns1123SubdomainErrors,
  forbiddenField,
  invalidValue,
  required,
  tooLong,
} from '@towtank/apimachinery';
import { checkClaimTemplate } from '../storage/claim-spec-rules.ts';
import {
  checkGiven,
  checkName,
  checkRange,
  checkRequiredName,
  checkSupported,
  type Errors,
  type Fields,
} from '../validation/field-rules.ts';
import { checkFileMode, checkLocalPath, checkNoBacksteps } from '../validation/path-rules.ts';
import { checkDownwardFiles, checkKeysToPaths, checkProjected } from './projected-volume-rules.ts';

/** Rules of one source. */
export interface VolumeSource {
  readonly source: string;
  /** The name in the message about a second source, where Kubernetes spells it differently. */
  readonly shown?: string;
  readonly check: SourceRule;
}

/** Rules that need to know nothing but the source. */
export type SourceRule = (errors: Errors, field: string, value: Fields) => void;

/** A source of which some fields must be given, and nothing else. */
const needs =
  (...names: string[]): SourceRule =>
  (errors, field, value) => {
    for (const name of names)
      if (value[name] === undefined || value[name]?.length === 0) errors.push(required(`${field}.${name}`));
  };

const HOST_PATH_TYPES = [
  '',
  'BlockDevice',
  'CharDevice',
  'Directory',
  'DirectoryOrCreate',
  'File',
  'FileOrCreate',
  'Socket',
];

/** A directory or file of the node. */
export const checkHostPath: SourceRule = (errors, field, { path = '', type }) => {
  if (path === '') {
    errors.push(required(`${field}.path`));
    return;
  }
  checkNoBacksteps(errors, `${field}.path`, path);
  checkSupported(errors, `${field}.type`, type, HOST_PATH_TYPES);
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

const checkFiles =
  (nameField: string): SourceRule =>
  (errors, field, value) => {
    checkGiven(errors, `${field}.${nameField}`, value[nameField]);
    checkFileMode(errors, `${field}.defaultMode`, value.defaultMode);
    checkKeysToPaths(errors, `${field}.items`, value.items ?? []);
  };

/** A directory that another machine exports. */
export const checkNfs: SourceRule = (errors, field, { server, path = '' }) => {
  checkGiven(errors, `${field}.server`, server);
  checkGiven(errors, `${field}.path`, path);
  if (!path.startsWith('/')) errors.push(invalidValue(`${field}.path`, path, 'must be an absolute path'));
};

/** A block device over the network. */
export const checkIscsi: SourceRule = (errors, field, value) => {
  checkGiven(errors, `${field}.targetPortal`, value.targetPortal);
  const iqn: string = value.iqn ?? '';
  if (iqn === '') errors.push(required(`${field}.iqn`));
  else if (!/^(iqn|eui|naa)/.test(iqn))
    errors.push(invalidValue(`${field}.iqn`, iqn, 'must be valid format starting with iqn, eui, or naa'));
  else if (!isIqn(iqn)) errors.push(invalidValue(`${field}.iqn`, iqn, 'must be valid format'));
  checkRange(errors, `${field}.lun`, value.lun, 0, 255);
  if ((value.chapAuthDiscovery || value.chapAuthSession) && value.secretRef === undefined)
    errors.push(required(`${field}.secretRef`));
  if (value.initiatorName !== undefined && !isIqn(value.initiatorName))
    errors.push(invalidValue(`${field}.initiatorname`, value.initiatorName, 'must be valid format'));
};

const isIqn = (name: string): boolean =>
  /iqn\.\d{4}-\d{2}\.([A-Za-z0-9\-.]+)(:[^,;*&$|\s]+)$/.test(name) || /^(eui.\w{16}|naa.\w{32})$/.test(name);

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

/** Rules for the name of a CSI driver. */
export function checkDriverName(errors: Errors, field: string, driver: string | undefined): void {
  const name = driver ?? '';
  if (name === '') errors.push(required(field));
  if (name.length > 63) errors.push(tooLong(field, 63));
  for (const message of dns1123SubdomainErrors(name.toLowerCase())) errors.push(invalidValue(field, name, message));
}

const checkCsi: SourceRule = (errors, field, { driver, nodePublishSecretRef: secret }) => {
  checkDriverName(errors, `${field}.driver`, driver);
  if (secret === undefined) return;
  if (!secret.name) errors.push(required(`${field}.nodePublishSecretRef.name`));
  else checkName(errors, `${field}.name`, secret.name, dns1123SubdomainErrors);
};

const checkStorageOs: SourceRule = (errors, field, { volumeName, volumeNamespace, secretRef }) => {
  checkRequiredName(errors, `${field}.volumeName`, volumeName, dns1123LabelErrors);
  checkName(errors, `${field}.volumeNamespace`, volumeNamespace, dns1123LabelErrors);
  if (secretRef !== undefined) checkGiven(errors, `${field}.secretRef.name`, secretRef.name);
};

const checkImage: SourceRule = (errors, field, { reference, pullPolicy }) => {
  if (!reference) errors.push(required(`${field}.reference`));
  checkSupported(errors, `${field}.pullPolicy`, pullPolicy || undefined, ['Always', 'IfNotPresent', 'Never']);
};

/** The sources in the order in which Kubernetes looks at them. */
export const VOLUME_SOURCES: readonly VolumeSource[] = [
  {
    source: 'emptyDir',
    check(errors, field, { sizeLimit }) {
      if (sizeLimit !== undefined && compareQuantities(sizeLimit, '0') < 0)
        errors.push(forbiddenField(`${field}.sizeLimit`, 'SizeLimit field must be a valid resource quantity'));
    },
  },
  { source: 'hostPath', check: checkHostPath },
  {
    source: 'gitRepo',
    check(errors, field, { repository, directory = '' }) {
      checkGiven(errors, `${field}.repository`, repository);
      checkLocalPath(errors, `${field}.directory`, directory);
    },
  },
  { source: 'gcePersistentDisk', check: checkGcePersistentDisk },
  { source: 'awsElasticBlockStore', check: checkAwsElasticBlockStore },
  { source: 'secret', check: checkFiles('secretName') },
  { source: 'nfs', check: checkNfs },
  { source: 'iscsi', check: checkIscsi },
  { source: 'glusterfs', check: needs('endpoints', 'path') },
  {
    source: 'flocker',
    check(errors, field, { datasetName, datasetUUID }) {
      if (!datasetName && !datasetUUID) errors.push(required(field, 'one of datasetName and datasetUUID is required'));
    },
  },
  { source: 'persistentVolumeClaim', check: needs('claimName') },
  { source: 'rbd', check: needs('monitors', 'image') },
  { source: 'cinder', check: needs('volumeID') },
  { source: 'cephfs', shown: 'cephFS', check: needs('monitors') },
  { source: 'quobyte', check: needs('registry', 'volume') },
  {
    source: 'downwardAPI',
    shown: 'downwarAPI',
    check(errors, field, { defaultMode, items = [] }) {
      checkFileMode(errors, `${field}.defaultMode`, defaultMode);
      checkDownwardFiles(errors, field, items);
    },
  },
  { source: 'fc', check: checkFc },
  { source: 'flexVolume', check: needs('driver') },
  { source: 'configMap', check: checkFiles('name') },
  { source: 'azureFile', check: needs('secretName', 'shareName') },
  { source: 'vsphereVolume', check: needs('volumePath') },
  { source: 'photonPersistentDisk', check: needs('pdID') },
  { source: 'portworxVolume', check: needs('volumeID') },
  { source: 'azureDisk', check: needs('diskName', 'diskURI') },
  { source: 'storageos', check: checkStorageOs },
  { source: 'projected', check: checkProjected },
  { source: 'scaleIO', check: needs('gateway', 'system', 'volumeName') },
  { source: 'csi', check: checkCsi },
  {
    source: 'ephemeral',
    check(errors, field, { volumeClaimTemplate }) {
      if (volumeClaimTemplate === undefined) errors.push(required(`${field}.volumeClaimTemplate`));
      else checkClaimTemplate(errors, `${field}.volumeClaimTemplate`, volumeClaimTemplate);
    },
  },
  { source: 'image', check: checkImage },
];
