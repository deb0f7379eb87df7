/** Takes fields out of an object. */
import { isJsonObject, type JsonObject, setOwn } from '../schema/own-property.ts';
import type { ListPlan, TypePlan } from '../schema/type-plan.ts';
import type { FieldSet } from './field-set.ts';
import { belowPlan } from './field-set-of.ts';
import { fieldElement, itemElement } from './path-element.ts';

/** The value without the fields of the set. What becomes empty by it stays, empty. Atomic values are left alone. */
export function removeFields(value: unknown, gone: FieldSet, plan: TypePlan | undefined): unknown {
  if (gone.size === 0 || plan === undefined) return value;
  if (plan.kind === 'list')
    return plan.keys === undefined || !Array.isArray(value) ? value : removeItems(value, gone, plan);
  const atomic = plan.kind === 'scalar' || ((plan.kind === 'map' || plan.kind === 'struct') && plan.atomic);
  return atomic || !isJsonObject(value) ? value : removeNamed(value, gone, plan);
}

function removeNamed(value: JsonObject, gone: FieldSet, plan: TypePlan): JsonObject {
  const kept: JsonObject = {};
  for (const name of Object.keys(value)) {
    const element = fieldElement(name);
    const node = gone.get(element);
    if (node?.member) continue;
    const item = value[name];
    setOwn(kept, name, node?.below === undefined ? item : removeFields(item, node.below, belowPlan(plan, element)));
  }
  return kept;
}

function removeItems(list: readonly unknown[], gone: FieldSet, plan: ListPlan): unknown[] {
  const kept: unknown[] = [];
  for (const item of list) {
    const found = itemElement(plan, item);
    const node = 'error' in found ? undefined : gone.get(found.element);
    if (node?.member) continue;
    kept.push(node?.below === undefined ? item : removeFields(item, node.below, plan.items));
  }
  return kept;
}
