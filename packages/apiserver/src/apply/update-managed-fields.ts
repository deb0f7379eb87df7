/** Who manages what after an ordinary write: create, update and every patch but server-side apply. */
import { formatTime, type KubeObject, type ManagedFieldsEntry } from '@towtank/apimachinery';
import { isJsonObject } from '../schema/own-property.ts';
import type { Schema } from '../schema/schema-table.ts';
import { planOf } from '../schema/type-plan.ts';
import { zeroValue } from '../schema/zero-value.ts';
import { type Comparison, compareObjects } from './compare-objects.ts';
import { createdFields } from './created-fields.ts';
import { difference, EMPTY_SET, type FieldSet, isEmpty, union } from './field-set.ts';
import {
  asksForReset,
  capUpdateManagers,
  decodeManagers,
  encodeManager,
  encodeManagers,
  type Manager,
  type Managers,
  managerKey,
  setFields,
} from './managed-fields.ts';
import { type ResetFields, resetFieldsOf } from './reset-fields.ts';

/** A version of an object, for managers that know it by another version of its kind. */
export interface ConvertedObjects {
  readonly schema: Schema;
  readonly convert: (object: KubeObject) => KubeObject;
}

/** What both ways of managing fields need to know. */
export interface ManagementContext {
  /** The object as it is stored; undefined on create. */
  readonly live: KubeObject | undefined;
  /** Type of the version that is written. */
  readonly schema: Schema;
  readonly manager: string;
  /** `apps/v1`. */
  readonly apiVersion: string;
  readonly subresource: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Whether the kind has a status subresource; by default, whether its type has a status. */
  readonly hasStatus?: boolean | undefined;
  /** How to see the object in another version; undefined when that version is not served any more. */
  readonly inVersion?: ((apiVersion: string) => ConvertedObjects | undefined) | undefined;
}

/**
 * The entries for `metadata.managedFields` of the object that is to be stored, defaulted, in the version of the context;
 * none when nobody manages anything. The object is not changed.
 */
export function updateManagedFields(next: KubeObject, context: ManagementContext): ManagedFieldsEntry[] {
  const { live, schema, subresource } = context;
  const given = subresource === '' ? next.metadata.managedFields : undefined;
  if (given === undefined && live === undefined) return createdManagers(next, context);
  const managers = managersOf(given, live);
  if (managers.size === 0 && live?.metadata.uid !== undefined) return [];
  if (managers.size === 0 && live === undefined) return createdManagers(next, context);
  takeFields(managers, { old: live ?? emptyObject(schema), next }, context);
  return encodeManagers(managers);
}

/** All fields of a new object are its creator's. */
function createdManagers(next: KubeObject, context: ManagementContext): ManagedFieldsEntry[] {
  const { schema, manager, apiVersion, subresource, now, hasStatus } = context;
  const plan = planOf(schema);
  const creation = { plan, old: emptyObject(schema), next, rules: `${subresource} ${hasStatus} ` };
  const { fields, written } = createdFields(
    creation,
    () => compareObjects(plan, creation.old, next, resetFieldsFor(context).skipped).changed,
  );
  if (isEmpty(fields)) return [];
  const creator = manager || 'unknown';
  const time = formatTime(now);
  return [encodeManager({ manager: creator, operation: 'Update', apiVersion, subresource, time, fields, written })];
}

/** Entries of a client win over stored ones, unless it sends none or broken ones. */
function managersOf(given: readonly ManagedFieldsEntry[] | undefined, live: KubeObject | undefined): Managers {
  if (asksForReset(given)) return new Map();
  const managers = decodeManagers(given);
  if (managers !== undefined && managers.size > 0) return managers;
  return decodeManagers(live?.metadata.managedFields) ?? new Map();
}

const empties = new WeakMap<Schema, KubeObject>();

/** An object of the type of which nothing has been said: what a create starts from. */
export function emptyObject(schema: Schema): KubeObject {
  let empty = empties.get(schema);
  if (empty === undefined) {
    const zero = zeroValue(schema);
    empty = (isJsonObject(zero) && !schema.structural ? zero : { metadata: {} }) as KubeObject;
    empties.set(schema, empty);
  }
  return empty;
}

/** The fields that writes of this kind leave as they are. */
export const resetFieldsFor = ({ schema, subresource, hasStatus }: ManagementContext): ResetFields =>
  resetFieldsOf(schema, subresource, hasStatus ?? schema.properties?.status !== undefined);

/** The differences between two objects, in every version that managers know them by. */
export class VersionedComparisons {
  readonly #old: KubeObject;
  readonly #next: KubeObject;
  readonly #context: ManagementContext;
  readonly #byVersion = new Map<string, Comparison | undefined>();

  constructor(old: KubeObject, next: KubeObject, context: ManagementContext) {
    this.#old = old;
    this.#next = next;
    this.#context = context;
  }

  /** Undefined when the version is not served any more. */
  in(apiVersion: string): Comparison | undefined {
    if (!this.#byVersion.has(apiVersion)) this.#byVersion.set(apiVersion, this.#compare(apiVersion));
    return this.#byVersion.get(apiVersion);
  }

  #compare(apiVersion: string): Comparison | undefined {
    const { schema, apiVersion: written, inVersion } = this.#context;
    const { skipped: skip } = resetFieldsFor(this.#context);
    if (apiVersion === written || (inVersion === undefined && groupOf(apiVersion) === groupOf(written)))
      return compareObjects(planOf(schema), this.#old, this.#next, skip);
    const other = inVersion?.(apiVersion);
    if (other === undefined) return undefined;
    return compareObjects(planOf(other.schema), other.convert(this.#old), other.convert(this.#next), skip);
  }
}

const groupOf = (apiVersion: string): string => (apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : '');

/** An object before and after a write. */
interface Sides {
  readonly old: KubeObject;
  readonly next: KubeObject;
}

/** Gives the changed fields to the writing manager, and takes them and the removed ones from all others. */
export function takeFields(managers: Managers, { old, next }: Sides, context: ManagementContext): void {
  const comparisons = new VersionedComparisons(old, next, context);
  for (const [key, manager] of managers) loseFields(managers, key, manager, comparisons);
  addOwn(managers, comparisons.in(context.apiVersion)?.changed ?? EMPTY_SET, context);
  capUpdateManagers(managers);
}

/** Takes what has changed or gone from a manager; drops managers that have nothing left, or an unknown version. */
export function loseFields(managers: Managers, key: string, manager: Manager, comparisons: VersionedComparisons): void {
  const comparison = comparisons.in(manager.apiVersion);
  if (comparison === undefined) {
    managers.delete(key);
    return;
  }
  const fields = difference(difference(manager.fields, comparison.changed), comparison.removed);
  if (fields !== manager.fields) setFields(managers, key, { ...manager, fields, written: undefined });
}

function addOwn(managers: Managers, changed: FieldSet, context: ManagementContext): void {
  if (isEmpty(changed)) return;
  const { apiVersion, subresource, now } = context;
  const identity = { manager: context.manager || 'unknown', operation: 'Update', apiVersion, subresource } as const;
  const key = managerKey(identity);
  const previous = managers.get(key);
  const fields = previous === undefined ? changed : union(previous.fields, changed);
  const written = fields === previous?.fields ? previous.written : undefined;
  managers.set(key, { ...identity, time: formatTime(now), fields, written });
}
