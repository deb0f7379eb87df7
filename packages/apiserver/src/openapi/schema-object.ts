/** Types of the schema table, written as schemas of OpenAPI 3 and 2. */
import type { Schema } from '../schema/schema-table.ts';

/** A schema in JSON form. */
export type SchemaObject = Readonly<Record<string, unknown>>;

/** How references to named types are written, which is how the two dialects differ most. */
interface Dialect {
  reference(name: string): string;
  readonly isV3: boolean;
}

const V3: Dialect = { reference: (name) => `#/components/schemas/${name}`, isV3: true };
const V2: Dialect = { reference: (name) => `#/definitions/${name}`, isV3: false };

/** A type as an OpenAPI 3 schema. */
export const schemaV3 = (schema: Schema): SchemaObject => render(schema, V3, false);

/** A type as a Swagger 2 schema. Defaults and alternatives are left out, as that dialect's readers expect. */
export const schemaV2 = (schema: Schema): SchemaObject => render(schema, V2, false);

function render(schema: Schema, dialect: Dialect, isField: boolean): SchemaObject {
  if (schema.ref !== undefined) return reference(schema, schema.ref, dialect, isField);
  if (schema.oneOf !== undefined && !dialect.isV3) return alternatives(schema);
  const rendered: Record<string, unknown> = {};
  if (schema.type !== undefined) rendered.type = schema.type;
  if (schema.format !== undefined) rendered.format = schema.format;
  if (schema.required !== undefined) rendered.required = schema.required;
  if (schema.default !== undefined && dialect.isV3) rendered.default = schema.default;
  if (schema.nullable !== undefined && dialect.isV3) rendered.nullable = schema.nullable;
  if (schema.enum !== undefined) rendered.enum = schema.enum;
  if (schema.oneOf !== undefined) rendered.oneOf = schema.oneOf.map((option) => render(option, dialect, false));
  Object.assign(rendered, renderChildren(schema, dialect), renderExtensions(schema));
  return rendered;
}

/** A reference. OpenAPI 3 allows nothing beside one, so that a field, which has more to say, wraps it in `allOf`. */
function reference(schema: Schema, name: string, dialect: Dialect, isField: boolean): SchemaObject {
  const link = { $ref: dialect.reference(name) };
  const extensions = renderExtensions(schema);
  if (!dialect.isV3) return { ...link, ...extensions };
  if (schema.default !== undefined) return { default: schema.default, allOf: [link], ...extensions };
  return isField ? { allOf: [link], ...extensions } : link;
}

/** Swagger 2 knows no alternatives: quantities and ports are texts there. */
const alternatives = ({ format }: Schema): SchemaObject => ({
  type: 'string',
  ...(format === undefined ? {} : { format }),
});

function renderChildren({ properties, items, additionalProperties }: Schema, dialect: Dialect): SchemaObject {
  const rendered: Record<string, unknown> = {};
  if (items !== undefined) rendered.items = render(items, dialect, false);
  if (properties !== undefined)
    rendered.properties = Object.fromEntries(
      Object.entries(properties).map(([name, field]) => [name, render(field, dialect, true)]),
    );
  if (additionalProperties !== undefined) rendered.additionalProperties = render(additionalProperties, dialect, false);
  return rendered;
}

function renderExtensions(schema: Schema): SchemaObject {
  const extensions: [string, unknown][] = [
    ['x-kubernetes-group-version-kind', schema.gvk],
    ['x-kubernetes-list-map-keys', schema.listMapKeys],
    ['x-kubernetes-list-type', schema.listType],
    ['x-kubernetes-map-type', schema.mapType],
    ['x-kubernetes-patch-merge-key', schema.patchMergeKey],
    ['x-kubernetes-patch-strategy', schema.patchStrategy],
    ['x-kubernetes-unions', schema.unions],
    ['x-kubernetes-preserve-unknown-fields', schema.preserveUnknownFields],
    ['x-kubernetes-embedded-resource', schema.embeddedResource],
  ];
  return Object.fromEntries(extensions.filter(([, value]) => value !== undefined));
}
