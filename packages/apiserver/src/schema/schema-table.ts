/** The type table: what every built-in type looks like. Rows are parsed when first asked for. */
import { SCHEMA_ROWS } from '../data/schema-rows.ts';

/** A field, an item type, or a whole named type. */
export interface Schema {
  readonly type?: 'object' | 'array' | 'string' | 'integer' | 'number' | 'boolean';
  readonly format?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly additionalProperties?: Schema;
  /** Name of another type of the table. */
  readonly ref?: string;
  readonly default?: unknown;
  readonly enum?: readonly string[];
  readonly listType?: 'atomic' | 'set' | 'map';
  readonly listMapKeys?: readonly string[];
  readonly mapType?: 'atomic' | 'granular';
  readonly patchStrategy?: string;
  readonly patchMergeKey?: string;
  readonly oneOf?: readonly Schema[];
  readonly gvk?: readonly { group: string; version: string; kind: string }[];
  readonly unions?: readonly unknown[];
  /**
   * Marks the root of a custom resource's schema: its defaults are all meant, empty values are kept, and values of a
   * wrong type are left for validation. Holds for everything below the root but the types of the table.
   */
  readonly structural?: boolean;
  /** Custom resources only: fields that the schema does not name are kept. */
  readonly preserveUnknownFields?: boolean;
  /** Custom resources only: the value is a whole object with apiVersion, kind and metadata. */
  readonly embeddedResource?: boolean;
  /** Custom resources only: null is a value of its own. */
  readonly nullable?: boolean;
}

const parsed = new Map<string, Schema>();
const names = new WeakMap<Schema, string>();

/** The type of this name; undefined when the table has none. */
export function schemaNamed(name: string): Schema | undefined {
  let schema = parsed.get(name);
  const row = SCHEMA_ROWS[name];
  if (schema === undefined && row !== undefined && Object.hasOwn(SCHEMA_ROWS, name)) {
    schema = JSON.parse(row) as Schema;
    parsed.set(name, schema);
    names.set(schema, name);
  }
  return schema;
}

/** The name of a type of the table; undefined for other schemas. */
export const schemaNameOf = (schema: Schema): string | undefined => names.get(schema);

/** The names of all types. */
export const schemaNames = (): string[] => Object.keys(SCHEMA_ROWS);

let byKind: Map<string, Schema> | undefined;

/** The type of a kind in a version (`apps/v1`, `Deployment`); undefined when the table has none. */
export function schemaOfKind(apiVersion: string, kind: string): Schema | undefined {
  if (byKind === undefined) {
    byKind = new Map();
    for (const name of schemaNames())
      for (const gvk of schemaNamed(name)?.gvk ?? [])
        byKind.set(
          `${gvk.group === '' ? gvk.version : `${gvk.group}/${gvk.version}`} ${gvk.kind}`,
          schemaNamed(name) ?? {},
        );
  }
  return byKind.get(`${apiVersion} ${kind}`);
}
