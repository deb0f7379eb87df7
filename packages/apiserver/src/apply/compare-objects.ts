/** Which fields two objects differ in. */

import { deepEqual } from '../registry/deep-equal.ts';
import { isJsonObject, type JsonObject } from '../schema/own-property.ts';
import { ANY_PLAN, type ListPlan, type MapPlan, mapOf, type StructPlan, type TypePlan } from '../schema/type-plan.ts';
import { EMPTY_SET, type FieldNode, type FieldSet, memberNode } from './field-set.ts';
import { fieldElement, itemElement } from './path-element.ts';

/** The differences between an old and a new object. */
export interface Comparison {
  /** Fields that the new object has and the old one has not, or has with another value. */
  readonly changed: FieldSet;
  /** Fields that only the old object has. */
  readonly removed: FieldSet;
}

/** What has become of a field itself, besides what is below it. */
type Fate = 'same' | 'changed' | 'removed';

/** Collects one level; sets are made when something is found. */
class Level {
  changed: Map<string, FieldNode> | undefined;
  removed: Map<string, FieldNode> | undefined;

  add(element: string, fate: Fate, below: Level): void {
    if (fate === 'changed' || below.changed !== undefined) {
      this.changed ??= new Map();
      this.changed.set(element, nodeFor(fate === 'changed', below.changed));
    }
    if (fate === 'removed' || below.removed !== undefined) {
      this.removed ??= new Map();
      this.removed.set(element, nodeFor(fate === 'removed', below.removed));
    }
  }
}

const nodeFor = (member: boolean, below: FieldSet | undefined): FieldNode =>
  member ? memberNode(below) : { member: false, below };

/** Fields to leave out of a comparison, by path element. */
export interface SkippedFields {
  readonly top: ReadonlySet<string>;
  /** Below `metadata`, which then is not compared itself. */
  readonly metadata: ReadonlySet<string>;
}

/** Compares two values of a type, absent ones included. */
export function compareObjects(plan: TypePlan, old: unknown, next: unknown, skip?: SkippedFields): Comparison {
  const level = new Level();
  if (skip !== undefined && plan.kind === 'struct' && isJsonObject(old) && isJsonObject(next))
    compareTop(plan, { old, next, level }, skip);
  else compareInto(plan, old, next, level);
  return { changed: level.changed ?? EMPTY_SET, removed: level.removed ?? EMPTY_SET };
}

function compareTop(plan: StructPlan, { old, next, level }: Sides, { top, metadata }: SkippedFields): void {
  compareMaps(plan, { old, next, level }, top, 'metadata');
  const metadataPlan = plan.fields.get('metadata')?.plan;
  if (metadataPlan?.kind !== 'struct' || top.has('f:metadata')) return;
  const below = new Level();
  const [before, after] = [old.metadata ?? {}, next.metadata ?? {}];
  compareMaps(metadataPlan, { old: before as JsonObject, next: after as JsonObject, level: below }, metadata);
  level.add('f:metadata', 'same', below);
}

/** Adds what is below to `level`, and answers what has become of the value itself. */
function compareInto(plan: TypePlan, old: unknown, next: unknown, level: Level): Fate {
  const shape = shapeOf(plan, old, next);
  if (shape === undefined || (isBlank(old) && isBlank(next))) return compareLeaf(old, next);
  if (shape.kind === 'list') compareLists(shape, (old ?? []) as unknown[], (next ?? []) as unknown[], level);
  else compareMaps(shape, { old: (old ?? {}) as JsonObject, next: (next ?? {}) as JsonObject, level });
  return old === undefined ? 'changed' : next === undefined ? 'removed' : 'same';
}

function compareLeaf(old: unknown, next: unknown): Fate {
  if (old === undefined) return 'changed';
  if (next === undefined) return 'removed';
  return deepEqual(old, next) ? 'same' : 'changed';
}

