/** Fills in what the API fills in: defaults of the schema, then those that only code can say, by type. */
import { kindDefaults } from './kind-defaults.ts';
import { copyJson, isJsonObject, type JsonObject } from './own-property.ts';
import type { Schema } from './schema-table.ts';
import { applyStructuralDefaults } from './structural-defaults.ts';
import { type FieldPlan, planOf, type StructPlan, type TypePlan } from './type-plan.ts';

/** What to do at one type on the way down; types without defaults below them have no node. */
interface DefaultsNode {
  readonly own: ((value: JsonObject) => void) | undefined;
  readonly inline: readonly (readonly [field: string, value: unknown])[];
  readonly children: readonly ChildNode[];
}

interface ChildNode {
  readonly field: string;
  readonly shape: 'struct' | 'list' | 'map';
  readonly node: DefaultsNode;
}

/** Changes a decoded object in place. A type's own defaults come before those of its fields' types. */
export function applyDefaults(object: JsonObject, schema: Schema): void {
  if (schema.structural) return applyStructuralDefaults(object, schema);
  const plan = planOf(schema);
  if (plan.kind !== 'struct') return;
  const node = nodeOf(plan);
  if (node !== undefined) visit(node, object);
}

function visit({ own, inline, children }: DefaultsNode, value: JsonObject): void {
  own?.(value);
  for (const [field, given] of inline) if (isUnset(value[field])) value[field] = copyJson(given);
  for (const { field, shape, node } of children) {
    const below = value[field];
    if (typeof below !== 'object' || below === null) continue;
    if (shape === 'struct') visit(node, below as JsonObject);
    else visitAll(node, Array.isArray(below) ? below : Object.values(below));
  }
}

function visitAll(node: DefaultsNode, items: readonly unknown[]): void {
  for (const item of items) if (isJsonObject(item)) visit(node, item);
}

/** Go's defaulting does not see the difference between an empty text and none. */
const isUnset = (value: unknown): boolean => value === undefined || value === null || value === '';

const nodes = new WeakMap<StructPlan, DefaultsNode | undefined>();

function nodeOf(plan: StructPlan): DefaultsNode | undefined {
  if (nodes.has(plan)) return nodes.get(plan);
  nodes.set(plan, undefined);
  const own = kindDefaults(plan.name);
  const inline = [...plan.fields.values()].filter(isMeant).map(({ name, schema }) => [name, schema.default] as const);
  const children = [...plan.fields.values()].flatMap((field) => childOf(field) ?? []);
  const needed = own !== undefined || inline.length > 0 || children.length > 0;
  const node = needed ? { own, inline, children } : undefined;
  nodes.set(plan, node);
  return node;
}

/** Published defaults that are empty say no more than that the field is always written, unless it is nullable. */
const isMeant = ({ schema, emptiness }: FieldPlan): boolean => {
  const { default: value } = schema;
  if (value === undefined) return false;
  if (value === '' || value === 0 || value === false) return emptiness === 'keep' || emptiness === 'null';
  return typeof value !== 'object';
};

function childOf({ name, plan }: FieldPlan): ChildNode | undefined {
  const shape = plan.kind;
  const below: TypePlan = plan.kind === 'list' || plan.kind === 'map' ? plan.items : plan;
  if (below.kind !== 'struct' || shape === 'scalar' || shape === 'any') return undefined;
  const node = nodeOf(below);
  return node === undefined ? undefined : { field: name, shape, node };
}
