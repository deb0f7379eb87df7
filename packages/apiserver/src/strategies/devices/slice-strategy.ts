/** ResourceSlices: the devices of one pool that one driver offers, on one node or on more. */
import {
  dns1123LabelErrors,
  dns1123SubdomainErrors,
  forbiddenField,
  invalidValue,
  type KubeObject,
  required,
  tooLong,
  tooMany,
} from '@towtank/apimachinery';
import { deepEqual } from '../../registry/deep-equal.ts';
import type { Strategy } from '../../registry/strategy.ts';
import { checkDriverName } from '../pods/volume-sources.ts';
import { checkName, checkRequiredName, checkUnchanged, type Errors, type Fields } from '../validation/field-rules.ts';
import { checkNodeSelector } from '../validation/node-selector-rules.ts';
import { changeRules, rules } from '../validation/rules.ts';
import { checkList, checkPoolName, checkQualifiedName, checkSet, checkTaint, type ItemRule } from './device-rules.ts';

const MAX_DEVICES = 128;
/** Devices that have taints or use counters are fewer. */
const MAX_RICH_DEVICES = 64;
const MAX_COUNTER_SETS = 8;
const MAX_COUNTERS = 32;
const MAX_CONSUMPTIONS = 2;
const MAX_TAINTS = 16;
const MAX_ATTRIBUTES = 32;
const MAX_VALUE = 64;
const PLACES = ['nodeName', 'nodeSelector', 'allNodes', 'perDeviceNodeSelection'];
const ONE_PLACE = 'exactly one of `nodeName`, `nodeSelector`, `allNodes`, `perDeviceNodeSelection` is required';
const ONE_DEVICE_PLACE =
  'exactly one of `nodeName`, `nodeSelector`, or `allNodes` is required when `perDeviceNodeSelection` is set to true in the ResourceSlice spec';
const NO_DEVICE_PLACE =
  '`nodeName`, `nodeSelector` and `allNodes` can only be set if `perDeviceNodeSelection` is set to true in the ResourceSlice spec';
const VERSION =
  /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(-(0|[1-9]\d*|\d*[a-zA-Z-][\da-zA-Z-]*)(\.(0|[1-9]\d*|\d*[a-zA-Z-][\da-zA-Z-]*))*)?(\+[\da-zA-Z-]+(\.[\da-zA-Z-]+)*)?$/;

function checkSlice(errors: Errors, { spec = {} }: KubeObject, old?: KubeObject): void {
  const { driver, pool = {}, devices, sharedCounters } = spec;
  checkDriverName(errors, 'spec.driver', driver);
  checkPool(errors, 'spec.pool', pool);
  if (old !== undefined) {
    checkUnchanged(errors, 'spec.pool.name', pool.name, old.spec.pool?.name);
    checkUnchanged(errors, 'spec.driver', driver, old.spec.driver);
    checkUnchanged(errors, 'spec.nodeName', spec.nodeName, old.spec.nodeName);
  }
  checkPlace(errors, 'spec', spec);
  if (sharedCounters !== undefined && devices !== undefined)
    errors.push(invalidValue('spec', '', 'only one of `sharedCounters` or `devices` is allowed'));
  const isRich = (device: Fields): boolean => device.taints?.length > 0 || device.consumesCounters?.length > 0;
  const nameOf = ({ name = '' }: Fields): string => name;
  const checkOne: ItemRule<Fields> = (found, at, device) => {
    const before = old?.spec.devices?.find(({ name }: Fields) => name === device.name);
    checkDevice(found, at, device, before);
    checkDevicePlace(found, at, device, spec.perDeviceNodeSelection === true);
  };
  checkSet(
    errors,
    'spec.devices',
    devices as Fields[],
    devices?.some(isRich) ? MAX_RICH_DEVICES : MAX_DEVICES,
    checkOne,
    nameOf,
  );
  checkSet(errors, 'spec.sharedCounters', sharedCounters as Fields[], MAX_COUNTER_SETS, checkCounterSet, nameOf);
}

function checkPool(
  errors: Errors,
  field: string,
  { name, resourceSliceCount: count = 0, generation = 0 }: Fields,
): void {
  checkPoolName(errors, `${field}.name`, name);
  if (count <= 0) errors.push(invalidValue(`${field}.resourceSliceCount`, count, 'must be greater than zero'));
  if (generation < 0)
    errors.push(invalidValue(`${field}.generation`, generation, 'must be greater than or equal to zero'));
}

function checkPlace(errors: Errors, field: string, spec: Fields): void {
  const { nodeName, nodeSelector } = spec;
  if (nodeName) checkName(errors, `${field}.nodeName`, nodeName, dns1123SubdomainErrors);
  else if (nodeName !== undefined)
    errors.push(invalidValue(`${field}.nodeName`, nodeName, 'must be either unset or set to a non-empty string'));
  if (nodeSelector !== undefined) {
    checkNodeSelector(errors, `${field}.nodeSelector`, nodeSelector);
    const terms = nodeSelector.nodeSelectorTerms ?? [];
    if (terms.length !== 1)
      errors.push(
        invalidValue(`${field}.nodeSelector.nodeSelectorTerms`, terms, 'must have exactly one node selector term'),
      );
  }
  for (const name of ['allNodes', 'perDeviceNodeSelection'])
    if (spec[name] === false)
      errors.push(invalidValue(`${field}.${name}`, false, 'must be either unset or set to true'));
  const given = PLACES.filter((name) => spec[name]);
  if (given.length === 0) errors.push(required(field, ONE_PLACE));
  else if (given.length > 1)
    errors.push(invalidValue(field, listed(given), `${ONE_PLACE}, but multiple fields are set`));
}

