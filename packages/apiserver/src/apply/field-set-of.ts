/** The fields that an applied configuration states. */
import { isJsonObject, type JsonObject } from '../schema/own-property.ts';
import { ANY_PLAN, type ListPlan, type TypePlan } from '../schema/type-plan.ts';
import { EMPTY_SET, type FieldNode, type FieldSet, memberNode } from './field-set.ts';
import { fieldElement, itemElement } from './path-element.ts';

/** Every leaf and every list item of a value, and every key of a map. */
export const fieldSetOf = (value: unknown, plan: TypePlan): FieldSet => walk(value, plan).below;

interface Walked {
  /** Whether the value itself is a leaf. */
  readonly leaf: boolean;
  readonly below: FieldSet;
}

const LEAF: Walked = { leaf: true, below: EMPTY_SET };
const NOTHING: Walked = { leaf: false, below: EMPTY_SET };

function walk(value: unknown, plan: TypePlan): Walked {
  switch (plan.kind) {
    case 'list':
      if (plan.keys === undefined) return LEAF;
      return Array.isArray(value) ? { leaf: false, below: itemsOf(value, plan) } : NOTHING;
    case 'map':
    case 'struct':
      if (plan.atomic) return LEAF;
      return isJsonObject(value) ? { leaf: false, below: fieldsOf(value, plan) } : NOTHING;
    case 'any':
      return isJsonObject(value) ? { leaf: false, below: fieldsOf(value, plan) } : LEAF;
    default:
      return LEAF;
  }
}

function fieldsOf(value: JsonObject, plan: TypePlan): FieldSet {
  const set = new Map<string, FieldNode>();
  for (const name of Object.keys(value)) {
    const item = value[name];
    const field = plan.kind === 'struct' ? plan.fields.get(name) : undefined;
    const below = field?.plan ?? (plan.kind === 'map' ? plan.items : plan.kind === 'struct' ? plan.others : undefined);
    const walked = walk(item, below ?? ANY_PLAN);
    const isEmptyMap = isJsonObject(item) && Object.keys(item).length === 0;
    const member = walked.leaf || item === null || isEmptyMap || field === undefined;
    if (member) set.set(fieldElement(name), memberNode(walked.below));
    else if (walked.below.size > 0) set.set(fieldElement(name), { member: false, below: walked.below });
  }
  return set;
}

/** Items that share an element are stated as one, without what is in them. */
function itemsOf(list: readonly unknown[], plan: ListPlan): FieldSet {
  const set = new Map<string, FieldNode>();
  const twice = new Set<string>();
  for (const item of list) {
    const found = itemElement(plan, item);
    if ('error' in found) continue;
    if (set.has(found.element)) twice.add(found.element);
    set.set(found.element, memberNode(walk(item, plan.items).below));
  }
  for (const element of twice) set.set(element, memberNode(undefined));
  return set;
}

/** The set with every named field that has members below it as a member of its own. */
export function withNamedFields(set: FieldSet, plan: TypePlan | undefined): FieldSet {
  const result = new Map<string, FieldNode>();
  for (const [element, node] of set) {
    const field = plan?.kind === 'struct' && element.startsWith('f:') ? plan.fields.get(element.slice(2)) : undefined;
    const below = node.below && withNamedFields(node.below, belowPlan(plan, element));
    result.set(element, { member: node.member || field !== undefined, below });
  }
  return result;
}

/** The plan of what an element leads to. */
export function belowPlan(plan: TypePlan | undefined, element: string): TypePlan | undefined {
  if (plan === undefined || plan.kind === 'scalar') return undefined;
  if (plan.kind === 'any') return plan;
  if (plan.kind === 'list' || plan.kind === 'map') return plan.items;
  return plan.fields.get(element.slice(2))?.plan ?? plan.others;
}
