/** One step of a path to a field, in the text form of managed fields. */
import { isJsonObject, type JsonObject } from '../schema/own-property.ts';
import type { ListPlan } from '../schema/type-plan.ts';

/** The element of a field of a map or object. */
export const fieldElement = (name: string): string => `f:${name}`;

/** JSON as Go writes it, with the characters that matter to HTML escaped. */
function goJson(value: unknown): string {
  const text = JSON.stringify(value);
  return /[<>&\u2028\u2029]/.test(text) ? text.replace(/[<>&\u2028\u2029]/g, escapeCharacter) : text;
}

const escapeCharacter = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;

/** The element of a list item, or why it has none. Lists without keys are sets, whose items stand for themselves. */
export function itemElement(list: ListPlan, item: unknown): { element: string } | { error: string } {
  const { keys = [] } = list;
  return keys.length === 0 ? setElement(item) : keyElement(list, keys, item);
}

function setElement(item: unknown): { element: string } | { error: string } {
  if (item === null || item === undefined)
    return { error: "associative list without keys has an element that's an explicit null" };
  if (Array.isArray(item)) return { error: 'not supported: associative list with lists as elements' };
  if (typeof item === 'object') return { error: "associative list without keys has an element that's a map type" };
  return { element: `v:${goJson(item)}` };
}

function keyElement(list: ListPlan, keys: readonly string[], item: unknown): { element: string } | { error: string } {
  if (item === null) return { error: 'associative list with keys may not have a null element' };
  if (!isJsonObject(item)) return { error: 'associative list with keys may not have non-map elements' };
  const parts: string[] = [];
  for (const key of sorted(keys)) {
    const value = keyOf(list, item, key);
    if (value !== undefined) parts.push(`${goJson(key)}:${goJson(value)}`);
  }
  if (parts.length > 0) return { element: `k:{${parts.join(',')}}` };
  const names = keys.map((key) => JSON.stringify(key)).join(' ');
  return {
    error: `associative list with keys has an element that omits all key fields [${names}] (and doesn't have default values for any key fields)`,
  };
}

const sorted = (keys: readonly string[]): readonly string[] => (keys.length === 1 ? keys : [...keys].sort());

/** What a list item says for one of its keys, or else the default of that key. */
export function keyOf({ items }: ListPlan, item: JsonObject, key: string): unknown {
  if (item[key] !== undefined) return item[key];
  return items.kind === 'struct' ? items.fields.get(key)?.schema.default : undefined;
}

/** An element as paths in messages show it: `.spec`, `[name="a"]`, `[="x"]`, `[0]`. */
export function showElement(element: string): string {
  const content = element.slice(2);
  switch (element[0]) {
    case 'f':
      return `.${content}`;
    case 'k':
      return `[${Object.entries(JSON.parse(content) as JsonObject)
        .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
        .join(',')}]`;
    case 'v':
      return `[=${JSON.stringify(JSON.parse(content))}]`;
    default:
      return `[${content}]`;
  }
}

/** A path as messages show it. */
export const showPath = (path: readonly string[]): string => path.map(showElement).join('');

const KIND_ORDER = 'fkvi';

/** The order of elements: fields by name, then list items by key, by value, by index. */
export function compareElements(a: string, b: string): number {
  const kinds = KIND_ORDER.indexOf(a.charAt(0)) - KIND_ORDER.indexOf(b.charAt(0));
  if (kinds !== 0) return kinds;
  if (a.startsWith('f:')) return a < b ? -1 : a > b ? 1 : 0;
  return compareValues(JSON.parse(a.slice(2)), JSON.parse(b.slice(2)));
}

function compareValues(a: unknown, b: unknown): number {
  if (isJsonObject(a) && isJsonObject(b)) {
    const [left, right] = [Object.entries(a), Object.entries(b)];
    for (const [index, [name, value]] of left.entries()) {
      const [otherName, otherValue] = right[index] ?? [undefined, undefined];
      if (otherName === undefined) return 1;
      const order = name < otherName ? -1 : name > otherName ? 1 : compareValues(value, otherValue);
      if (order !== 0) return order;
    }
    return left.length - right.length;
  }
  if (typeof a === typeof b) return (a as string) < (b as string) ? -1 : a === b ? 0 : 1;
  return typeof a === 'number' ? -1 : 1;
}
