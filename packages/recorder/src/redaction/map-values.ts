/** Changes values without a copy where nothing changes. */

/** An object of JSON. */
export type Fields = Readonly<Record<string, unknown>>;

/** The values with each changed; the same array where none is. */
export function mapped(values: readonly unknown[], change: (value: unknown) => unknown): readonly unknown[] {
  let changed: unknown[] | undefined;
  values.forEach((value, at) => {
    const next = change(value);
    if (next === value) return;
    changed ??= [...values];
    changed[at] = next;
  });
  return changed ?? values;
}

/** The object with each field changed; the same object where none is. */
export function mappedFields(object: Fields, change: (value: unknown, name: string) => unknown): Fields {
  let changed: Record<string, unknown> | undefined;
  for (const [name, value] of Object.entries(object)) {
    const next = change(value, name);
    if (next === value) continue;
    changed ??= { ...object };
    changed[name] = next;
  }
  return changed ?? object;
}
