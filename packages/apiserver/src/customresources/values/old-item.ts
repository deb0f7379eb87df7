/** Which item of a list before an update is the one that now stands in it. */
import { deepEqual } from '../../registry/deep-equal.ts';
import { isJsonObject } from '../../schema/own-property.ts';
import type { JsonSchema } from '../json-schema.ts';

/** The old item with the same keys; undefined where there is none, and for lists whose items have no identity. */
export function oldItemFor(item: unknown, old: unknown, schema: JsonSchema): unknown {
  if (!Array.isArray(old)) return undefined;
  if (schema['x-kubernetes-list-type'] === 'set') return old.find((before) => deepEqual(before, item));
  if (schema['x-kubernetes-list-type'] !== 'map' || !isJsonObject(item)) return undefined;
  const keys = schema['x-kubernetes-list-map-keys'] ?? [];
  return old.find((before) => isJsonObject(before) && keys.every((key) => deepEqual(before[key], item[key])));
}
