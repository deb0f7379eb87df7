/** StorageClasses, CSIDrivers, CSINodes, VolumeAttachments: how storage is made and by whom. */
import {
  dns1123SubdomainErrors,
  duplicate,
  forbiddenField,
  invalidValue,
  type KubeObject,
  labelKeyErrors,
  notSupported,
  required,
  tooLong,
} from '@towtank/apimachinery';
import { deepEqual } from '../../registry/deep-equal.ts';
import type { Strategy } from '../../registry/strategy.ts';
import { checkDriverName } from '../pods/volume-sources.ts';
import {
  checkGiven,
  checkName,
  checkSupported,
  checkUnchanged,
  type Errors,
  type Fields,
} from '../validation/field-rules.ts';
import { checkTopologyTerms } from '../validation/node-selector-rules.ts';
import { changeRules, rules } from '../validation/rules.ts';

const MAX_PARAMETERS = 512;
const MAX_PARAMETER_BYTES = 256 * 1024;

function checkClass(errors: Errors, storageClass: KubeObject): void {
  const { provisioner = '', parameters = {}, reclaimPolicy, volumeBindingMode, allowedTopologies = [] } = storageClass;
  checkProvisioner(errors, 'provisioner', provisioner);
  checkParameters(errors, 'parameters', parameters);
  checkSupported(errors, 'reclaimPolicy', reclaimPolicy || undefined, ['Delete', 'Retain']);
  if (volumeBindingMode === undefined) errors.push(required('volumeBindingMode'));
  else checkSupported(errors, 'volumeBindingMode', volumeBindingMode, ['Immediate', 'WaitForFirstConsumer']);
  checkTopologyTerms(errors, 'allowedTopologies', allowedTopologies);
}

function checkProvisioner(errors: Errors, field: string, provisioner: string): void {
  if (provisioner === '') errors.push(required(field));
  else checkName(errors, field, provisioner.toLowerCase(), labelKeyErrors);
}

function checkParameters(errors: Errors, field: string, parameters: Record<string, string>): void {
  const entries = Object.entries(parameters);
  if (entries.length > MAX_PARAMETERS)
    errors.push({
      field,
      reason: 'FieldValueTooLong',
      body: `Too long: may not be more than ${MAX_PARAMETERS} bytes`,
    });
  for (const [key] of entries) if (key === '') errors.push(invalidValue(field, key, 'field can not be empty.'));
  const bytes = entries.reduce((sum, [key, value]) => sum + Buffer.byteLength(key) + Buffer.byteLength(value), 0);
  if (bytes > MAX_PARAMETER_BYTES) errors.push(tooLong(field, MAX_PARAMETER_BYTES));
}

const FORBIDDEN_CHANGES: readonly (readonly [field: string, message: string])[] = [
  ['parameters', 'updates to parameters are forbidden.'],
  ['provisioner', 'updates to provisioner are forbidden.'],
  ['reclaimPolicy', 'updates to reclaimPolicy are forbidden.'],
];

function checkClassUpdate(errors: Errors, next: KubeObject, old: KubeObject): void {
  for (const [field, message] of FORBIDDEN_CHANGES)
    if (!deepEqual(next[field], old[field])) errors.push(forbiddenField(field, message));
  checkUnchanged(errors, 'volumeBindingMode', next.volumeBindingMode, old.volumeBindingMode);
}

/** The strategy of StorageClasses. */
export const storageClassStrategy: Strategy = {
  validate: rules(checkClass),
  validateUpdate: changeRules(checkClassUpdate),
};

/** The strategy of VolumeAttributesClasses. */
export const attributesClassStrategy: Strategy = {
  validate: rules((errors, { driverName = '', parameters = {} }) => {
    checkProvisioner(errors, 'driverName', driverName);
    if (Object.keys(parameters).length === 0)
      errors.push(required('parameters', 'must contain at least one key/value pair'));
    checkParameters(errors, 'parameters', parameters);
  }),
  validateUpdate: changeRules((errors, next, old) => {
    if (next.driverName !== old.driverName)
      errors.push(forbiddenField('driverName', 'updates to driverName are forbidden.'));
    if (!deepEqual(next.parameters, old.parameters))
      errors.push(forbiddenField('parameters', 'updates to parameters are forbidden.'));
  }),
};

