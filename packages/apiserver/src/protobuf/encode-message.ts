/** From JSON values to messages, byte for byte as Go writes them: fields by their numbers, maps by their keys. */
import { isJsonObject, type JsonObject } from '../schema/own-property.ts';
import { type MessageField, messageType } from './message-type.ts';
import { WireWriter } from './wire-writer.ts';

/** The message of a type that stands for a value. Fields that the type does not know are left out. */
export function encodeMessage(value: JsonObject, typeName: string): Buffer {
  const writer = new WireWriter();
  writeFields(writer, value, typeName);
  return writer.finish();
}

function writeFields(writer: WireWriter, value: JsonObject, typeName: string): void {
  const type = messageType(typeName);
  if (type === undefined) throw new Error(`no type is known as ${typeName}`);
  for (const [number, field] of type.descending) {
    if (field.name === '@') writeValue(writer, number, field.kind, value);
    else if (Object.hasOwn(value, field.name)) writeField(writer, number, field, value[field.name]);
    else if (field.omitsZero) writeZero(writer, number, field);
  }
}

function writeField(writer: WireWriter, number: number, field: MessageField, value: unknown): void {
  if (value === null || value === undefined) {
    if (field.omitsZero) writeZero(writer, number, field);
  } else if (field.shape === 'single') writeValue(writer, number, field.kind, value);
  else if (field.shape === 'list') {
    for (const item of [...(value as unknown[])].reverse()) writeValue(writer, number, field.kind, item);
  } else writeMap(writer, number, field.kind, value as JsonObject);
}

/** Go has no way to say that these are not set, so it always writes them; bytes may be nil. */
function writeZero(writer: WireWriter, number: number, { kind, shape }: MessageField): void {
  if (shape !== 'single' || kind === 'bytes') return;
  writer.varint(0);
  writer.tag(number, kind === 'int' || kind === 'bool' ? 0 : 2);
}

function writeMap(writer: WireWriter, number: number, kind: string, map: JsonObject): void {
  for (const key of Object.keys(map).sort().reverse()) {
    const start = writer.length;
    writeValue(writer, 2, kind, map[key]);
    writeText(writer, 1, key);
    writer.delimit(number, start);
  }
}

function writeValue(writer: WireWriter, number: number, kind: string, value: unknown): void {
  switch (kind) {
    case 'string':
      return writeText(writer, number, String(value));
    case 'int':
      return writeInt(writer, number, Number(value));
    case 'bool':
      return writeInt(writer, number, value === true ? 1 : 0);
    case 'double':
      writer.double(Number(value));
      return writer.tag(number, 1);
    default: {
      const start = writer.length;
      writeNested(writer, kind, value);
      writer.delimit(number, start);
    }
  }
}

/** The inside of a value that has a length. */
function writeNested(writer: WireWriter, kind: string, value: unknown): void {
  switch (kind) {
    case 'bytes':
      return writer.bytes(Buffer.from(String(value), 'base64'));
    case 'strings':
      for (const item of [...(value as unknown[])].reverse()) writeText(writer, 1, String(item));
      return;
    case 'quantity':
      return writeText(writer, 1, String(value));
    case 'json':
      return writeText(writer, 1, JSON.stringify(value));
    case 'time':
    case 'microtime':
      return writeTime(writer, kind, value);
    case 'intorstring':
      return writeIntOrString(writer, value);
    default:
      return writeFields(writer, isJsonObject(value) ? value : {}, kind);
  }
}

function writeText(writer: WireWriter, number: number, text: string): void {
  const start = writer.length;
  writer.text(text);
  writer.delimit(number, start);
}

function writeInt(writer: WireWriter, number: number, value: number): void {
  writer.varint(value);
  writer.tag(number, 0);
}

/** Seconds, and what is left of the last one in nanoseconds; times of whole seconds say that it is none. */
function writeTime(writer: WireWriter, kind: 'time' | 'microtime', value: unknown): void {
  const text = String(value);
  const milliseconds = Date.parse(text);
  if (Number.isNaN(milliseconds)) return;
  const [, fraction = ''] = /\.(\d+)/.exec(text) ?? [];
  writeInt(writer, 2, kind === 'time' ? 0 : Number(fraction.slice(0, 6).padEnd(6, '0')) * 1000);
  writeInt(writer, 1, Math.floor(milliseconds / 1000));
}

function writeIntOrString(writer: WireWriter, value: unknown): void {
  const isText = typeof value === 'string';
  writeText(writer, 3, isText ? value : '');
  writeInt(writer, 2, isText ? 0 : Number(value));
  writeInt(writer, 1, isText ? 1 : 0);
}
