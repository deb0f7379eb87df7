/** From the schema of a definition to the type that objects are read, pruned, defaulted and merged by. */
import type { Schema } from '../schema/schema-table.ts';
import { itemsOf, type JsonSchema, valuesOf } from './json-schema.ts';

type Mutable = { -readonly [K in keyof Schema]: Schema[K] };

const OBJECT_META: Schema = { ref: 'io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta' };
const TEXT: Schema = { type: 'string' };
/** Fields of whole objects, which their schemas need not name. */
const TYPE_AND_META = { apiVersion: TEXT, kind: TEXT, metadata: OBJECT_META };
const TYPES: ReadonlySet<unknown> = new Set(['object', 'array', 'string', 'integer', 'number', 'boolean']);

/** The type of a custom resource in one version. */
export function structuralType(schema: JsonSchema, gvk: { group: string; version: string; kind: string }): Schema {
  const root = toType(schema);
  return {
    ...root,
    type: 'object',
    structural: true,
    gvk: [gvk],
    properties: { ...root.properties, ...TYPE_AND_META },
  };
}

function toType(schema: JsonSchema): Mutable {
  const { type, format, nullable } = schema;
  const isObject = schema.properties !== undefined || type === 'object';
  return {
    ...(TYPES.has(type) ? { type: type as NonNullable<Schema['type']> } : isObject ? { type: 'object' as const } : {}),
    ...(format === undefined ? {} : { format }),
    ...(schema.default === undefined ? {} : { default: schema.default }),
    ...(nullable === true ? { nullable } : {}),
    ...fieldsOf(schema),
    ...listOf(schema),
    ...(schema['x-kubernetes-map-type'] === 'atomic' ? { mapType: 'atomic' as const } : {}),
    ...(schema['x-kubernetes-preserve-unknown-fields'] === true ? { preserveUnknownFields: true } : {}),
  };
}

function fieldsOf(schema: JsonSchema): Mutable {
  const { properties, additionalProperties } = schema;
  const values = valuesOf(schema);
  const embedded =
    schema['x-kubernetes-embedded-resource'] === true ? { embeddedResource: true, ...TYPE_AND_META } : {};
  const { embeddedResource, ...added } = embedded as Record<string, Schema>;
  const own = Object.entries(properties ?? {}).map(([name, property]) => [name, toType(property)] as const);
  const named = { ...Object.fromEntries(own), ...added };
  return {
    ...(Object.keys(named).length > 0 || properties !== undefined ? { properties: named } : {}),
    ...(embeddedResource === undefined ? {} : { embeddedResource: true }),
    ...(values === undefined ? {} : { additionalProperties: toType(values) }),
    ...(additionalProperties === true ? { additionalProperties: { type: 'object' as const } } : {}),
  };
}

function listOf(schema: JsonSchema): Mutable {
  const items = itemsOf(schema);
  const listType = schema['x-kubernetes-list-type'] as Schema['listType'] | undefined;
  const keys = schema['x-kubernetes-list-map-keys'];
  return {
    ...(items === undefined ? {} : { items: toType(items) }),
    ...(listType === undefined ? {} : { listType }),
    ...(keys === undefined ? {} : { listMapKeys: keys }),
  };
}
