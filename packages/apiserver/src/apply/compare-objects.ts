/** Which fields two objects differ in. */

import { deepEqual } from '../registry/deep-equal.ts';
import { isJsonObject, type JsonObject } from '../schema/own-property.ts';
import type { ListPlan, MapPlan, StructPlan, TypePlan } from '../schema/type-plan.ts';
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

/**
 * Compares two values of a type, absent ones included. `skip` names fields, by path element, that count as equal at
 * the top, or below `f:metadata`.
 */
export function compareObjects(plan: TypePlan, old: unknown, next: unknown, skip: SkippedFields = {}): Comparison {
  const top = new Level();
  compareInto(plan, old, next, top);
  return { changed: without(top.changed, skip), removed: without(top.removed, skip) };
}

/** Fields to leave out of a comparison. */
export interface SkippedFields {
  readonly top?: ReadonlySet<string>;
  readonly metadata?: ReadonlySet<string>;
}

function without(set: Map<string, FieldNode> | undefined, { top, metadata }: SkippedFields): FieldSet {
  if (set === undefined) return EMPTY_SET;
  for (const element of top ?? []) set.delete(element);
  const node = set.get('f:metadata');
  if (node?.below === undefined || metadata === undefined) return set;
  const below = new Map(node.below);
  for (const element of metadata) below.delete(element);
  if (below.size > 0) set.set('f:metadata', { member: node.member, below });
  else set.delete('f:metadata');
  return set;
}

/** Adds what is below to `level`, and answers what has become of the value itself. */
function compareInto(plan: TypePlan, old: unknown, next: unknown, level: Level): Fate {
  const shape = shapeOf(plan, old, next);
  if (shape === undefined || (isBlank(old) && isBlank(next))) return compareLeaf(old, next);
  if (shape.kind === 'list') compareLists(shape, (old ?? []) as unknown[], (next ?? []) as unknown[], level);
  else compareMaps(shape, (old ?? {}) as JsonObject, (next ?? {}) as JsonObject, level);
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
      return isMap(old) && isMap(next) && (isJsonObject(old) || isJsonObject(next)) ? deducedMap(plan) : undefined;
    default:
      return undefined;
  }
}

const isList = (value: unknown): boolean => value === undefined || value === null || Array.isArray(value);
const isMap = (value: unknown): boolean => value === undefined || value === null || isJsonObject(value);
const deducedMap = (plan: TypePlan): MapPlan => ({ ...plan, kind: 'map', items: plan, atomic: false });

/** Absent, null or without parts: then the distinction between those is all that there is to compare. */
function isBlank(value: unknown): boolean {
  if (value === undefined || value === null) return true;
  if (typeof value !== 'object') return false;
  for (const _ in value) return false;
  return true;
}

function compareMaps(plan: MapPlan | StructPlan, old: JsonObject, next: JsonObject, level: Level): void {
  for (const name of Object.keys(next)) if (next[name] !== undefined) compareField(plan, name, { old, next, level });
  for (const name of Object.keys(old))
    if (old[name] !== undefined && (!Object.hasOwn(next, name) || next[name] === undefined))
      compareField(plan, name, { old, next, level });
}

interface Sides {
  readonly old: JsonObject;
  readonly next: JsonObject;
  readonly level: Level;
}

const ANY_PLAN: TypePlan = { kind: 'any', schema: {}, goType: '' };

function compareField(plan: MapPlan | StructPlan, name: string, { old, next, level }: Sides): void {
  const before = Object.hasOwn(old, name) ? old[name] : undefined;
  const after = Object.hasOwn(next, name) ? next[name] : undefined;
  if (before === after) return;
  const below = new Level();
  const field = plan.kind === 'struct' ? plan.fields.get(name) : undefined;
  const fieldPlan = plan.kind === 'map' ? plan.items : (field?.plan ?? plan.others ?? ANY_PLAN);
  const fate = compareInto(fieldPlan, before, after, below);
  level.add(field?.element ?? fieldElement(name), fate, below);
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
