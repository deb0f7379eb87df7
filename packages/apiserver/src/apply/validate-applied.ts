/** Whether an applied configuration fits its type. */
import { isJsonObject, type JsonObject } from '../schema/own-property.ts';
import type { ListPlan, MapPlan, ScalarPlan, StructPlan, TypePlan } from '../schema/type-plan.ts';
import { itemElement, showElement } from './path-element.ts';

/** What is wrong with a configuration, as the real implementation puts it; empty when nothing is. */
export function appliedErrors(value: unknown, plan: TypePlan): string {
  const errors: string[] = [];
  check(value, plan, { path: '', errors });
  if (errors.length <= 1) return errors[0] ?? '';
  return ['errors:', ...errors.map((error) => `  ${error}`)].join('\n');
}

interface Place {
  readonly path: string;
  readonly errors: string[];
}

const report = ({ path, errors }: Place, message: string): void =>
  void errors.push(path === '' ? message : `${path}: ${message}`);

const below = ({ path, errors }: Place, step: string): Place => ({ path: path + step, errors });

function check(value: unknown, plan: TypePlan, place: Place): void {
  if (value === null || value === undefined) return;
  switch (plan.kind) {
    case 'list':
      if (Array.isArray(value)) checkItems(value, plan, place);
      else report(place, `expected list, got ${showValue(value)}`);
      return;
    case 'map':
    case 'struct':
      if (isJsonObject(value)) checkFields(value, plan, place);
      else report(place, `expected map, got ${showValue(value)}`);
      return;
    case 'scalar':
      checkScalar(value, plan, place);
  }
}

function checkFields(value: JsonObject, plan: MapPlan | StructPlan, place: Place): void {
  for (const name of Object.keys(value)) {
    const step = below(place, `.${name}`);
    const fieldPlan = plan.kind === 'map' ? plan.items : (plan.fields.get(name)?.plan ?? plan.others);
    if (fieldPlan === undefined) return report(step, 'field not declared in schema');
    check(value[name], fieldPlan, step);
  }
}

function checkItems(list: readonly unknown[], plan: ListPlan, place: Place): void {
  const seen = new Set<string>();
  for (const [index, item] of list.entries()) {
    const found = plan.keys === undefined ? { element: `i:${index}` } : itemElement(plan, item);
    if ('error' in found) return report(place, `element ${index}: ${found.error}`);
    if (seen.has(found.element)) report(place, `duplicate entries for key ${showElement(found.element)}`);
    seen.add(found.element);
    check(item, plan.items, below(place, showElement(found.element)));
  }
}

function checkScalar(value: unknown, { scalar }: ScalarPlan, place: Place): void {
  switch (scalar) {
    case 'integer':
    case 'number':
      if (typeof value !== 'number') report(place, `expected numeric (int or float), got ${goType(value)}`);
      return;
    case 'boolean':
      if (typeof value !== 'boolean') report(place, `expected boolean, got ${showValue(value)}`);
      return;
    case 'quantity':
    case 'intOrString':
      if (typeof value === 'object') report(place, `expected any scalar, got ${showValue(value)}`);
      return;
    default:
      if (typeof value !== 'string') report(place, `expected string, got ${showGoSyntax(value)}`);
  }
}

const goType = (value: unknown): string => {
  if (typeof value === 'string') return 'string';
  if (typeof value === 'boolean') return 'bool';
  return Array.isArray(value) ? '[]interface {}' : 'map[string]interface {}';
};

const showValue = (value: unknown): string => `&{${typeof value === 'object' ? JSON.stringify(value) : String(value)}}`;
const showGoSyntax = (value: unknown): string => `&value.valueUnstructured{Value:${JSON.stringify(value)}}`;
