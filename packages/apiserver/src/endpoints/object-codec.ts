/** From what a client sends to an object as it is stored: decoded, defaulted, with its fields' managers. */
import {
  badRequest,
  formatGroupVersion,
  invalid,
  type KubeObject,
  type ManagedFieldsEntry,
  notSupported,
} from '@towtank/apimachinery';
import { applyServerSide } from '../apply/apply-server-side.ts';
import { type ManagementContext, updateManagedFields } from '../apply/update-managed-fields.ts';
import { patchObject as applyAndDecode } from '../patch/patch-object.ts';
import { applyDefaults } from '../schema/apply-defaults.ts';
import type { DecodedBody } from '../schema/decode-body.ts';
import { decodeObject, type FieldValidation } from '../schema/decode-object.ts';
import { isJsonObject } from '../schema/own-property.ts';
import { forgetEmptyLists } from '../schema/zero-value.ts';
import { type ApiCall, fieldManagerOf } from './api-call.ts';
import { checkType, objectIn } from './read-body.ts';

/** How a patch is written. */
export type PatchType = 'json' | 'merge' | 'strategic' | 'apply';

/**
 * Decodes the body of a create, or of an update of `old`, as the kind of the call's resource. The body is not changed.
 * Throws 400 and 422.
 */
export function decodeForCall(call: ApiCall, body: DecodedBody, old?: KubeObject): KubeObject {
  const typed = objectIn(call, body);
  checkType(typed, call.served);
  const { duplicates, positions } = body;
  const fieldValidation = fieldValidationOf(call);
  const { object, warnings } = decodeObject(typed, call.served.schema, { fieldValidation, duplicates, positions });
  call.warnings.push(...warnings);
  return complete(call, object, old);
}

/** The stored object with a patch applied. Throws 400 and 422. */
export function patchObject(
  call: ApiCall,
  old: KubeObject,
  type: 'json' | 'merge' | 'strategic',
  { value, duplicates }: DecodedBody,
): KubeObject {
  const { served } = call;
  const current = served.fromStored?.(old) ?? old;
  const { object, warnings } = applyAndDecode({
    type,
    current,
    patch: value,
    schema: served.schema,
    fieldValidation: fieldValidationOf(call),
    duplicates,
  });
  call.warnings.push(...warnings);
  return withoutOwnRevision(complete(call, object, old), old);
}

/** The stored object with an applied configuration merged into it. Throws 409 with the conflicts. */
export function applyObject(
  call: ApiCall,
  old: KubeObject | undefined,
  { value, duplicates }: DecodedBody,
): KubeObject {
  if (!isJsonObject(value))
    throw badRequest(
      'error decoding YAML: error unmarshaling JSON: while decoding JSON: json: cannot unmarshal into Go value of type map[string]interface {}',
    );
  const { attributes } = call;
  const force = attributes.query.get('force') === 'true';
  const context = managementOf(call, old);
  const { object, managedFields } = applyServerSide({ ...context, applied: value as KubeObject, force });
  checkRepeatedKeys(call, duplicates);
  if (call.served.toStored === undefined) call.store.strategy.setDefaults?.(object);
  if (old === undefined) object.metadata.name ??= attributes.name;
  return withoutOwnRevision(toStored(call, withManagers(object, managedFields)), old);
}

function checkRepeatedKeys(call: ApiCall, duplicates: readonly string[]): void {
  const validation = fieldValidationOf(call);
  if (validation === 'Ignore' || duplicates.length === 0) return;
  const message = `error converting YAML to JSON: ${duplicates.join(', ')}`;
  if (validation === 'Strict') throw badRequest(`error strict decoding YAML: ${message}`);
  call.warnings.push(message);
}

/** Defaults, managers, and the stored version: what every decoded object goes through. */
function complete(call: ApiCall, object: KubeObject, old: KubeObject | undefined): KubeObject {
  const { served, store } = call;
  applyDefaults(object, served.schema);
  if (served.toStored === undefined) store.strategy.setDefaults?.(object);
  return toStored(call, withManagers(object, updateManagedFields(object, managementOf(call, old))));
}

function withManagers(object: KubeObject, managedFields: ManagedFieldsEntry[]): KubeObject {
  if (managedFields.length > 0) object.metadata.managedFields = managedFields;
  else delete object.metadata.managedFields;
  return object;
}

/** The version that is stored, with its own defaults: those of the other version cannot know all of its fields. */
function toStored({ served, store }: ApiCall, object: KubeObject): KubeObject {
  forgetEmptyLists(object, served.schema);
  if (served.toStored === undefined) return object;
  const stored = served.toStored(object);
  applyDefaults(stored, store.schema);
  store.strategy.setDefaults?.(stored);
  return stored;
}

function managementOf(call: ApiCall, old: KubeObject | undefined): ManagementContext {
  const { served, attributes, environment } = call;
  const { group, version, subresources } = served.resource;
  return {
    live: old === undefined ? undefined : (served.fromStored?.(old) ?? old),
    schema: served.schema,
    manager: fieldManagerOf(call),
    apiVersion: formatGroupVersion(group, version),
    subresource: attributes.subresource,
    now: environment.clock.now(),
    hasStatus: subresources.some(({ subresource }) => subresource === 'status'),
    inVersion: (apiVersion) => inVersion(call, apiVersion),
  };
}

/** The same resource in another version, which some managers may have written. */
function inVersion(
  { environment, served }: ApiCall,
  apiVersion: string,
): ReturnType<NonNullable<ManagementContext['inVersion']>> {
  const { group, version, resource } = served.resource;
  const [otherGroup, otherVersion] = apiVersion.includes('/') ? apiVersion.split('/') : ['', apiVersion];
  const other = environment.catalog.find(otherGroup ?? '', otherVersion ?? '', resource);
  if (other === undefined || (otherGroup === group && otherVersion === version)) return undefined;
  const convert = (object: KubeObject): KubeObject => {
    const stored = served.toStored?.(object) ?? object;
    return other.fromStored?.(stored) ?? stored;
  };
  return { schema: other.schema, convert };
}

/** A patch is tried again on a newer revision unless it names one of its own. */
function withoutOwnRevision(object: KubeObject, old: KubeObject | undefined): KubeObject {
  if (old !== undefined && object.metadata.resourceVersion === old.metadata.resourceVersion)
    delete object.metadata.resourceVersion;
  return object;
}

const FIELD_VALIDATIONS = ['Ignore', 'Strict', 'Warn'];

/** The server's default is to warn. Throws 422 for values that it does not know. */
function fieldValidationOf({ attributes }: ApiCall): FieldValidation {
  const asked = attributes.query.get('fieldValidation') || 'Warn';
  if (FIELD_VALIDATIONS.includes(asked)) return asked as FieldValidation;
  const kind =
    attributes.verb === 'create' ? 'CreateOptions' : attributes.verb === 'patch' ? 'PatchOptions' : 'UpdateOptions';
  throw invalid({ group: 'meta.k8s.io', kind }, '', [
    notSupported('fieldValidation', asked, ['', ...FIELD_VALIDATIONS]),
  ]);
}
