/** PersistentVolumes: one source each, which does not change. */
import {
  compareQuantities,
  dns1123LabelErrors,
  dns1123SubdomainErrors,
  forbiddenField,
  formatTime,
  invalidValue,
  type KubeObject,
  notSupported,
  required,
} from '@towtank/apimachinery';
import { deepEqual } from '../../registry/deep-equal.ts';
import type { Strategy } from '../../registry/strategy.ts';
import { termWarnings } from '../pods/node-label-warnings.ts';
import {
  checkAwsElasticBlockStore,
  checkDriverName,
  checkFc,
  checkGcePersistentDisk,
  checkHostPath,
  checkIscsi,
  checkNfs,
} from '../pods/volume-sources.ts';
import {
  checkGiven,
  checkName,
  checkRequiredName,
  checkSupported,
  checkUnchanged,
  type Errors,
  type Fields,
} from '../validation/field-rules.ts';
import { internalDiff, internalForm } from '../validation/internal-form.ts';
import { checkNodeSelector } from '../validation/node-selector-rules.ts';
import { checkNoBacksteps } from '../validation/path-rules.ts';
import { checkPositiveAmount } from '../validation/resource-rules.ts';
import { changeRules, rules } from '../validation/rules.ts';
import { checkAccessModes, VOLUME_MODES } from './claim-spec-rules.ts';

const RECLAIM_POLICIES = ['Delete', 'Recycle', 'Retain'];

type Check = (errors: Errors, field: string, value: Fields) => void;

const needs =
  (...names: string[]): Check =>
  (errors, field, value) => {
    for (const name of names) if (!value[name]?.length) errors.push(required(`${field}.${name}`));
  };

const checkLocal: Check = (errors, field, { path = '' }) => {
  checkGiven(errors, `${field}.path`, path);
  checkNoBacksteps(errors, `${field}.path`, path);
};

const CSI_SECRETS = [
  'controllerPublishSecretRef',
  'controllerExpandSecretRef',
  'nodePublishSecretRef',
  'nodeExpandSecretRef',
];

