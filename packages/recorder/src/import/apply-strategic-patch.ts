/**
 * Applies a strategic merge patch without knowing its schema. Patches that are made by comparing two objects say
 * themselves by what the elements of a list are told apart: they list its order.
 * https://github.com/kubernetes/community/blob/master/contributors/devel/sig-api-machinery/strategic-merge-patch.md
 */

type Fields = Readonly<Record<string, unknown>>;

const ORDER = '$setElementOrder/';
const DELETE_FROM = '$deleteFromPrimitiveList/';
const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The patched value; neither argument is changed. */
export function applyStrategicPatch(target: unknown, patch: unknown): unknown {
  if (!isFields(patch)) return patch;
  if (patch.$patch === 'replace') return withoutDirectives(patch);
  const before = isFields(target) ? target : {};
  const kept = Array.isArray(patch.$retainKeys) ? new Set(patch.$retainKeys as unknown[]) : undefined;
  const result: Record<string, unknown> = Object.fromEntries(
    Object.entries(before).filter(([name]) => kept?.has(name) ?? true),
  );
  for (const [name, value] of Object.entries(patch)) {
    if (name.startsWith('$')) continue;
    if (value === null || (isFields(value) && value.$patch === 'delete')) delete result[name];
    else result[name] = patchedField(before[name], value, patch[ORDER + name]);
  }
  for (const [name, order] of Object.entries(patch)) {
    if (name.startsWith(DELETE_FROM)) remove(result, name.slice(DELETE_FROM.length), order as readonly unknown[]);
    if (!name.startsWith(ORDER)) continue;
    const list = result[name.slice(ORDER.length)];
    if (Array.isArray(list)) result[name.slice(ORDER.length)] = ordered(list, order as readonly unknown[]);
  }
  return result;
}

function patchedField(before: unknown, value: unknown, order: unknown): unknown {
  if (!Array.isArray(value)) return applyStrategicPatch(before, value);
  const list = Array.isArray(before) ? (before as readonly unknown[]) : [];
  const key = mergeKeyOf(order, value);
  if (key !== undefined) return mergedByKey(list, value as readonly Fields[], key);
  // Without an order the list is a value like any other.
  return order === undefined ? value : [...list, ...value.filter((element) => !list.includes(element))];
}

/** The field that tells elements apart: elements of an order and elements to be deleted have no other. */
function mergeKeyOf(order: unknown, elements: readonly unknown[]): string | undefined {
  const [first] = Array.isArray(order) ? (order as readonly unknown[]) : [];
  const telling = isFields(first)
    ? first
    : elements.find((element) => isFields(element) && element.$patch === 'delete');
  return isFields(telling) ? Object.keys(telling).find((name) => name !== '$patch') : undefined;
}

function mergedByKey(list: readonly unknown[], elements: readonly Fields[], key: string): unknown[] {
  const result = [...list];
  for (const element of elements) {
    const at = result.findIndex((candidate) => isFields(candidate) && candidate[key] === element[key]);
    if (element.$patch === 'delete') {
      if (at !== -1) result.splice(at, 1);
    } else if (at === -1) result.push(applyStrategicPatch({}, element));
    else result[at] = applyStrategicPatch(result[at], element);
  }
  return result;
}

function remove(result: Record<string, unknown>, name: string, gone: readonly unknown[]): void {
  const list = result[name];
  if (Array.isArray(list)) result[name] = list.filter((element) => !gone.includes(element));
}

/** The elements in the wanted order; those that it does not name come last. */
function ordered(list: readonly unknown[], order: readonly unknown[]): unknown[] {
  const place = (element: unknown): number => {
    const at = order.findIndex((wanted) =>
      isFields(wanted) && isFields(element)
        ? Object.entries(wanted).every(([name, value]) => element[name] === value)
        : wanted === element,
    );
    return at === -1 ? order.length : at;
  };
  return [...list].sort((a, b) => place(a) - place(b));
}

const withoutDirectives = (patch: Fields): Fields =>
  Object.fromEntries(Object.entries(patch).filter(([name]) => !name.startsWith('$')));
