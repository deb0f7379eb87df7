/** The managers of an object's fields: from the entries in its metadata and back. */
import type { ManagedFieldsEntry } from '@towtank/apimachinery';
import { type FieldSet, isEmpty, union } from './field-set.ts';
import { decodeFields, encodeFields } from './fields-v1.ts';

/** One manager with what it manages. */
export interface Manager {
  readonly manager: string;
  readonly operation: 'Apply' | 'Update';
  readonly apiVersion: string;
  readonly subresource: string;
  readonly time: string | undefined;
  readonly fields: FieldSet;
  /** The fields as they were read, while they are unchanged: revisions of an object share them. */
  readonly written?: Record<string, unknown> | undefined;
}

/** Managers by {@link managerKey}. */
export type Managers = Map<string, Manager>;

/** What tells entries apart: appliers are one manager in whichever version they apply. */
export const managerKey = ({ manager, operation, apiVersion, subresource }: Omit<Manager, 'time' | 'fields'>): string =>
  `${operation}\n${operation === 'Apply' ? '' : apiVersion}\n${subresource}\n${manager}`;

/** Reads entries. Undefined when one is broken: then all are worth nothing. */
export function decodeManagers(entries: readonly ManagedFieldsEntry[] | undefined): Managers | undefined {
  const managers: Managers = new Map();
  try {
    for (const entry of entries ?? []) {
      const { operation, apiVersion, fieldsType } = entry;
      if ((operation !== 'Apply' && operation !== 'Update') || !apiVersion || fieldsType !== 'FieldsV1')
        return undefined;
      const identity = { manager: entry.manager ?? '', operation, apiVersion, subresource: entry.subresource ?? '' };
      const fields = decodeFields(entry.fieldsV1);
      managers.set(managerKey(identity), {
        ...identity,
        time: entry.time,
        fields,
        written: Object.isFrozen(entry.fieldsV1) ? entry.fieldsV1 : undefined,
      });
    }
  } catch {
    return undefined;
  }
  return managers;
}

/** Writes entries: appliers first, then by time and name. */
export function encodeManagers(managers: Managers): ManagedFieldsEntry[] {
  const sorted = [...managers.values()];
  if (sorted.length > 1) sorted.sort(compareManagers);
  return sorted.map(encodeManager);
}

/** Writes one entry. */
export function encodeManager({
  manager,
  operation,
  apiVersion,
  subresource,
  time,
  fields,
  written,
}: Manager): ManagedFieldsEntry {
  const entry: ManagedFieldsEntry = manager === '' ? { operation, apiVersion } : { manager, operation, apiVersion };
  if (time !== undefined) entry.time = time;
  entry.fieldsType = 'FieldsV1';
  entry.fieldsV1 = written ?? encodeFields(fields);
  if (subresource !== '') entry.subresource = subresource;
  return entry;
}

const ORDER = ['operation', 'time', 'manager', 'apiVersion', 'subresource'] as const;

function compareManagers(a: Manager, b: Manager): number {
  for (const field of ORDER) {
    const [left, right] = [a[field] ?? '', b[field] ?? ''];
    if (left !== right) return left < right ? -1 : 1;
  }
  return 0;
}

/** Whether a request asks to forget all managers: by an empty list, or a list of one empty entry. */
export const asksForReset = (entries: readonly ManagedFieldsEntry[] | undefined): boolean =>
  entries !== undefined &&
  (entries.length === 0 || (entries.length === 1 && Object.keys(entries[0] ?? {}).length === 0));

/** Drops the manager when it manages nothing any more. */
export function setFields(managers: Managers, key: string, manager: Manager): void {
  if (isEmpty(manager.fields)) managers.delete(key);
  else managers.set(key, manager);
}

/** How many managers that update an object may have entries of their own. */
const MAX_UPDATE_MANAGERS = 10;
const OLD_UPDATES_MANAGER = 'ancient-changes';

/** Folds the oldest updates into one entry per version while there are too many. */
export function capUpdateManagers(managers: Managers): void {
  const updaters = [...managers.entries()].filter(([, { operation }]) => operation === 'Update');
  if (updaters.length <= MAX_UPDATE_MANAGERS) return;
  updaters.sort(([, a], [, b]) => compareManagers({ ...a, operation: 'Update' }, { ...b, operation: 'Update' }));
  const firstOfVersion = new Map<string, string>();
  let excess = updaters.length - MAX_UPDATE_MANAGERS;
  for (const [key, old] of updaters) {
    if (excess <= 0) return;
    const first = firstOfVersion.get(old.apiVersion);
    if (first === undefined) {
      firstOfVersion.set(old.apiVersion, key);
      continue;
    }
    foldInto(managers, first, old);
    managers.delete(key);
    excess -= 1;
  }
}

function foldInto(managers: Managers, first: string, { apiVersion, time, fields }: Manager): void {
  const identity = { manager: OLD_UPDATES_MANAGER, operation: 'Update', apiVersion, subresource: '' } as const;
  const bucketKey = managerKey(identity);
  const bucket = managers.get(bucketKey) ?? managers.get(first);
  if (!managers.has(bucketKey)) managers.delete(first);
  managers.set(bucketKey, { ...identity, time, fields: bucket === undefined ? fields : union(fields, bucket.fields) });
}
