/** Objects for the tests of managed fields. */
import type { KubeObject, ManagedFieldsEntry } from '@towtank/apimachinery';
import { type ApplyContext, applyServerSide } from '../../src/apply/apply-server-side.ts';
import { type ManagementContext, updateManagedFields } from '../../src/apply/update-managed-fields.ts';
import { applyDefaults } from '../../src/schema/apply-defaults.ts';
import { decodeObject } from '../../src/schema/decode-object.ts';
import { type Schema, schemaOfKind } from '../../src/schema/schema-table.ts';
import { deepFreeze } from '../../src/storage/deep-freeze.ts';

export const START: number = Date.UTC(2026, 0, 1);

/** An object as it would be read from a request. */
export function read(value: object): KubeObject {
  const { apiVersion = '', kind = '' } = value as KubeObject;
  const schema = schemaOfKind(apiVersion, kind) as Schema;
  const { object } = decodeObject(value, schema, { fieldValidation: 'Strict' });
  applyDefaults(object, schema);
  return object;
}

/** Stores an object as the registry would: with a uid, managers, frozen. */
export function store(object: KubeObject, managedFields: ManagedFieldsEntry[]): KubeObject {
  const stored = structuredClone(object);
  stored.metadata.uid = 'u';
  if (managedFields.length > 0) stored.metadata.managedFields = managedFields;
  else delete stored.metadata.managedFields;
  return deepFreeze(stored);
}

/** Writes by create or update, and answers what would be stored. */
export function write(live: KubeObject | undefined, value: object, more: Partial<ManagementContext> = {}): KubeObject {
  const next = read(value);
  const { apiVersion = '', kind = '' } = next;
  const managedFields = updateManagedFields(next, {
    live,
    schema: schemaOfKind(apiVersion, kind) as Schema,
    manager: 'writer',
    apiVersion,
    subresource: '',
    now: START,
    ...more,
  });
  return store(next, managedFields);
}

/** Applies, and answers what would be stored. */
export function apply(live: KubeObject | undefined, value: object, more: Partial<ApplyContext> = {}): KubeObject {
  const applied = value as KubeObject;
  const apiVersion = more.apiVersion ?? applied.apiVersion ?? '';
  const { object, managedFields } = applyServerSide({
    live,
    applied,
    schema: schemaOfKind(apiVersion, live?.kind ?? applied.kind ?? '') as Schema,
    manager: 'applier',
    apiVersion,
    force: false,
    subresource: '',
    now: START,
    ...more,
  });
  return store(object, managedFields);
}

/** Managers and their fields, as `manager/operation`. */
export const owners = ({ metadata }: KubeObject): Record<string, unknown> =>
  Object.fromEntries(
    (metadata.managedFields ?? []).map(({ manager, operation, fieldsV1 }) => [`${manager}/${operation}`, fieldsV1]),
  );

export const configMap = (data: Record<string, string>, metadata: object = {}): KubeObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'c', ...metadata },
  data,
});

export const deployment = (containers: object[], more: object = {}): KubeObject => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'd' },
  spec: {
    selector: { matchLabels: { app: 'd' } },
    template: { metadata: { labels: { app: 'd' } }, spec: { containers } },
    ...more,
  },
});
