/** CSIDrivers, CSINodes, CSIStorageCapacities and VolumeAttachments: who makes storage, and where it is. */
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
  checkNonNegative,
  checkSupported,
  checkUnchanged,
  type Errors,
  type Fields,
  IMMUTABLE,
  inRangeMessage,
} from '../validation/field-rules.ts';
import { internalForm } from '../validation/internal-form.ts';
import { checkLabelSelector } from '../validation/label-selector-rules.ts';
import { checkAmount } from '../validation/resource-rules.ts';
import { changeRules, rules } from '../validation/rules.ts';
import { checkInlineVolume } from './volume-spec-rules.ts';

const LIFECYCLE_MODES = ['Persistent', 'Ephemeral'];
const GROUP_POLICIES = ['File', 'None', 'ReadWriteOnceWithFSType'];
const MIN_PERIOD_SECONDS = 10;

function checkDriver(errors: Errors, { spec = {} }: KubeObject): void {
  checkGiven(errors, 'spec.attachedRequired', spec.attachRequired);
  checkGiven(errors, 'spec.podInfoOnMount', spec.podInfoOnMount);
  checkGiven(errors, 'spec.storageCapacity', spec.storageCapacity);
  checkSupported(errors, 'spec.fsGroupPolicy', spec.fsGroupPolicy, GROUP_POLICIES);
  checkTokenRequests(errors, 'spec.tokenRequests', spec.tokenRequests ?? []);
  for (const mode of spec.volumeLifecycleModes ?? [])
    if (!LIFECYCLE_MODES.includes(mode)) errors.push(notSupported('spec.volumeLifecycleModes', mode, LIFECYCLE_MODES));
  checkGiven(errors, 'spec.seLinuxMount', spec.seLinuxMount);
  const period = spec.nodeAllocatableUpdatePeriodSeconds;
  if (period < MIN_PERIOD_SECONDS)
    errors.push(
      invalidValue(
        'spec.nodeAllocatableUpdatePeriodSeconds',
        period,
        `must be greater than or equal to ${MIN_PERIOD_SECONDS} seconds`,
      ),
    );
}

function checkTokenRequests(errors: Errors, field: string, requests: readonly Fields[]): void {
  const audiences = new Set<string>();
  for (const [index, { audience = '', expirationSeconds: seconds }] of requests.entries()) {
    const at = `${field}[${index}]`;
    if (audiences.has(audience)) errors.push(duplicate(`${at}.audience`, audience));
    else if (seconds < 600)
      errors.push(invalidValue(`${at}.expirationSeconds`, seconds, 'may not specify a duration less than 10 minutes'));
    else if (seconds > 2 ** 32)
      errors.push(
        invalidValue(`${at}.expirationSeconds`, seconds, 'may not specify a duration larger than 2^32 seconds'),
      );
    audiences.add(audience);
  }
}

/** The strategy of CSIDrivers. */
export const csiDriverStrategy: Strategy = {
  validate: rules(checkDriver),
  validateUpdate: changeRules((errors, next, old) => {
    checkDriver(errors, next);
    checkUnchanged(errors, 'spec.attachedRequired', next.spec?.attachRequired, old.spec?.attachRequired);
    checkUnchanged(
      errors,
      'spec.volumeLifecycleModes',
      next.spec?.volumeLifecycleModes,
      old.spec?.volumeLifecycleModes,
    );
  }),
};

const MAX_NODE_ID_BYTES = 256;

function checkCsiNode(errors: Errors, { spec = {} }: KubeObject): void {
  const names = new Set<string>();
  for (const [index, driver] of (spec.drivers ?? []).entries()) {
    const { name = '', nodeID = '' } = driver;
    const at = `spec.drivers[${index}]`;
    checkDriverName(errors, `${at}.name`, name);
    checkGiven(errors, `${at}.nodeID`, nodeID);
    if (Buffer.byteLength(nodeID) > MAX_NODE_ID_BYTES)
      errors.push(invalidValue(`${at}.nodeID`, nodeID, `must be ${MAX_NODE_ID_BYTES} characters or less`));
    checkNonNegative(errors, `${at}.allocatable.count`, driver.allocatable?.count);
    if (names.has(name)) errors.push(duplicate(`${at}.name`, name));
    names.add(name);
    checkTopologyKeys(errors, at, driver.topologyKeys ?? []);
  }
}

/** Kubernetes reports keys at the driver, not at their list. */
function checkTopologyKeys(errors: Errors, field: string, keys: readonly string[]): void {
  for (const [index, key] of keys.entries()) {
    if (key === '') errors.push(required(field));
    if (keys.indexOf(key) !== index) errors.push(duplicate(field, key));
    checkName(errors, field, key, labelKeyErrors);
  }
}

