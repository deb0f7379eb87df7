/** How strategic merge patches merge and order lists. */
import { isJsonObject, type JsonObject } from '../schema/own-property.ts';
import { formatGoValue, goTypeOfValue } from './format-go-value.ts';
import { StrategicMergeError } from './strategic-merge-error.ts';

const DIRECTIVE = '$patch';

/** How the items of a list are told apart and merged. */
export interface ListRules {
  /** Field that identifies an item; empty for lists of scalars. */
  readonly mergeKey: string;
  readonly mergeItem: (item: JsonObject, patch: JsonObject) => JsonObject;
}

/** The list with the patch merged into it; new items stand where the patch's order puts them. */
export function mergeLists(current: unknown[], patch: unknown[], rules: ListRules): unknown[] {
  if (current.length === 0 && patch.length === 0) return current;
  if (!holdsMaps(current, patch)) {
    const merged = [...new Set([...current, ...patch])];
    return orderList(merged, { order: patch, serverOrder: current, mergeKey: '' });
  }
  const { mergeKey } = rules;
  if (mergeKey === '') throw new StrategicMergeError('cannot merge lists without merge key for struct');
  const special = applySpecialItems(current as JsonObject[], patch as JsonObject[], mergeKey);
  const merged = mergeItems(special.current, special.patch, rules);
  return orderList(merged, { order: special.patch, serverOrder: special.current, mergeKey });
}

/** The list without the given scalars. */
export const deleteFromList = (current: unknown[], gone: unknown[]): unknown[] =>
  current.filter((item) => !gone.includes(item));

interface Order {
  /** The order that the patch asks for. */
  readonly order: readonly unknown[];
  /** The order in which the server has the items. */
  readonly serverOrder: readonly unknown[];
  readonly mergeKey: string;
}

/** Items of the patch in the patch's order, with the server's own items kept in theirs between them. */
export function orderList(merged: readonly unknown[], { order, serverOrder, mergeKey }: Order): unknown[] {
  const keyOf = (item: unknown): unknown => identity(item, mergeKey);
  const asked = order.map((item) => (isJsonObject(item) && mergeKey !== '' ? item[mergeKey] : item));
  const kept = serverOrder.map((item) => (isJsonObject(item) && mergeKey !== '' ? item[mergeKey] : item));
  const byIndex = (ranks: readonly unknown[]) => (a: unknown, b: unknown) =>
    ranks.indexOf(keyOf(a)) - ranks.indexOf(keyOf(b));
  const right = merged.filter((item) => asked.includes(keyOf(item))).sort(byIndex(asked));
  const left = merged.filter((item) => !asked.includes(keyOf(item))).sort(byIndex(kept));
  const result: unknown[] = [];
  while (left.length > 0 || right.length > 0) {
    const [ours, theirs] = [kept.indexOf(keyOf(left[0])), kept.indexOf(keyOf(right[0]))];
    const takeLeft = right.length === 0 || (left.length > 0 && ours >= 0 && theirs >= 0 && ours < theirs);
    result.push(takeLeft ? left.shift() : right.shift());
  }
  return result;
}

/** The patch's own list must stand in the order that the patch asks for. */
export function validateElementOrder(patch: unknown[], order: unknown[], mergeKey: string): void {
  if (patch.length === 0 || order.length === 0) return;
  const items = patch.filter((item) => !(isJsonObject(item) && Object.hasOwn(item, DIRECTIVE)));
  let next = 0;
  for (const item of order)
    if (next < items.length && identity(items[next], mergeKey) === identity(item, mergeKey)) next += 1;
  if (next < items.length)
    throw new StrategicMergeError(
      `The order in patch list:\n${formatGoValue(patch)}\n doesn't match $setElementOrder list:\n${formatGoValue(order)}\n`,
    );
}

function identity(item: unknown, mergeKey: string): unknown {
  if (mergeKey === '' || item === undefined) return item;
  if (!isJsonObject(item))
    throw new StrategicMergeError(`expected a map[string]interface {}, but received a ${goTypeOfValue(item)}`);
  if (!Object.hasOwn(item, mergeKey)) throw noMergeKey(item, mergeKey);
  return item[mergeKey];
}

const noMergeKey = (item: JsonObject, mergeKey: string): StrategicMergeError =>
  new StrategicMergeError(`map: ${formatGoValue(item)} does not contain declared merge key: ${mergeKey}`);

/** Whether the lists hold objects. Throws when they hold lists, or things of several types. */
function holdsMaps(...lists: readonly unknown[][]): boolean {
  const types = new Set(lists.flat(1).map(goTypeOfValue));
  if (types.has('[]interface {}')) throw new StrategicMergeError('lists of lists are not supported', 422);
  if (types.size > 1) throw new StrategicMergeError(`list element types are not identical: ${formatGoValue(lists)}`);
  return types.has('map[string]interface {}');
}

/** Items with a `$patch` directive delete their namesakes, or replace the whole list. */
function applySpecialItems(
  current: JsonObject[],
  patch: JsonObject[],
  mergeKey: string,
): { current: JsonObject[]; patch: JsonObject[] } {
  let kept = current;
  let replaces = false;
  const plain: JsonObject[] = [];
  for (const item of patch) {
    const directive = item[DIRECTIVE];
    if (directive === undefined) plain.push(item);
    else if (directive === 'replace') replaces = true;
    else if (directive === 'delete') {
      if (!Object.hasOwn(item, mergeKey)) throw noMergeKey(item, mergeKey);
      kept = kept.filter((other) => other[mergeKey] !== item[mergeKey]);
    } else if (directive === 'merge')
      throw new StrategicMergeError('merging lists cannot yet be specified in the patch');
    else
      throw new StrategicMergeError(`unknown patch type: ${formatGoValue(directive)} in map: ${formatGoValue(item)}`);
  }
  return replaces ? { current: plain, patch: [] } : { current: kept, patch: plain };
}

function mergeItems(current: readonly JsonObject[], patch: readonly JsonObject[], rules: ListRules): JsonObject[] {
  const { mergeKey, mergeItem } = rules;
  const merged = [...current];
  for (const item of patch) {
    if (!Object.hasOwn(item, mergeKey)) throw noMergeKey(item, mergeKey);
    const at = merged.findIndex((other) => other[mergeKey] === item[mergeKey]);
    const existing = merged[at];
    if (existing === undefined) merged.push(item);
    else merged[at] = mergeItem(existing, item);
  }
  return merged;
}
