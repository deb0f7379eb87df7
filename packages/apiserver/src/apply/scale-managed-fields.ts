/** Managers of `spec.replicas`, seen through the scale subresource and back. */
import type { ManagedFieldsEntry } from '@towtank/apimachinery';
import { difference, type FieldSet, hasPath, setOfPaths } from './field-set.ts';
import { decodeManagers, encodeManagers, type Managers, setFields } from './managed-fields.ts';

const REPLICAS = ['f:spec', 'f:replicas'] as const;
const SCALE_VERSION = 'autoscaling/v1';
const REPLICAS_SET: FieldSet = setOfPaths([REPLICAS]);

/** The entries of a scaled object as its Scale shows them: the managers of the number of replicas. */
export function managersForScale(
  parent: readonly ManagedFieldsEntry[] | undefined,
  path: readonly string[],
): ManagedFieldsEntry[] {
  const own = path.map((field) => `f:${field}`);
  const managers: Managers = new Map();
  for (const [key, manager] of decodeManagers(parent) ?? [])
    if (hasPath(manager.fields, own))
      managers.set(key, { ...manager, apiVersion: SCALE_VERSION, fields: REPLICAS_SET, written: undefined });
  return encodeManagers(managers);
}

/** What is scaled: its version, and the fields that lead to its replicas. */
export interface ScaledObject {
  readonly apiVersion: string;
  readonly path: readonly string[];
}

/** The entries of a scaled object after its Scale was written: whoever lost the replicas there loses them here. */
export function managersFromScale(
  parent: readonly ManagedFieldsEntry[] | undefined,
  scale: readonly ManagedFieldsEntry[] | undefined,
  { apiVersion, path }: ScaledObject,
): ManagedFieldsEntry[] {
  const own = path.map((field) => `f:${field}`);
  const replicas = setOfPaths([own]);
  const managers = decodeManagers(parent) ?? new Map();
  const scaleManagers = new Map(
    [...(decodeManagers(scale) ?? [])].map(([, manager]) => [nameOf(manager), manager] as const),
  );
  for (const [key, manager] of managers) {
    if (!hasPath(manager.fields, own) || scaleManagers.delete(nameOf(manager))) continue;
    setFields(managers, key, { ...manager, fields: difference(manager.fields, replicas), written: undefined });
  }
  for (const [name, manager] of scaleManagers)
    if (hasPath(manager.fields, REPLICAS))
      // the real server forgets when replicas were written by this way
      managers.set(name, { ...manager, apiVersion, time: undefined, fields: replicas, written: undefined });
  return encodeManagers(managers);
}

const nameOf = ({
  manager,
  operation,
  subresource,
}: {
  manager: string;
  operation: string;
  subresource: string;
}): string => JSON.stringify([manager, operation, subresource]);