/** The plan to descend by; undefined for leaves: scalars, atomic lists and maps, and values of different shapes. */
function shapeOf(plan: TypePlan, old: unknown, next: unknown): ListPlan | MapPlan | StructPlan | undefined {
  switch (plan.kind) {
    case 'list':
      return plan.keys !== undefined && isList(old) && isList(next) ? plan : undefined;
    case 'map':
    case 'struct':
      return !plan.atomic && isMap(old) && isMap(next) ? plan : undefined;
    case 'any':
      return isMap(old) && isMap(next) && (isJsonObject(old) || isJsonObject(next)) ? mapOf(plan) : undefined;
    default:
      return undefined;
  }
}

const isList = (value: unknown): boolean => value === undefined || value === null || Array.isArray(value);
const isMap = (value: unknown): boolean => value === undefined || value === null || isJsonObject(value);

/** Absent, null or without parts: then the distinction between those is all that there is to compare. */
function isBlank(value: unknown): boolean {
  if (value === undefined || value === null) return true;
  if (typeof value !== 'object') return false;
  for (const _ in value) return false;
  return true;
}

/** Compares the fields of both sides, but for those that are skipped and the one that is compared apart. */
function compareMaps(
  plan: MapPlan | StructPlan,
  sides: Sides,
  skip: ReadonlySet<string> = EMPTY_NAMES,
  apart?: string,
): void {
  const { old, next } = sides;
  for (const name in next) if (next[name] !== undefined && name !== apart) compareField(plan, name, sides, skip);
  for (const name in old)
    if (old[name] !== undefined && name !== apart && (!Object.hasOwn(next, name) || next[name] === undefined))
      compareField(plan, name, sides, skip);
}

const EMPTY_NAMES: ReadonlySet<string> = new Set();

interface Sides {
  readonly old: JsonObject;
  readonly next: JsonObject;
  readonly level: Level;
}

function compareField(
  plan: MapPlan | StructPlan,
  name: string,
  { old, next, level }: Sides,
  skip: ReadonlySet<string>,
): void {
  const before = Object.hasOwn(old, name) ? old[name] : undefined;
  const after = Object.hasOwn(next, name) ? next[name] : undefined;
  if (before === after) return;
  const field = plan.kind === 'struct' ? plan.fields.get(name) : undefined;
  const element = field?.element ?? fieldElement(name);
  if (skip.has(element)) return;
  const below = new Level();
  const fieldPlan = plan.kind === 'map' ? plan.items : (field?.plan ?? plan.others ?? ANY_PLAN);
  const fate = compareInto(fieldPlan, before, after, below);
  level.add(element, fate, below);
}

function compareLists(plan: ListPlan, old: readonly unknown[], next: readonly unknown[], level: Level): void {
  const before = itemsByElement(plan, old);
  const after = itemsByElement(plan, next);
  for (const element of new Set([...after.keys(), ...before.keys()]))
    compareItems(plan, element, { before: before.get(element) ?? [], after: after.get(element) ?? [], level });
}

interface ListSides {
  readonly before: readonly unknown[];
  readonly after: readonly unknown[];
  readonly level: Level;
}

/** Items that share an element are one thing together: their number and their order count. */
function compareItems(plan: ListPlan, element: string, { before, after, level }: ListSides): void {
  if (before.length <= 1 && after.length <= 1) {
    if (before[0] === after[0]) return;
    const below = new Level();
    level.add(element, compareInto(plan.items, before[0], after[0], below), below);
    return;
  }
  if (before.length >= 2 && after.length >= 2) {
    if (!deepEqual(before, after)) level.add(element, 'changed', new Level());
    return;
  }
  const [single] = before.length >= 2 ? after : before;
  if (single !== undefined) {
    const below = new Level();
    const [left, right] = before.length >= 2 ? [undefined, single] : [single, undefined];
    level.add(element, compareInto(plan.items, left, right, below), below);
  }
  level.add(element, after.length >= 2 ? 'changed' : 'removed', new Level());
}

function itemsByElement(plan: ListPlan, list: readonly unknown[]): Map<string, unknown[]> {
  const items = new Map<string, unknown[]>();
  for (const item of list) {
    const found = itemElement(plan, item);
    if ('error' in found) continue;
    const same = items.get(found.element);
    if (same === undefined) items.set(found.element, [item]);
    else same.push(item);
  }
  return items;
}
