/** Strategic merge patch: merging by the patch strategies of the schema, with all its directives. */
import { copyJson, isJsonObject, type JsonObject, setOwn } from '../schema/own-property.ts';
import type { TypePlan } from '../schema/type-plan.ts';
import { formatGoValue, goTypeOfValue } from './format-go-value.ts';
import { StrategicMergeError } from './strategic-merge-error.ts';
import { deleteFromList, mergeLists, orderList, validateElementOrder } from './strategic-merge-lists.ts';

const DIRECTIVE = '$patch';
const RETAIN_KEYS = '$retainKeys';
const DELETE_FROM_LIST = '$deleteFromPrimitiveList';
const ELEMENT_ORDER = '$setElementOrder';

/** The target with the patch merged into a copy of it. Throws {@link StrategicMergeError}. */
export const strategicMergePatch = (target: JsonObject, patch: JsonObject, plan: TypePlan): JsonObject =>
  mergeMaps(copyJson(target), copyJson(patch), plan);

function mergeMaps(target: JsonObject, patch: JsonObject, plan: TypePlan): JsonObject {
  if (Object.hasOwn(patch, DIRECTIVE)) return replaceOrDelete(patch);
  retainKeys(target, patch);
  mergeOrderedLists(target, patch, plan);
  for (const name of Object.keys(patch)) {
    const deletes = name.startsWith(DELETE_FROM_LIST);
    const field = deletes ? directiveField(name, DELETE_FROM_LIST) : name;
    mergeField(target, { field, value: patch[name], deletes }, plan);
  }
  return target;
}

function replaceOrDelete(patch: JsonObject): JsonObject {
  const { [DIRECTIVE]: directive, ...rest } = patch;
  if (directive === 'replace') return rest;
  if (directive === 'delete') return {};
  throw new StrategicMergeError(`unknown patch type: ${formatGoValue(directive)} in map: ${formatGoValue(patch)}`);
}

interface FieldPatch {
  readonly field: string;
  readonly value: unknown;
  /** Whether the value lists what is to be taken out of a list of scalars. */
  readonly deletes: boolean;
}

function mergeField(target: JsonObject, { field, value, deletes }: FieldPatch, plan: TypePlan): void {
  if (value === null) {
    delete target[field];
    return;
  }
  const current = Object.hasOwn(target, field) ? target[field] : undefined;
  if (current !== undefined && isJsonObject(current) && isJsonObject(value)) {
    const { below, strategies } = lookUp(plan, field);
    setOwn(target, field, strategies.includes('replace') ? value : mergeMaps(current, value, below));
  } else if (Array.isArray(current) && Array.isArray(value)) {
    setOwn(target, field, mergeListField(current, { field, value, deletes }, plan));
  } else if (!deletes) {
    const kept = withoutDirectives(withoutNulls(value));
    if (kept === undefined) delete target[field];
    else setOwn(target, field, kept);
  }
}

function mergeListField(current: unknown[], { field, value, deletes }: FieldPatch, plan: TypePlan): unknown[] {
  const patch = value as unknown[];
  const { below, strategies, mergeKey } = lookUp(plan, field);
  if (deletes) return deleteFromList(current, patch);
  if (!strategies.includes('merge')) return patch;
  return mergeLists(current, patch, { mergeKey, mergeItem: (item, itemPatch) => mergeMaps(item, itemPatch, below) });
}

/** How a field merges: its type (of its items, for lists) and the strategies of the schema. */
function lookUp(plan: TypePlan, field: string): { below: TypePlan; strategies: string[]; mergeKey: string } {
  if (plan.kind !== 'struct') return { below: plan, strategies: [], mergeKey: '' };
  const found = plan.fields.get(field);
  if (found === undefined)
    throw new StrategicMergeError(
      `unable to find api field in struct ${plan.structName} for the json field ${JSON.stringify(field)}`,
    );
  const below = found.plan.kind === 'list' ? found.plan.items : found.plan;
  const strategies = (found.schema.patchStrategy ?? '').split(',');
  return { below, strategies, mergeKey: found.schema.patchMergeKey ?? '' };
}

/** `$retainKeys` names the fields that stay; every field that the patch sets must be among them. */
function retainKeys(target: JsonObject, patch: JsonObject): void {
  if (!Object.hasOwn(patch, RETAIN_KEYS)) return;
  const kept = patch[RETAIN_KEYS];
  delete patch[RETAIN_KEYS];
  const bad = new StrategicMergeError('invalid patch format of retainKeys', 400);
  if (!Array.isArray(kept)) throw bad;
  for (const [field, value] of Object.entries(patch))
    if (value !== null && !/^\$(deleteFromPrimitiveList|setElementOrder)/.test(field) && !kept.includes(field))
      throw bad;
  for (const field of Object.keys(target)) if (!kept.includes(field)) delete target[field];
}

/** Lists for which the patch states an order are merged first, then put in that order. */
function mergeOrderedLists(target: JsonObject, patch: JsonObject, plan: TypePlan): void {
  for (const name of Object.keys(patch)) {
    if (!name.startsWith(ELEMENT_ORDER)) continue;
    const order = asList(patch[name]);
    delete patch[name];
    const field = directiveField(name, ELEMENT_ORDER);
    const current = Object.hasOwn(target, field) ? asList(target[field]) : undefined;
    const given = Object.hasOwn(patch, field) ? asList(patch[field]) : undefined;
    const { mergeKey } = lookUp(plan, field);
    validateElementOrder(given ?? [], order, mergeKey);
    delete patch[field];
    const merged = mergedForOrder(current, { field, value: given, deletes: false }, plan);
    if (merged !== undefined) setOwn(target, field, orderList(merged, { order, serverOrder: current ?? [], mergeKey }));
  }
}

function mergedForOrder(current: unknown[] | undefined, patch: FieldPatch, plan: TypePlan): unknown[] | undefined {
  if (patch.value === undefined) return current;
  if (current === undefined) return withoutDirectives(patch.value) as unknown[];
  return mergeListField(current, patch, plan);
}

function asList(value: unknown): unknown[] {
  if (Array.isArray(value)) return value;
  throw new StrategicMergeError(`expected a []interface {}, but received a ${goTypeOfValue(value)}`);
}

function directiveField(name: string, prefix: string): string {
  const slash = name.indexOf('/');
  if (slash >= 0 && name.slice(0, slash) === prefix) return name.slice(slash + 1);
  const list = prefix === DELETE_FROM_LIST ? 'primitive list' : 'setElementOrder list';
  throw new StrategicMergeError(`invalid patch format of ${list}`, 400);
}

/** What a patch adds where nothing stands: without the items that only say what is to be deleted. */
function withoutDirectives(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutDirectives).filter((item) => item !== undefined);
  if (!isJsonObject(value)) return value;
  if (Object.hasOwn(value, DIRECTIVE)) return undefined;
  for (const [field, item] of Object.entries(value)) {
    const kept = withoutDirectives(item);
    if (kept === undefined) delete value[field];
    else setOwn(value, field, kept);
  }
  return value;
}

/** Nulls in a patch delete; where nothing stands there is nothing to delete. */
function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) for (const item of value) withoutNulls(item);
  else if (isJsonObject(value))
    for (const [field, item] of Object.entries(value))
      if (item === null) delete value[field];
      else withoutNulls(item);
  return value;
}
