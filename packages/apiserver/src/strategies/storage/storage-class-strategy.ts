/** StorageClasses and VolumeAttributesClasses: how storage is made, and what else is said of it. */
import {
  forbiddenField,
  invalidValue,
  type KubeObject,
  labelKeyErrors,
  required,
  tooLong,
} from '@towtank/apimachinery';
import { deepEqual } from '../../registry/deep-equal.ts';
import type { Strategy } from '../../registry/strategy.ts';
import { checkName, checkSupported, checkUnchanged, type Errors } from '../validation/field-rules.ts';
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
  if (entries.length > MAX_PARAMETERS) {
    errors.push(tooLong(field, MAX_PARAMETERS));
    return;
  }
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

function checkAttributes(errors: Errors, { driverName = '', parameters = {} }: KubeObject): void {
  checkProvisioner(errors, 'driverName', driverName);
  checkParameters(errors, 'parameters', parameters);
  if (Object.keys(parameters).length === 0)
    errors.push(required('parameters', 'must contain at least one key/value pair'));
}

/** The strategy of VolumeAttributesClasses. */
export const attributesClassStrategy: Strategy = {
  validate: rules(checkAttributes),
  validateUpdate: changeRules((errors, next, old) => {
    if (next.driverName !== old.driverName)
      errors.push(forbiddenField('driverName', 'updates to driverName are forbidden.'));
    if (!deepEqual(next.parameters, old.parameters))
      errors.push(forbiddenField('parameters', 'updates to parameters are forbidden.'));
    checkAttributes(errors, next);
  }),
};
