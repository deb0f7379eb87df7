/** The fields of new objects: worked out once for all objects of the same shape. */
import { isJsonObject, type JsonObject } from '../schema/own-property.ts';
import type { ListPlan, MapPlan, StructPlan, TypePlan } from '../schema/type-plan.ts';
import type { FieldSet } from './field-set.ts';
import { encodeFields } from './fields-v1.ts';
import { itemElement } from './path-element.ts';

/** A set of fields, and its frozen form for `fieldsV1`, which objects share. */
export interface CreatedFields {
  readonly fields: FieldSet;
  readonly written: JsonObject;
}

/** What a new object is compared with, and by which rules. */
export interface Creation {
  readonly plan: TypePlan;
  /** The object of which nothing has been said. */
  readonly old: unknown;
  readonly next: unknown;
  /** Tells the rules of the comparison apart from others for the same plan. */
  readonly rules: string;
}

/** Shapes that are remembered for one type; when there are more, all are forgotten. */
const MAX_SHAPES = 256;
/** Longer shapes are not remembered: hardly any two objects share one. */
const MAX_SHAPE_LENGTH = 16 * 1024;

const known = new WeakMap<TypePlan, Map<string, CreatedFields>>();

/** The result of `compare`, or of an earlier comparison of an object that cannot be told from this one by its fields. */
export function createdFields({ plan, old, next, rules }: Creation, compare: () => FieldSet): CreatedFields {
  const shape = rules + shapeOf(plan, old, next);
  let shapes = known.get(plan);
  if (shapes === undefined) {
    shapes = new Map();
    known.set(plan, shapes);
  }
  let created = shapes.get(shape);
  if (created !== undefined) return created;
  const fields = compare();
  created = { fields, written: encodeFields(fields) };
  if (shape.length > MAX_SHAPE_LENGTH) return created;
  if (shapes.size >= MAX_SHAPES) shapes.clear();
  shapes.set(shape, created);
  return created;
}

/**
 * A text that is the same for two values only if they have the same fields: names, keys of list items, and what is
 * null or empty, but no other values, unless there is an old value to compare them with.
 */
function shapeOf(plan: TypePlan, old: unknown, next: unknown): string {
  if (typeof next !== 'object') return old === undefined ? 's' : JSON.stringify(next);
  if (next === null) return 'n';
  if (Array.isArray(next)) return shapeOfList(plan, old, next);
  const isLeaf = plan.kind === 'scalar' || plan.kind === 'list' || ('atomic' in plan && plan.atomic);
  if (isLeaf) return shapeOfLeaf(old, next);
  return shapeOfFields(plan, isJsonObject(old) ? old : undefined, next as JsonObject);
}

function shapeOfList(plan: TypePlan, old: unknown, next: readonly unknown[]): string {
  if (plan.kind !== 'list' || plan.keys === undefined || old !== undefined) return shapeOfLeaf(old, next);
  let shape = '[';
  for (const item of next) shape += shapeOfItem(plan, item);
  return `${shape}]`;
}

function shapeOfItem(plan: ListPlan, item: unknown): string {
  const found = itemElement(plan, item);
  return 'error' in found ? '!' : sized(found.element) + shapeOf(plan.items, undefined, item);
}

function shapeOfFields(
  plan: Exclude<TypePlan, { kind: 'scalar' } | ListPlan>,
  old: JsonObject | undefined,
  next: JsonObject,
): string {
  let shape = '{';
  for (const name in next) {
    const value = next[name];
    if (value === undefined) continue;
    const before = old !== undefined && Object.hasOwn(old, name) ? old[name] : undefined;
    shape += sized(name) + shapeOf(planBelow(plan, name), before, value);
  }
  return `${shape}}`;
}

/** With its length in front, a name cannot be taken for what surrounds it. */
const sized = (name: string): string => `${name.length}:${name}`;

function planBelow(plan: StructPlan | MapPlan | Extract<TypePlan, { kind: 'any' }>, name: string): TypePlan {
  if (plan.kind === 'map') return plan.items;
  if (plan.kind === 'struct') return plan.fields.get(name)?.plan ?? plan.others ?? ANY_PLAN;
  return plan;
}

const ANY_PLAN: TypePlan = { kind: 'any', schema: {}, goType: '' };

function shapeOfLeaf(old: unknown, next: object): string {
  if (old !== undefined) return JSON.stringify(next);
  if (Array.isArray(next)) return next.length === 0 ? 'e' : 'l';
  for (const _ in next) return 'l';
  return 'e';
}