const checkCsi: Check = (errors, field, csi) => {
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
const SOURCES: Readonly<Record<string, Check>> = {
  hostPath: checkHostPath,
  gcePersistentDisk: checkGcePersistentDisk,
  awsElasticBlockStore: checkAwsElasticBlockStore,
  glusterfs: needs('endpoints', 'path'),
  flocker: (errors, field, { datasetName, datasetUUID }) => {
    if (!datasetName && !datasetUUID) errors.push(required(field, 'one of datasetName and datasetUUID is required'));
  },
  nfs: checkNfs,
  rbd: needs('monitors', 'image'),
  quobyte: needs('registry', 'volume'),
  cephfs: needs('monitors'),
  iscsi: checkIscsi,
  cinder: needs('volumeID'),
  fc: checkFc,
  flexVolume: needs('driver'),
  azureFile: needs('secretName', 'shareName'),
  vsphereVolume: needs('volumePath'),
  photonPersistentDisk: needs('pdID'),
  portworxVolume: needs('volumeID'),
  azureDisk: needs('diskName', 'diskURI'),
  scaleIO: needs('gateway', 'system', 'volumeName'),
  local: checkLocal,
  storageos: needs('volumeName'),
  csi: checkCsi,
};

/** The spec of a volume. */
function checkSpec(errors: Errors, field: string, spec: Fields): void {
  if (!spec.accessModes?.length) errors.push(required(`${field}.accessModes`));
  checkAccessModes(errors, `${field}.accessModes`, spec.accessModes ?? []);
  checkCapacity(errors, `${field}.capacity`, spec.capacity);
  checkSupported(
    errors,
    `${field}.persistentVolumeReclaimPolicy`,
    spec.persistentVolumeReclaimPolicy || undefined,
    RECLAIM_POLICIES,
  );
  if (spec.nodeAffinity !== undefined) checkAffinity(errors, `${field}.nodeAffinity`, spec.nodeAffinity);
  checkSource(errors, field, spec);
  if (isRoot(spec.hostPath?.path) && spec.persistentVolumeReclaimPolicy === 'Recycle')
    errors.push(
      forbiddenField(`${field}.persistentVolumeReclaimPolicy`, "may not be 'recycle' for a hostPath mount of '/'"),
    );
  if (spec.storageClassName)
    checkName(errors, `${field}.storageClassName`, spec.storageClassName, dns1123SubdomainErrors);
  checkSupported(errors, `${field}.volumeMode`, spec.volumeMode, VOLUME_MODES);
  checkAttributesClass(errors, field, spec);
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

function checkSource(errors: Errors, field: string, spec: Fields): void {
  let found = false;
  for (const [source, check] of Object.entries(SOURCES)) {
    if (spec[source] === undefined) continue;
    if (found) errors.push(forbiddenField(`${field}.${source}`, 'may not specify more than 1 volume type'));
    else check(errors, `${field}.${source}`, spec[source]);
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

function checkUpdate(errors: Errors, { spec }: KubeObject, old: KubeObject): void {
  checkSpec(errors, 'spec', spec);
  const source = comparable(spec, old);
  if (Object.keys(SOURCES).some((name) => !deepEqual(source[name], old.spec[name])))
    errors.push(
      forbiddenField(
        'spec.persistentvolumesource',
        `spec.persistentvolumesource is immutable after creation\n${internalDiff('PersistentVolumeSource', old.spec, source)}`,
      ),
    );
  checkUnchanged(errors, 'volumeMode', spec.volumeMode, old.spec.volumeMode);
  if (old.spec.nodeAffinity !== undefined && !deepEqual(spec.nodeAffinity, old.spec.nodeAffinity))
    errors.push(
      invalidValue(
        'nodeAffinity',
        spec.nodeAffinity && internalForm('VolumeNodeAffinity', spec.nodeAffinity),
        'field is immutable, except for updating from beta label to GA',
      ),
    );
  if (old.spec.volumeAttributesClassName !== undefined && spec.volumeAttributesClassName === undefined)
    errors.push(forbiddenField('spec.volumeAttributesClassName', 'update from non-nil value to nil is forbidden'));
}

/** A secret for growing may be named later. */
function comparable(spec: Fields, old: KubeObject): Fields {
  if (old.spec.csi === undefined || old.spec.csi.controllerExpandSecretRef !== undefined) return spec;
  if (spec.csi?.controllerExpandSecretRef === undefined) return spec;
  const { controllerExpandSecretRef, ...csi } = spec.csi;
  return { ...spec, csi };
}

const STORAGE_ANNOTATIONS: Readonly<Record<string, string>> = {
  'volume.beta.kubernetes.io/storage-class': 'deprecated since v1.8; use "storageClassName" attribute instead',
  'volume.beta.kubernetes.io/mount-options': 'deprecated since v1.31; use "mountOptions" attribute instead',
};

function warnings({ metadata, spec }: KubeObject): string[] {
  const annotated = Object.entries(STORAGE_ANNOTATIONS)
    .filter(([key]) => metadata.annotations?.[key] !== undefined)
    .map(([key, message]) => `metadata.annotations[${key}]: ${message}`);
  const terms: Fields[] = spec.nodeAffinity?.required?.nodeSelectorTerms ?? [];
  const recycled =
    spec.persistentVolumeReclaimPolicy === 'Recycle'
      ? [
          'spec.persistentVolumeReclaimPolicy: The Recycle reclaim policy is deprecated. Instead, the recommended approach is to use dynamic provisioning.',
        ]
      : [];
  return [
    ...annotated,
    ...recycled,
    ...terms.flatMap((term, index) => termWarnings(`spec.nodeAffinity.required.nodeSelectorTerms[${index}]`, term)),
  ];
}

/** The strategy of PersistentVolumes. */
export const volumeStrategy: Strategy = {
  returnsDeletedObject: true,
  prepareForCreate(volume, { clock }) {
    volume.status = { phase: 'Pending', lastPhaseTransitionTime: formatTime(clock.now()) };
  },
  prepareForUpdate(volume, old, { subresource, clock }) {
    if (subresource === 'status' && volume.status?.phase !== old.status?.phase)
      volume.status = { ...volume.status, lastPhaseTransitionTime: formatTime(clock.now()) };
  },
  validate: rules((errors, { spec }) => checkSpec(errors, 'spec', spec)),
  validateUpdate: changeRules(checkUpdate),
  warnings: (volume) => warnings(volume),
};
