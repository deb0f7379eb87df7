/** ResourceClaims, what makes them, and the classes of devices that they name. */
import { dns1123LabelErrors, forbiddenField, invalidValue, type KubeObject, required } from '@towtank/apimachinery';
import { deepEqual } from '../../registry/deep-equal.ts';
import type { Strategy } from '../../registry/strategy.ts';
import { checkDriverName } from '../pods/volume-sources.ts';
import { checkTemplateMetadata } from '../storage/claim-spec-rules.ts';
import { checkName, checkUnchanged, type Errors, type Fields } from '../validation/field-rules.ts';
import { checkNodeSelector } from '../validation/node-selector-rules.ts';
import { isExtendedResource } from '../validation/resource-names.ts';
import { changeRules, rules } from '../validation/rules.ts';
import { checkClaimDevices, checkReference, checkReferences, requestNames } from './claim-rules.ts';
import { checkConfiguration, checkList, checkPoolName, checkSelectors, checkSet } from './device-rules.ts';

const MAX_RESERVED = 256;
const MAX_RESULTS = 32;
const MAX_CONFIGURATIONS = 32;

function checkStatus(errors: Errors, claim: KubeObject, old: KubeObject): void {
  const { reservedFor = [], allocation }: Fields = claim.status ?? {};
  const field = 'status.reservedFor';
  const uidOf = ({ uid = '' }: Fields): string => uid;
  checkSet(errors, field, reservedFor as Fields[], MAX_RESERVED, checkUser, uidOf);
  if (reservedFor.length > 0 && allocation === undefined)
    errors.push(forbiddenField(field, 'may not be specified when `allocated` is not set'));
  else if (claim.metadata.deletionTimestamp !== undefined && hasNew(reservedFor, old.status?.reservedFor ?? []))
    errors.push(
      forbiddenField(
        field,
        'new entries may not be added while `deallocationRequested` or `deletionTimestamp` are set',
      ),
    );
  if (allocation === undefined) return;
  if (old.status?.allocation !== undefined)
    checkUnchanged(errors, 'status.allocation', allocation, old.status.allocation);
  else checkAllocation(errors, 'status.allocation', allocation, requestNames(claim.spec?.devices));
}

const hasNew = (after: readonly Fields[], before: readonly Fields[]): boolean =>
  !after.every((item) => before.some((other) => deepEqual(item, other)));

function checkUser(errors: Errors, field: string, user: Fields): void {
  for (const name of ['resource', 'name', 'uid']) if (!user[name]) errors.push(required(`${field}.${name}`));
}

function checkAllocation(errors: Errors, field: string, allocation: Fields, names: ReadonlySet<string>): void {
  const { devices = {}, nodeSelector } = allocation;
  checkList(errors, `${field}.devices.results`, devices.results as Fields[], MAX_RESULTS, (found, at, result) => {
    checkReference(found, `${at}.request`, result.request ?? '', names);
    checkDriverName(found, `${at}.driver`, result.driver);
    checkPoolName(found, `${at}.pool`, result.pool);
    checkName(found, `${at}.device`, result.device ?? '', dns1123LabelErrors);
  });
  const limit = 2 * MAX_CONFIGURATIONS;
  checkList(errors, `${field}.devices.config`, devices.config as Fields[], limit, (found, at, config) => {
    checkReferences(found, `${at}.requests`, config.requests, names);
    checkConfiguration(found, at, config);
  });
  if (nodeSelector !== undefined) checkNodeSelector(errors, `${field}.nodeSelector`, nodeSelector);
}

/** The strategy of ResourceClaims. */
export const resourceClaimStrategy: Strategy = {
  validate: rules((errors, { spec }) => checkClaimDevices(errors, 'spec.devices', spec?.devices)),
  validateUpdate: changeRules((errors, claim, old) => checkUnchanged(errors, 'spec', claim.spec ?? {}, old.spec ?? {})),
  validateStatusUpdate: changeRules(checkStatus),
};

/** The strategy of ResourceClaimTemplates. */
export const claimTemplateStrategy: Strategy = {
  validate: rules((errors, { spec = {} }) => {
    checkTemplateMetadata(errors, 'spec.metadata', spec.metadata);
    checkClaimDevices(errors, 'spec.spec.devices', spec.spec?.devices);
  }),
  validateUpdate: changeRules((errors, next, old) => checkUnchanged(errors, 'spec', next.spec, old.spec)),
};

function checkClass(errors: Errors, { spec = {} }: KubeObject, old?: KubeObject): void {
  const { selectors, config, extendedResourceName: name } = spec;
  checkSelectors(errors, 'spec.selectors', selectors);
  const isStored = old !== undefined && deepEqual(config, old.spec?.config);
  checkList(errors, 'spec.config', config as Fields[], MAX_CONFIGURATIONS, (found, at, item) =>
    checkConfiguration(found, at, item, isStored),
  );
  if (name !== undefined && !isExtendedResource(name))
    errors.push(invalidValue('spec.extendedResourceName', name, 'must be a valid extended resource name'));
}

/** The strategy of DeviceClasses. */
export const deviceClassStrategy: Strategy = {
  validate: rules((errors, deviceClass) => checkClass(errors, deviceClass)),
  validateUpdate: changeRules(checkClass),
};
