/** The fields of new objects: worked out once for all objects of the same shape. */
import { isJsonObject, type JsonObject } from '../schema/own-property.ts';
import { ANY_PLAN, type ListPlan, type TypePlan } from '../schema/type-plan.ts';
import type { FieldSet } from './field-set.ts';
import { encodeFields } from './fields-v1.ts';
import { keyOf } from './path-element.ts';

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

/** What stands in a shape beside the names of fields and the keys of items, which are scalars. */
const [OBJECT, LIST, ITEM, END] = [Symbol('object'), Symbol('list'), Symbol('item'), Symbol('end')];
const [SCALAR, NULL, ABSENT] = [Symbol('scalar'), Symbol('null'), Symbol('absent')];
const [FILLED, EMPTY, BROKEN] = [Symbol('filled'), Symbol('empty'), Symbol('broken')];

/** A place in the tree of the shapes of one type: all objects that come this way are alike so far. */
class ShapeNode {
  /** What stands here is of this type. */
  readonly plan: TypePlan;
  /** What it is compared with, which the way here has determined. */
  readonly old: unknown;
  created: CreatedFields | undefined;
  readonly #next = new Map<unknown, ShapeNode>();
  /** The step that was taken last: mostly the next object takes it too. */
  #step: unknown;
  #node: ShapeNode | undefined;

  constructor(plan: TypePlan, old: unknown) {
    this.plan = plan;
    this.old = old;
    this.created = undefined;
  }

  get(step: unknown): ShapeNode | undefined {
    if (step === this.#step) return this.#node;
    const node = this.#next.get(step);
    if (node !== undefined) this.#remember(step, node);
    return node;
  }

  set(step: unknown, node: ShapeNode): void {
    this.#next.set(step, node);
    this.#remember(step, node);
  }

  #remember(step: unknown, node: ShapeNode): void {
    this.#step = step;
    this.#node = node;
  }
}

/** Nodes that are remembered for one type; when there are more, all are forgotten. */
const MAX_NODES = 32 * 1024;

/** The shapes of one type that have been met. */
class ShapeTree {
  readonly #rules = new Map<string, ShapeNode>();
  #size = 0;

  /** The root for objects that are compared by these rules. */
  root({ plan, old, rules }: Creation): ShapeNode {
    if (this.#size > MAX_NODES) {
      this.#rules.clear();
      this.#size = 0;
    }
    let root = this.#rules.get(rules);
    if (root === undefined) {
      root = new ShapeNode(plan, old);
      this.#rules.set(rules, root);
    }
    return root;
  }

  /** Where a step leads that does not lead to a value of its own. */
  after(node: ShapeNode, step: unknown): ShapeNode {
    return node.get(step) ?? this.#add(node, step, ANY_PLAN, undefined);
  }

  /** Where the field of an object leads, whose own node is `parent`. */
  field(node: ShapeNode, parent: ShapeNode, name: string): ShapeNode {
    return node.get(name) ?? this.#add(node, name, planBelow(parent.plan, name), oldBelow(parent.old, name));
  }

  /** Where the item of a list leads, from behind its keys. */
  item(node: ShapeNode, list: ListPlan): ShapeNode {
    return node.get(ITEM) ?? this.#add(node, ITEM, list.items, undefined);
  }

  #add(node: ShapeNode, step: unknown, plan: TypePlan, old: unknown): ShapeNode {
    const added = new ShapeNode(plan, isNothing(old) ? undefined : old);
    node.set(step, added);
    this.#size += 1;
    return added;
  }
}

/** A comparison with null or with an empty list finds what one with nothing finds. */
const isNothing = (value: unknown): boolean => value === null || (Array.isArray(value) && value.length === 0);

const oldBelow = (old: unknown, name: string): unknown =>
  isJsonObject(old) && Object.hasOwn(old, name) ? old[name] : undefined;

function planBelow(plan: TypePlan, name: string): TypePlan {
  if (plan.kind === 'map') return plan.items;
  if (plan.kind === 'struct') return plan.fields.get(name)?.plan ?? plan.others ?? ANY_PLAN;
  return plan;
}

const known = new WeakMap<TypePlan, ShapeTree>();

/** The result of `compare`, or of an earlier comparison of an object that cannot be told from this one by its fields. */
export function createdFields(creation: Creation, compare: () => FieldSet): CreatedFields {
  let tree = known.get(creation.plan);
  if (tree === undefined) {
    tree = new ShapeTree();
    known.set(creation.plan, tree);
  }
  const node = walk(tree, tree.root(creation), creation.next);
  if (node.created === undefined) {
    const fields = compare();
    node.created = { fields, written: encodeFields(fields) };
  }
  return node.created;
}

/**
 * Where a value leads from its node. Two values arrive at one place only if they have the same fields: names, keys of
 * list items, and what is null or empty, but no other values, unless there is an old value to compare them with.
 */
function walk(tree: ShapeTree, from: ShapeNode, next: unknown): ShapeNode {
  const { plan, old } = from;
  if (typeof next !== 'object') return tree.after(from, old === undefined ? SCALAR : JSON.stringify(next));
  if (next === null) return tree.after(from, NULL);
  if (Array.isArray(next)) {
    const hasItems = plan.kind === 'list' && plan.keys !== undefined && old === undefined;
    return hasItems ? walkList(tree, from, plan, next) : walkLeaf(tree, from, next);
  }
  const isLeaf = plan.kind === 'scalar' || plan.kind === 'list' || ('atomic' in plan && plan.atomic);
  return isLeaf ? walkLeaf(tree, from, next) : walkFields(tree, from, next as JsonObject);
}

function walkList(tree: ShapeTree, from: ShapeNode, plan: ListPlan, next: readonly unknown[]): ShapeNode {
  let node = tree.after(from, LIST);
  for (const item of next) {
    if (!isOfList(plan, item)) node = tree.after(node, BROKEN);
    else node = walk(tree, tree.item(walkKeys(tree, node, plan, item), plan), item);
  }
  return tree.after(node, END);
}

/** Items of sets are scalars; those with keys are objects. */
const isOfList = ({ keys = [] }: ListPlan, item: unknown): boolean =>
  keys.length === 0 ? typeof item !== 'object' : isJsonObject(item);

/** Where the keys of an item lead: one that stands for itself is its own key. */
function walkKeys(tree: ShapeTree, from: ShapeNode, plan: ListPlan, item: unknown): ShapeNode {
  const { keys = [] } = plan;
  if (keys.length === 0) return tree.after(from, item);
  let node = from;
  for (const key of keys) node = walkKey(tree, node, keyOf(plan, item as JsonObject, key));
  return node;
}

function walkKey(tree: ShapeTree, from: ShapeNode, value: unknown): ShapeNode {
  if (value === undefined) return tree.after(from, ABSENT);
  return typeof value === 'object'
    ? tree.after(tree.after(from, OBJECT), JSON.stringify(value))
    : tree.after(from, value);
}

function walkFields(tree: ShapeTree, from: ShapeNode, next: JsonObject): ShapeNode {
  let node = tree.after(from, OBJECT);
  for (const name in next) {
    const value = next[name];
    if (value !== undefined) node = walk(tree, tree.field(node, from, name), value);
  }
  return tree.after(node, END);
}

function walkLeaf(tree: ShapeTree, from: ShapeNode, next: object): ShapeNode {
  if (from.old !== undefined) return tree.after(from, JSON.stringify(next));
  if (Array.isArray(next)) return tree.after(from, next.length === 0 ? EMPTY : FILLED);
  for (const _ in next) return tree.after(from, FILLED);
  return tree.after(from, EMPTY);
}
