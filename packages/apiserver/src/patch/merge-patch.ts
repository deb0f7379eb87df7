/** JSON merge patch (RFC 7386). */
import { copyJson, isJsonObject, type JsonObject, setOwn } from '../schema/own-property.ts';

/** The target with the patch applied: a value of its own that shares nothing with the patch. */
export function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isJsonObject(patch)) return copyJson(patch);
  const merged: JsonObject = isJsonObject(target) ? { ...target } : {};
  for (const field of Object.keys(patch)) {
    const value = patch[field];
    if (value === null) delete merged[field];
    else setOwn(merged, field, mergePatch(Object.hasOwn(merged, field) ? merged[field] : undefined, value));
  }
  return merged;
}
