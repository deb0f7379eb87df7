/** Where the contents of a pod's volume come from, and the rules of each source, in the order of Kubernetes. */
import {
  compareQuantities,
  dns1123SubdomainErrors,
  forbiddenField,
  invalidValue,
  required,
  tooLong,
} from '@towtank/apimachinery';
import { checkClaimTemplate } from '../storage/claim-spec-rules.ts';
import {
  checkAwsElasticBlockStore,
  checkAzureDisk,
  checkCinder,
  checkFc,
  checkFlexVolume,
  checkFlocker,
  checkGcePersistentDisk,
  checkIscsi,
  checkNfs,
  checkQuobyte,
  checkStorageOs,
  needs,
  type SourceRule,
} from '../storage/network-volume-rules.ts';
import { checkGiven, checkName, checkSupported, type Errors } from '../validation/field-rules.ts';
import { checkFileMode, checkLocalPath, checkNoBacksteps } from '../validation/path-rules.ts';
import { checkDownwardFiles, checkKeysToPaths, checkProjected } from './projected-volume-rules.ts';

/** Rules of one source. */
export interface VolumeSource {
  readonly source: string;
  /** The name in the message about a second source, where Kubernetes spells it differently. */
  readonly shown?: string;
  readonly check: SourceRule;
}

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

const checkFiles =
  (nameField: string): SourceRule =>
  (errors, field, value) => {
    checkGiven(errors, `${field}.${nameField}`, value[nameField]);
    checkFileMode(errors, `${field}.defaultMode`, value.defaultMode);
    checkKeysToPaths(errors, `${field}.items`, value.items ?? []);
  };

/** Rules for the name of a CSI driver. */
export function checkDriverName(errors: Errors, field: string, driver: string | undefined): void {
  const name = driver ?? '';
  if (name === '') {
    errors.push(required(field));
    return;
  }
  if (name.length > 63) errors.push(tooLong(field, 63));
  for (const message of dns1123SubdomainErrors(name.toLowerCase())) errors.push(invalidValue(field, name, message));
}

const checkCsi: SourceRule = (errors, field, { driver, nodePublishSecretRef: secret }) => {
  checkDriverName(errors, `${field}.driver`, driver);
  if (secret === undefined) return;
  if (!secret.name) errors.push(required(`${field}.nodePublishSecretRef.name`));
  else checkName(errors, `${field}.name`, secret.name, dns1123SubdomainErrors);
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
  { source: 'flocker', check: checkFlocker },
  { source: 'persistentVolumeClaim', check: needs('claimName') },
  { source: 'rbd', check: needs('monitors', 'image') },
  { source: 'cinder', check: checkCinder },
  { source: 'cephfs', shown: 'cephFS', check: needs('monitors') },
  { source: 'quobyte', check: checkQuobyte },
  {
    source: 'downwardAPI',
    shown: 'downwarAPI',
    check(errors, field, { defaultMode, items = [] }) {
      checkFileMode(errors, `${field}.defaultMode`, defaultMode);
      checkDownwardFiles(errors, field, items);
    },
  },
  { source: 'fc', check: checkFc },
  { source: 'flexVolume', check: checkFlexVolume },
  { source: 'configMap', check: checkFiles('name') },
  { source: 'azureFile', check: needs('secretName', 'shareName') },
  { source: 'vsphereVolume', check: needs('volumePath') },
  { source: 'photonPersistentDisk', check: needs('pdID') },
  { source: 'portworxVolume', check: needs('volumeID') },
  { source: 'azureDisk', check: checkAzureDisk },
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