/** A driver that stays on a node stays as it is, but for how many volumes it can attach. */
function checkDriversUnchanged(errors: Errors, next: KubeObject, old: KubeObject): void {
  for (const before of old.spec?.drivers ?? [])
    for (const after of next.spec?.drivers ?? [])
      if (before.name === after.name)
        checkUnchanged(
          errors,
          'spec.drivers',
          { ...after, allocatable: undefined },
          { ...before, allocatable: undefined },
          'CSINodeDriver',
        );
}

/** The strategy of CSINodes. */
export const csiNodeStrategy: Strategy = {
  validate: rules(checkCsiNode),
  validateUpdate: changeRules((errors, next, old) => {
    checkCsiNode(errors, next);
    checkDriversUnchanged(errors, next, old);
  }),
};

/** The strategy of CSIStorageCapacities. */
export const csiStorageCapacityStrategy: Strategy = {
  validate: rules((errors, { nodeTopology, storageClassName = '', capacity }) => {
    checkLabelSelector(errors, 'nodeTopology', nodeTopology);
    checkName(errors, 'storageClassName', storageClassName, dns1123SubdomainErrors);
    if (capacity !== undefined) checkAmount(errors, 'capacity', capacity);
  }),
  validateUpdate: changeRules((errors, next, old) => {
    checkUnchanged(errors, 'nodeTopology', next.nodeTopology, old.nodeTopology);
    checkUnchanged(errors, 'storageClassName', next.storageClassName, old.storageClassName);
  }),
};

const MAX_METADATA_BYTES = 256 * 1024;
const MAX_MESSAGE_BYTES = 1024;
const ONE_SOURCE = 'must specify exactly one of inlineVolumeSpec and persistentVolumeName';

function checkAttachment(errors: Errors, { spec = {}, status }: KubeObject): void {
  checkGiven(errors, 'spec.attacher', spec.attacher);
  const { persistentVolumeName: volume, inlineVolumeSpec: inline } = spec.source ?? {};
  if (volume === undefined && inline === undefined) errors.push(required('spec.source', ONE_SOURCE));
  else if (volume !== undefined && inline !== undefined) errors.push(forbiddenField('spec.source', ONE_SOURCE));
  else if (volume === '')
    errors.push(required('spec.source.persistentVolumeName', 'must specify non empty persistentVolumeName'));
  else if (inline !== undefined) checkInlineVolume(errors, 'spec.source.inlineVolumeSpec', inline);
  checkName(errors, 'spec.nodeName', spec.nodeName ?? '', dns1123SubdomainErrors);
  checkAttachmentStatus(errors, status);
}

function checkAttachmentStatus(errors: Errors, status: Fields): void {
  const metadata: Record<string, string> = status?.attachmentMetadata ?? {};
  let bytes = 0;
  for (const key of Object.keys(metadata)) bytes += Buffer.byteLength(key) + Buffer.byteLength(metadata[key] ?? '');
  if (bytes > MAX_METADATA_BYTES) errors.push(tooLong('status.attachmentMetadata', MAX_METADATA_BYTES));
  for (const name of ['attachError', 'detachError']) checkVolumeError(errors, `status.${name}`, status?.[name]);
}

/** Kubernetes names the limit of the metadata for a message that is too long. */
function checkVolumeError(errors: Errors, field: string, error: Fields): void {
  if (Buffer.byteLength(error?.message ?? '') > MAX_MESSAGE_BYTES)
    errors.push(tooLong(`${field}.message`, MAX_METADATA_BYTES));
  if (error?.errorCode < 0)
    errors.push(invalidValue(`${field}.errorCode`, error.errorCode, inRangeMessage(0, 2 ** 31 - 1)));
}

/** The strategy of VolumeAttachments. */
export const attachmentStrategy: Strategy = {
  validate: rules((errors, attachment) => {
    checkAttachment(errors, attachment);
    checkDriverName(errors, 'spec.attacher', attachment.spec?.attacher);
    checkName(
      errors,
      'spec.source.persistentVolumeName',
      attachment.spec?.source?.persistentVolumeName,
      dns1123SubdomainErrors,
    );
  }),
  validateUpdate: changeRules((errors, next, old) => {
    checkAttachment(errors, next);
    if (!deepEqual(next.spec, old.spec))
      errors.push(invalidValue('spec', internalForm('VolumeAttachmentSpec', next.spec), IMMUTABLE));
  }),
};
