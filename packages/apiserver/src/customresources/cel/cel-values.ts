/** From JSON to the values that expressions work on, by the types that the schema gives them. */
import { isJsonObject } from '../../schema/own-property.ts';
import { fieldSchema, itemsOf, type JsonSchema } from '../json-schema.ts';
import { celName } from './cel-names.ts';
import { isEmbedded, withTypeMeta } from './cel-types.ts';
import type { CelModules } from './load-cel.ts';

/** The value of a field. Fields that expressions cannot name are left out. */
export function celValue(value: unknown, given: JsonSchema, modules: CelModules): unknown {
  const schema = isEmbedded(given) ? withTypeMeta(given) : given;
  if (typeof value === 'number') return schema.type !== 'number' && Number.isInteger(value) ? BigInt(value) : value;
  if (typeof value === 'string') return textValue(value, schema, modules);
  if (Array.isArray(value)) {
    const items = itemsOf(schema) ?? {};
    return value.map((item) => celValue(item, items, modules));
  }
  if (!isJsonObject(value)) return value ?? null;
  const isMap = schema.properties === undefined;
  const fields = new Map<string, unknown>();
  for (const [name, field] of Object.entries(value)) {
    const shown = isMap ? name : celName(name);
    if (shown !== undefined) fields.set(shown, celValue(field, fieldSchema(schema, name) ?? {}, modules));
  }
  return fields;
}

function textValue(text: string, { type, format }: JsonSchema, { wkt }: CelModules): unknown {
  if (type !== 'string') return text;
  switch (format) {
    case 'byte':
      return new Uint8Array(Buffer.from(text, 'base64'));
    case 'date':
    case 'date-time':
      return Number.isNaN(Date.parse(text)) ? text : wkt.timestampFromMs(Date.parse(text));
    case 'duration': {
      const ms = durationMs(text);
      return ms === undefined ? text : wkt.durationFromMs(ms);
    }
    default:
      return text;
  }
}

const UNITS_MS: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

function durationMs(text: string): number | undefined {
  let total = 0;
  for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d*)?|\.\d+)\s*([a-zµ]+)/g)) {
    const factor = UNITS_MS[unit ?? ''];
    if (factor === undefined) return undefined;
    total += Number(amount) * factor;
  }
  return Math.round(text.startsWith('-') ? -total : total);
}