const LIFECYCLE_MODES = ['Ephemeral', 'Persistent'];
const GROUP_POLICIES = ['ReadWriteOnceWithFSType', 'File', 'None'];

function checkDriver(errors: Errors, { metadata, spec = {} }: KubeObject): void {
  checkDriverName(errors, 'metadata.name', metadata.name);
  for (const field of ['attachRequired', 'podInfoOnMount', 'storageCapacity'])
    checkGiven(errors, `spec.${field}`, spec[field]);
  checkSupported(errors, 'spec.fsGroupPolicy', spec.fsGroupPolicy, GROUP_POLICIES);
  const audiences: string[] = (spec.tokenRequests ?? []).map(({ audience = '' }: Fields) => audience);
  for (const [index, request] of (spec.tokenRequests ?? []).entries()) {
    const at = `spec.tokenRequests[${index}]`;
    if (audiences.indexOf(audiences[index] ?? '') !== index) errors.push(duplicate(`${at}.audience`, audiences[index]));
    const seconds = request.expirationSeconds;
    if (seconds !== undefined && seconds < 600)
      errors.push(invalidValue(`${at}.expirationSeconds`, seconds, 'may not specify a duration less than 10 minutes'));
  }
  for (const mode of spec.volumeLifecycleModes ?? [])
    if (!LIFECYCLE_MODES.includes(mode)) errors.push(notSupported('spec.volumeLifecycleModes', mode, LIFECYCLE_MODES));
}

/** The strategy of CSIDrivers. */
export const csiDriverStrategy: Strategy = {
  validate: rules(checkDriver),
  validateUpdate: changeRules((errors, next, old) => {
    checkDriver(errors, next);
    for (const field of ['attachRequired', 'volumeLifecycleModes'])
      checkUnchanged(errors, `spec.${field}`, next.spec?.[field], old.spec?.[field]);
  }),
};

function checkCsiNode(errors: Errors, { spec = {} }: KubeObject): void {
  const names = new Set<string>();
  for (const [index, { name, nodeID, topologyKeys: given }] of (spec.drivers ?? []).entries()) {
    const topologyKeys = given ?? [];
    const at = `spec.drivers[${index}]`;
    checkDriverName(errors, `${at}.name`, name);
    checkGiven(errors, `${at}.nodeID`, nodeID);
    if (topologyKeys.includes('')) errors.push(required(`${at}.topologyKeys`));
    for (const key of topologyKeys) if (key !== '') checkName(errors, `${at}.topologyKeys`, key, labelKeyErrors);
    if (names.has(name)) errors.push(duplicate(`${at}.name`, name));
    names.add(name);
  }
}

/** The strategy of CSINodes. */
export const csiNodeStrategy: Strategy = { validate: rules(checkCsiNode) };

function checkAttachment(errors: Errors, { spec = {} }: KubeObject): void {
  const { attacher = '', source = {}, nodeName = '' } = spec;
  checkDriverName(errors, 'spec.attacher', attacher);
  const { persistentVolumeName: volume, inlineVolumeSpec: inline } = source;
  if (volume === undefined && inline === undefined)
    errors.push(required('spec.source', 'must specify exactly one of inlineVolumeSpec and persistentVolumeName'));
  if (volume !== undefined && inline !== undefined)
    errors.push(forbiddenField('spec.source', 'must specify exactly one of inlineVolumeSpec and persistentVolumeName'));
  checkName(errors, 'spec.source.persistentVolumeName', volume, dns1123SubdomainErrors);
  checkName(errors, 'spec.nodeName', nodeName, dns1123SubdomainErrors);
}

/** The strategy of VolumeAttachments. */
export const attachmentStrategy: Strategy = {
  validate: rules(checkAttachment),
  validateUpdate: changeRules((errors, next, old) => {
    checkAttachment(errors, next);
    if (!deepEqual(next.spec, old.spec)) errors.push(invalidValue('spec', next.spec, 'field is immutable'));
  }),
};
