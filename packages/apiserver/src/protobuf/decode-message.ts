/** From messages to JSON values. */
import { formatTime } from '@towtank/apimachinery';
import { type JsonObject, setOwn } from '../schema/own-property.ts';
import { type MessageField, messageType } from './message-type.ts';
import { readFields, WireError, type WireField } from './wire-reader.ts';

/** How deep messages may be nested. */
const MAX_DEPTH = 64;

/** The message as the JSON that its type stands for. Unknown fields are skipped. Throws {@link WireError}. */
export function decodeMessage(bytes: Uint8Array, typeName: string): JsonObject {
  return fill({}, bytes, typeName, 0);
}

function fill(target: JsonObject, bytes: Uint8Array, typeName: string, depth: number): JsonObject {
  const type = messageType(typeName);
  if (type === undefined) throw new WireError(`no type is known as ${typeName}`);
  if (depth > MAX_DEPTH) throw new WireError('messages are nested too deeply');
  for (const { number, value } of readFields(bytes)) {
    const field = type.byNumber.get(number);
    if (field === undefined) continue;
    if (field.name === '@') fill(target, bytesOf(value), field.kind, depth + 1);
    else if (field.shape === 'single') setSingle(target, field, value, depth);
    else if (field.shape === 'list') append(target, field, value, depth);
    else setEntry(target, field, bytesOf(value), depth);
  }
  return target;
}

function setSingle(target: JsonObject, field: MessageField, value: WireField['value'], depth: number): void {
  const decoded = decodeValue(field.kind, value, depth);
  if (decoded === undefined || (field.omitsZero && isZero(decoded))) return;
  setOwn(target, field.name, decoded);
}

const isZero = (value: unknown): boolean =>
  value === '' || value === 0 || value === false || (Array.isArray(value) && value.length === 0);

function append(target: JsonObject, { name, kind }: MessageField, value: WireField['value'], depth: number): void {
  const list = (target[name] ?? []) as unknown[];
  list.push(decodeValue(kind, value, depth));
  target[name] = list;
}

/** An entry of a map is a message of key and value; what is missing is zero. */
function setEntry(target: JsonObject, { name, kind }: MessageField, bytes: Uint8Array, depth: number): void {
  let key = '';
  let value: unknown;
  for (const entry of readFields(bytes)) {
    if (entry.number === 1) key = textOf(entry.value);
    else if (entry.number === 2) value = decodeValue(kind, entry.value, depth);
  }
  const map = (target[name] ?? {}) as JsonObject;
  setOwn(map, key, value ?? decodeValue(kind, new Uint8Array(), depth));
  target[name] = map;
}

function decodeValue(kind: string, value: WireField['value'], depth: number): unknown {
  switch (kind) {
    case 'string':
      return textOf(value);
    case 'int':
      return Number(BigInt.asIntN(64, numberOf(value)));
    case 'bool':
      return numberOf(value) !== 0n;
    case 'double':
      return doubleOf(numberOf(value));
    case 'bytes':
      return Buffer.from(bytesOf(value)).toString('base64');
    case 'strings':
      return readFields(bytesOf(value)).map((item) => textOf(item.value));
    case 'quantity':
      return textOf(readFields(bytesOf(value)).find(({ number }) => number === 1)?.value ?? new Uint8Array());
    case 'time':
    case 'microtime':
      return decodeTime(kind, bytesOf(value));
    case 'intorstring':
      return decodeIntOrString(bytesOf(value));
    case 'json':
      return decodeRaw(bytesOf(value));
    default:
      return fill({}, bytesOf(value), kind, depth + 1);
  }
}

/** A time of no fields is no time at all. */
function decodeTime(kind: 'time' | 'microtime', bytes: Uint8Array): string | undefined {
  const fields = readFields(bytes);
  if (fields.length === 0) return undefined;
  const of = (wanted: number): bigint => numberOf(fields.find(({ number }) => number === wanted)?.value ?? 0n);
  const whole = formatTime(Number(BigInt.asIntN(64, of(1))) * 1000);
  if (kind === 'time') return whole;
  const micros = String(BigInt.asIntN(32, of(2)) / 1000n).padStart(6, '0');
  return `${whole.slice(0, -1)}.${micros}Z`;
}

function decodeIntOrString(bytes: Uint8Array): number | string {
  const fields = new Map(readFields(bytes).map(({ number, value }) => [number, value]));
  if (numberOf(fields.get(1) ?? 0n) === 1n) return textOf(fields.get(3) ?? new Uint8Array());
  return Number(BigInt.asIntN(32, numberOf(fields.get(2) ?? 0n)));
}

/** JSON inside of a message. */
function decodeRaw(bytes: Uint8Array): unknown {
  const raw = readFields(bytes).find(({ number }) => number === 1)?.value;
  if (raw === undefined || bytesOf(raw).length === 0) return undefined;
  try {
    return JSON.parse(textOf(raw));
  } catch {
    throw new WireError('a raw field holds no JSON');
  }
}

function numberOf(value: WireField['value']): bigint {
  if (typeof value !== 'bigint') throw new WireError('wrong wireType = 2 for a number');
  return value;
}

function bytesOf(value: WireField['value']): Uint8Array {
  if (typeof value === 'bigint') throw new WireError('wrong wireType = 0 for bytes');
  return value;
}

const textOf = (value: WireField['value']): string => Buffer.from(bytesOf(value)).toString('utf8');

function doubleOf(bits: bigint): number {
  const view = new DataView(new ArrayBuffer(8));
  view.setBigUint64(0, BigInt.asUintN(64, bits));
  return view.getFloat64(0);
}
