/** Merges an applied configuration into the live object. */
import { isJsonObject, type JsonObject, setOwn } from '../schema/own-property.ts';
import type { ListPlan, TypePlan } from '../schema/type-plan.ts';
import { belowPlan } from './field-set-of.ts';
import { fieldElement, itemElement } from './path-element.ts';

/**
 * Both values as one: what the configuration states wins, what it does not state stays. Items of lists stand in the
 * configuration's order where it says something about them. The result shares parts with both.
 */
export function mergeApplied(live: unknown, applied: unknown, plan: TypePlan | undefined): unknown {
  if (applied === undefined) return live;
  if (live === undefined || live === null || plan === undefined) return applied;
  if (plan.kind === 'list')
    return plan.keys !== undefined && Array.isArray(live) && Array.isArray(applied) && live.length + applied.length > 0
      ? mergeItems(live, applied, plan)
      : applied;
  const atomic = plan.kind === 'scalar' || ((plan.kind === 'map' || plan.kind === 'struct') && plan.atomic);
  return !atomic && isJsonObject(live) && isJsonObject(applied) ? mergeFields(live, applied, plan) : applied;
}

function mergeFields(live: JsonObject, applied: JsonObject, plan: TypePlan): JsonObject {
  const merged: JsonObject = { ...live };
  for (const name of Object.keys(applied)) {
    const before = Object.hasOwn(live, name) ? live[name] : undefined;
    setOwn(merged, name, mergeApplied(before, applied[name], belowPlan(plan, fieldElement(name))));
  }
  return merged;
}

function elementOf(plan: ListPlan, item: unknown): string {
  const found = itemElement(plan, item);
  return 'error' in found ? '' : found.element;
}

function mergeItems(live: readonly unknown[], applied: readonly unknown[], plan: ListPlan): unknown[] {
  const before = live.map((item) => elementOf(plan, item));
  const after = applied.map((item) => elementOf(plan, item));
  const items = new Map<string, unknown>();
  // Items that the live list holds twice are not merged: the configuration's item replaces them.
  for (const [index, element] of before.entries()) items.set(element, items.has(element) ? undefined : live[index]);
  const shared = after.filter((element) => items.has(element));
  const merged: unknown[] = [];
  const done = new Set<string>();
  const wanted = new Set(after);
  const take = (index: number): void => {
    const element = after[index] ?? '';
    done.add(element);
    merged.push(mergeApplied(items.get(element), applied[index], plan.items));
    if (shared[0] === element) shared.shift();
  };
  let [left, right] = [0, 0];
  while (left < before.length || right < after.length) {
    const element = before[left];
    if (element !== undefined && right < after.length) {
      if (element === after[right]) {
        take(right);
        left += 1;
        right += 1;
        continue;
      }
      if (wanted.has(element) && shared.length > 0 && shared[0] !== element) {
        left += 1;
        continue;
      }
    }
    if (element !== undefined && !wanted.has(element)) {
      merged.push(live[left]);
      left += 1;
      continue;
    }
    if (element !== undefined && done.has(element)) left += 1;
    if (right < after.length) {
      take(right);
      right += 1;
    } else if (element !== undefined && !done.has(element)) left += 1;
  }
  return merged;
}
