/** Defaults of custom resources: each one that the schema states, wherever the value is absent. */
import { copyJson, isJsonObject, type JsonObject } from './own-property.ts';
import type { Schema } from './schema-table.ts';

/** Changes a custom resource in place. A null that may not be null counts as absent. */
export function applyStructuralDefaults(value: unknown, schema: Schema): void {
  if (Array.isArray(value)) {
    if (schema.items !== undefined) for (const item of value) applyStructuralDefaults(item, schema.items);
    return;
  }
  if (!isJsonObject(value)) return;
  for (const [field, property] of Object.entries(schema.properties ?? {})) fillField(value, field, property);
  const { additionalProperties } = schema;
  if (additionalProperties === undefined) return;
  for (const field of Object.keys(value))
    if (schema.properties?.[field] === undefined) applyStructuralDefaults(value[field], additionalProperties);
}

function fillField(value: JsonObject, field: string, property: Schema): void {
  const given = value[field];
  const absent = given === undefined || (given === null && property.nullable !== true);
  if (absent && property.default !== undefined) value[field] = copyJson(property.default);
  else if (given === null && absent && property.ref === undefined) delete value[field];
  applyStructuralDefaults(value[field], property);
}
