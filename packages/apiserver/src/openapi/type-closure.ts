/** Which types a document needs: those that its operations name, and all that these refer to. */
import { type Schema, schemaNamed } from '../schema/schema-table.ts';

/** Finds a type by name; custom resources bring theirs along. */
export type TypeLookup = (name: string) => Schema | undefined;

/** All types reachable from these names, in order of names. */
export function reachableTypes(names: Iterable<string>, lookup: TypeLookup = schemaNamed): [string, Schema][] {
  const found = new Map<string, Schema>();
  const waiting = [...names];
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    if (found.has(name)) continue;
    const schema = lookup(name);
    if (schema === undefined) continue;
    found.set(name, schema);
    collectReferences(schema, waiting);
  }
  return [...found].sort(([a], [b]) => (a < b ? -1 : 1));
}

function collectReferences(schema: Schema, into: string[]): void {
  if (schema.ref !== undefined) into.push(schema.ref);
  if (schema.items !== undefined) collectReferences(schema.items, into);
  if (schema.additionalProperties !== undefined) collectReferences(schema.additionalProperties, into);
  for (const field of Object.values(schema.properties ?? {})) collectReferences(field, into);
  for (const option of schema.oneOf ?? []) collectReferences(option, into);
}
