/** Server-side apply: a client states the fields that it wants, and manages them from then on. */
import {
  badRequest,
  formatTime,
  type KubeObject,
  type ManagedFieldsEntry,
  parseGroupVersion,
  StatusError,
} from '@towtank/apimachinery';
import { deepEqual } from '../registry/deep-equal.ts';
import { applyDefaults } from '../schema/apply-defaults.ts';
import { findInObject } from '../schema/decode-object.ts';
import type { Schema } from '../schema/schema-table.ts';
import { planOf } from '../schema/type-plan.ts';
import { applyConflict, type Conflict } from './apply-conflict.ts';
import {
  difference,
  EMPTY_SET,
  type FieldSet,
  intersection,
  isEmpty,
  recursiveDifference,
  union,
} from './field-set.ts';
import { fieldSetOf } from './field-set-of.ts';
import { lastAppliedFields, withLastApplied } from './last-applied.ts';
import {
  decodeManagers,
  encodeManagers,
  type Manager,
  type Managers,
  managerKey,
  setFields,
} from './managed-fields.ts';
import { mergeApplied } from './merge-applied.ts';
import { pruneApplied } from './prune-applied.ts';
import { SERVER_FIELDS } from './reset-fields.ts';
import {
  emptyObject,
  loseFields,
  type ManagementContext,
  resetFieldsFor,
  takeFields,
  VersionedComparisons,
} from './update-managed-fields.ts';
import { appliedErrors } from './validate-applied.ts';

/** An applied configuration and what it is for. */
export interface ApplyContext extends ManagementContext {
  /** The configuration, in the version that is written. It is not changed. */
  readonly applied: KubeObject;
  /** Whether to take fields that other managers manage. */
  readonly force: boolean;
}

/** The object that an apply asks for: decoded and defaulted. Its metadata does not hold the new entries yet. */
export interface AppliedObject {
  readonly object: KubeObject;
  readonly managedFields: ManagedFieldsEntry[];
}

/** The manager of what was written before anybody kept count. */
const BEFORE_FIRST_APPLY = 'before-first-apply';
/** The one client whose earlier client-side applies count as its own. */
const KUBECTL = 'kubectl';

/**
 * Merges a configuration into the live object. Throws 409 with all conflicts, 400 for a configuration of another kind
 * or with managed fields, and 500, like the real server, for one that does not fit its type.
 */
export function applyServerSide(context: ApplyContext): AppliedObject {
  const { live, applied, schema, manager } = context;
  checkApplied(context);
  const managers = managersBefore(context);
  const own = ownManager(context);
  const key = managerKey(own);
  const previous = managers.get(key);
  managers.set(key, { ...own, time: previous?.time });
  const old = live ?? emptyObject(schema);
  const merged = mergeInto(old, previous?.fields ?? EMPTY_SET, managers, context);
  const comparisons = new VersionedComparisons(old, merged, context);
  if (!context.force) refuseConflicts(conflictsOf(managers, key, comparisons), context);
  for (const [other, entry] of managers) if (other !== key) loseFields(managers, other, entry, comparisons);
  const changed = live === undefined || !deepEqual(live, merged);
  const time = changed ? formatTime(context.now) : previous?.time;
  setFields(managers, key, { ...own, time, fields: difference(own.fields, SERVER_FIELDS) });
  const object = decodeMerged(merged, schema);
  if (manager === KUBECTL) withLastApplied(object, applied);
  return { object, managedFields: encodeManagers(managers) };
}

function checkApplied({ applied, schema, apiVersion }: ApplyContext): void {
  const kind = schema.gvk?.[0]?.kind ?? applied.kind;
  if (applied.apiVersion !== apiVersion || applied.kind !== kind)
    throw badRequest(`invalid object type: ${showType(applied.apiVersion, applied.kind)}`);
  const { managedFields, namespace, name } = applied.metadata ?? {};
  if (managedFields !== undefined && managedFields !== null) throw badRequest('metadata.managedFields must be nil');
  const errors = appliedErrors(applied, planOf(schema));
  if (errors === '') return;
  const object = `${textOf(namespace)}/${textOf(name)}; ${showType(apiVersion, kind)}`;
  throw new StatusError(500, '', `failed to create typed patch object (${object}): ${errors}`);
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

function showType(apiVersion: unknown, kind: unknown): string {
  const { group, version } = parseGroupVersion(textOf(apiVersion));
  return `${group}/${version}, Kind=${textOf(kind)}`;
}

function managersBefore(context: ApplyContext): Managers {
  const { live, schema } = context;
  const managers = decodeManagers(live?.metadata.managedFields) ?? new Map<string, Manager>();
  if (managers.size === 0 && live !== undefined)
    takeFields(managers, { old: emptyObject(schema), next: live }, { ...context, manager: BEFORE_FIRST_APPLY });
  return managers;
}

/** The applier with what it states now. What is the server's counts until the new object is made. */
function ownManager(context: ApplyContext): Manager {
  const { manager, apiVersion, subresource, applied, schema } = context;
  const fields = recursiveDifference(fieldSetOf(applied, planOf(schema)), resetFieldsFor(context).set);
  return { manager, operation: 'Apply', apiVersion, subresource, time: undefined, fields };
}

function mergeInto(old: KubeObject, last: FieldSet, managers: Managers, { applied, schema }: ApplyContext): KubeObject {
  const plan = planOf(schema);
  const managed = [...managers.values()].reduce<FieldSet>((all, { fields }) => union(all, fields), EMPTY_SET);
  return pruneApplied(mergeApplied(old, applied, plan), { last, managed, plan }) as KubeObject;
}

function conflictsOf(managers: Managers, own: string, comparisons: VersionedComparisons): Conflict[] {
  const conflicts: Conflict[] = [];
  for (const [key, manager] of managers) {
    const changed = key === own ? undefined : comparisons.in(manager.apiVersion)?.changed;
    const fields = changed === undefined ? EMPTY_SET : intersection(manager.fields, changed);
    if (!isEmpty(fields)) conflicts.push({ manager, fields });
  }
  return conflicts;
}

function refuseConflicts(conflicts: readonly Conflict[], { live, schema, apiVersion, manager }: ApplyContext): void {
  const own = manager === KUBECTL && live !== undefined ? lastAppliedFields(live, schema, apiVersion) : undefined;
  const left = conflicts
    .map((conflict) => (own === undefined ? conflict : { ...conflict, fields: difference(conflict.fields, own) }))
    .filter(({ fields }) => !isEmpty(fields));
  if (left.length > 0) throw applyConflict(left);
}

/** The merged object as the kind would be read from a request: canonical, with defaults. */
function decodeMerged(merged: KubeObject, schema: Schema): KubeObject {
  const { object, error } = findInObject(merged, schema);
  if (object === undefined) throw new StatusError(500, '', error ?? '');
  applyDefaults(object, schema);
  return object;
}
