/** Fields of objects whose names come from clients. */

/** A JSON object. */
export type JsonObject = { [field: string]: unknown };

/** Whether a value is a JSON object: neither null nor a list. */
export const isJsonObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Sets a field of its own, whatever its name: a plain assignment to `__proto__` would change the prototype instead. */
export function setOwn(target: JsonObject, field: string, value: unknown): void {
  if (field === '__proto__')
    Object.defineProperty(target, field, { value, writable: true, enumerable: true, configurable: true });
  else target[field] = value;
}

/** A copy of a JSON value that shares nothing with it. */
export function copyJson<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(copyJson) as T;
  const copy: JsonObject = {};
  for (const field of Object.keys(value)) setOwn(copy, field, copyJson((value as JsonObject)[field]));
  return copy as T;
}
