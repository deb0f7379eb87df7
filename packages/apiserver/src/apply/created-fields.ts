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

/** What stands in a shape beside the names of fields and the keys of items, which are texts. */
const [OBJECT, LIST, END, SCALAR, NULL, FILLED, EMPTY, BROKEN] = [0, 1, 2, 3, 4, 5, 6, 7];

/** A place in the tree of the shapes of one type: all objects that come this way are alike so far. */
interface ShapeNode {
  readonly next: Map<string | number, ShapeNode>;
  created: CreatedFields | undefined;
}

/** Nodes that are remembered for one type; when there are more, all are forgotten. */
const MAX_NODES = 32 * 1024;

/** The shapes of one type that have been met. */
class ShapeTree {
  #root = nodeWithout();
  #size = 0;

  get root(): ShapeNode {
    if (this.#size > MAX_NODES) {
      this.#root = nodeWithout();
      this.#size = 0;
    }
    return this.#root;
  }

  after(node: ShapeNode, step: string | number): ShapeNode {
    let next = node.next.get(step);
    if (next === undefined) {
      next = nodeWithout();
      node.next.set(step, next);
      this.#size += 1;
    }
    return next;
  }
}

const nodeWithout = (): ShapeNode => ({ next: new Map(), created: undefined });

const known = new WeakMap<TypePlan, ShapeTree>();

/** The result of `compare`, or of an earlier comparison of an object that cannot be told from this one by its fields. */
export function createdFields({ plan, old, next, rules }: Creation, compare: () => FieldSet): CreatedFields {
  let tree = known.get(plan);
  if (tree === undefined) {
    tree = new ShapeTree();
    known.set(plan, tree);
  }
  const node = walk(tree, tree.after(tree.root, rules), plan, old, next);
  if (node.created === undefined) {
    const fields = compare();
    node.created = { fields, written: encodeFields(fields) };
  }
  return node.created;
}

/**
 * Where a value leads from a node. Two values arrive at one place only if they have the same fields: names, keys of list
 * items, and what is null or empty, but no other values, unless there is an old value to compare them with.
 */
function walk(tree: ShapeTree, from: ShapeNode, plan: TypePlan, before: unknown, next: unknown): ShapeNode {
  const old = isNothing(before) ? undefined : before;
  if (typeof next !== 'object') return tree.after(from, old === undefined ? SCALAR : JSON.stringify(next));
  if (next === null) return tree.after(from, NULL);
  if (Array.isArray(next)) return walkList(tree, from, plan, old, next);
  const isLeaf = plan.kind === 'scalar' || plan.kind === 'list' || ('atomic' in plan && plan.atomic);
  if (isLeaf) return walkLeaf(tree, from, old, next);
  return walkFields(tree, from, plan, isJsonObject(old) ? old : undefined, next as JsonObject);
}

/** A comparison with null or with an empty list finds what one with nothing finds. */
const isNothing = (value: unknown): boolean => value === null || (Array.isArray(value) && value.length === 0);

function walkList(tree: ShapeTree, from: ShapeNode, plan: TypePlan, old: unknown, next: readonly unknown[]): ShapeNode {
  if (plan.kind !== 'list' || plan.keys === undefined || old !== undefined) return walkLeaf(tree, from, old, next);
  let node = tree.after(from, LIST);
  for (const item of next) {
    const found = itemElement(plan, item);
    if ('error' in found) node = tree.after(node, BROKEN);
    else node = walk(tree, tree.after(node, found.element), plan.items, undefined, item);
  }
  return tree.after(node, END);
}

function walkFields(
  tree: ShapeTree,
  from: ShapeNode,
  plan: Exclude<TypePlan, { kind: 'scalar' } | ListPlan>,
  old: JsonObject | undefined,
  next: JsonObject,
): ShapeNode {
  let node = tree.after(from, OBJECT);
  for (const name in next) {
    const value = next[name];
    if (value === undefined) continue;
    const before = old !== undefined && Object.hasOwn(old, name) ? old[name] : undefined;
    node = walk(tree, tree.after(node, name), planBelow(plan, name), before, value);
  }
  return tree.after(node, END);
}

function planBelow(plan: StructPlan | MapPlan | Extract<TypePlan, { kind: 'any' }>, name: string): TypePlan {
  if (plan.kind === 'map') return plan.items;
  if (plan.kind === 'struct') return plan.fields.get(name)?.plan ?? plan.others ?? ANY_PLAN;
  return plan;
}

const ANY_PLAN: TypePlan = { kind: 'any', schema: {}, goType: '' };

function walkLeaf(tree: ShapeTree, from: ShapeNode, old: unknown, next: object): ShapeNode {
  if (old !== undefined) return tree.after(from, JSON.stringify(next));
  if (Array.isArray(next)) return tree.after(from, next.length === 0 ? EMPTY : FILLED);
  for (const _ in next) return tree.after(from, FILLED);
  return tree.after(from, EMPTY);
}