const listed = (names: readonly string[]): string => `{${names.map((name) => `\`${name}\``).join(', ')}}`;

function checkDevicePlace(errors: Errors, field: string, device: Fields, isOwn: boolean): void {
  const places = ['nodeName', 'nodeSelector', 'allNodes'];
  if (!isOwn) {
    if (places.some((name) => device[name] !== undefined)) errors.push(invalidValue(field, null, NO_DEVICE_PLACE));
    return;
  }
  const { nodeName, nodeSelector, allNodes } = device;
  if (nodeName) checkName(errors, `${field}.nodeName`, nodeName, dns1123SubdomainErrors);
  else if (nodeName !== undefined) errors.push(invalidValue(`${field}.nodeName`, nodeName, 'must not be empty'));
  if (nodeSelector !== undefined) checkNodeSelector(errors, `${field}.nodeSelector`, nodeSelector);
  if (allNodes === false) errors.push(invalidValue(`${field}.allNodes`, false, 'must be either unset or set to true'));
  const given = places.filter((name) => device[name]);
  if (given.length === 0) errors.push(required(field, ONE_DEVICE_PLACE));
  else if (given.length > 1) errors.push(invalidValue(field, listed(given), ONE_DEVICE_PLACE));
}

function checkDevice(errors: Errors, field: string, device: Fields, old: Fields | undefined): void {
  const { attributes = {}, capacity = {}, allowMultipleAllocations, taints, consumesCounters } = device;
  checkName(errors, `${field}.name`, device.name ?? '', dns1123LabelErrors);
  const count = Object.keys(attributes).length + Object.keys(capacity).length;
  if (count > MAX_ATTRIBUTES)
    errors.push(
      invalidValue(field, count, `the total number of attributes and capacities must not exceed ${MAX_ATTRIBUTES}`),
    );
  for (const [name, attribute] of Object.entries<Fields>(attributes)) {
    checkQualifiedName(errors, `${field}.attributes[${name}]`, name);
    checkAttribute(errors, `${field}.attributes[${name}]`, attribute);
  }
  for (const [name, { requestPolicy }] of Object.entries<Fields>(capacity)) {
    checkQualifiedName(errors, `${field}.capacity[${name}]`, name);
    if (requestPolicy !== undefined && allowMultipleAllocations !== true)
      errors.push(forbiddenField(`${field}.capacity[${name}].requestPolicy`, 'allowMultipleAllocations must be true'));
  }
  if (!deepEqual(taints, old?.taints)) checkList(errors, `${field}.taints`, taints as Fields[], MAX_TAINTS, checkTaint);
  checkSet(
    errors,
    `${field}.consumesCounters`,
    consumesCounters as Fields[],
    MAX_CONSUMPTIONS,
    (found, at, { counterSet, counters }) => {
      checkRequiredName(found, `${at}.counterSet`, counterSet, dns1123LabelErrors);
      checkCounters(found, `${at}.counters`, counters);
    },
    ({ counterSet = '' }) => counterSet,
  );
}

const VALUES = ['bool', 'int', 'string', 'version'];

function checkAttribute(errors: Errors, field: string, attribute: Fields): void {
  const { string, version } = attribute;
  if (string?.length > MAX_VALUE) errors.push(tooLong(`${field}.string`, MAX_VALUE));
  if (version !== undefined && !VERSION.test(version))
    errors.push(invalidValue(`${field}.version`, version, 'must be a string compatible with semver.org spec 2.0.0'));
  if (version?.length > MAX_VALUE) errors.push(tooLong(`${field}.version`, MAX_VALUE));
  const given = VALUES.filter((name) => attribute[name] !== undefined);
  if (given.length !== 1)
    errors.push(
      invalidValue(field, given.length === 0 ? '' : shownAttribute(attribute), 'exactly one value must be specified'),
    );
}

const shownAttribute = ({ int, bool, string, version }: Fields): object => ({
  IntValue: int ?? null,
  BoolValue: bool ?? null,
  StringValue: string ?? null,
  VersionValue: version ?? null,
});

function checkCounterSet(errors: Errors, field: string, { name, counters }: Fields): void {
  checkRequiredName(errors, `${field}.name`, name, dns1123LabelErrors);
  checkCounters(errors, `${field}.counters`, counters);
}

function checkCounters(errors: Errors, field: string, counters: Fields = {}): void {
  const names = Object.keys(counters);
  if (names.length === 0) errors.push(required(field));
  else if (names.length > MAX_COUNTERS) errors.push(tooMany(field, names.length, MAX_COUNTERS));
  else for (const name of names) checkName(errors, `${field}[${name}]`, name, dns1123LabelErrors);
}

/** The strategy of ResourceSlices. */
export const resourceSliceStrategy: Strategy = {
  validate: rules((errors, slice) => checkSlice(errors, slice)),
  validateUpdate: changeRules(checkSlice),
};
