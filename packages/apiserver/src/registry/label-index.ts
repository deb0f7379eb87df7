/** Objects of one state by the values of a label: for selectors that are asked for again while nothing changes. */
import type { StoredObject } from '../storage/stored-object.ts';

type ByValue = ReadonlyMap<string, readonly StoredObject[]>;

/** Labels that are indexed for one state. */
const MAX_KEYS = 16;
const NONE: readonly StoredObject[] = [];

const indexes = new WeakMap<readonly StoredObject[], Map<string, ByValue | 'asked once'>>();

/** The items whose label has the value. The first time it looks at each of them, the second time it makes an index. */
export function withLabel(items: readonly StoredObject[], key: string, value: string): readonly StoredObject[] {
  let keys = indexes.get(items);
  if (keys === undefined) {
    keys = new Map();
    indexes.set(items, keys);
  }
  const index = keys.get(key);
  if (index === undefined) {
    if (keys.size < MAX_KEYS) keys.set(key, 'asked once');
    return items.filter((stored) => labelOf(stored, key) === value);
  }
  if (index !== 'asked once') return index.get(value) ?? NONE;
  const made = indexBy(items, key);
  keys.set(key, made);
  return made.get(value) ?? NONE;
}

function indexBy(items: readonly StoredObject[], key: string): ByValue {
  const byValue = new Map<string, StoredObject[]>();
  for (const stored of items) {
    const value = labelOf(stored, key);
    if (value === undefined) continue;
    const same = byValue.get(value);
    if (same === undefined) byValue.set(value, [stored]);
    else same.push(stored);
  }
  return byValue;
}

function labelOf({ object }: StoredObject, key: string): string | undefined {
  const { labels } = object.metadata;
  return labels !== undefined && Object.hasOwn(labels, key) ? labels[key] : undefined;
}
