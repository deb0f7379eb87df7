/** Values as Go's `%v` prints them, which is how they stand in some messages. */
import { isJsonObject } from '../schema/own-property.ts';

/** `map[a:1 b:[x y]]`: maps by sorted key, texts without quotes. */
export function formatGoValue(value: unknown): string {
  if (value === null || value === undefined) return '<nil>';
  if (Array.isArray(value)) return `[${value.map(formatGoValue).join(' ')}]`;
  if (isJsonObject(value)) {
    const fields = Object.keys(value).sort();
    return `map[${fields.map((field) => `${field}:${formatGoValue(value[field])}`).join(' ')}]`;
  }
  return String(value);
}

/** The Go type that a JSON value is read into. */
export function goTypeOfValue(value: unknown): string {
  if (value === null || value === undefined) return '%!s(<nil>)';
  if (Array.isArray(value)) return '[]interface {}';
  if (isJsonObject(value)) return 'map[string]interface {}';
  if (typeof value === 'number') return Number.isInteger(value) ? 'int64' : 'float64';
  return typeof value === 'boolean' ? 'bool' : 'string';
}
