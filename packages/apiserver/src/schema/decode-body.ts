/** The bytes of a request body as a value. */
import { badRequest } from '@towtank/apimachinery';
import { findDuplicates } from './json-duplicates.ts';
import { jsonSyntaxError } from './json-syntax-error.ts';
import { type YamlReader, yamlToJson } from './yaml-body.ts';

/** A body as a value, with what strict decoding has to say of its text. */
export interface DecodedBody {
  readonly value: unknown;
  /** Strict errors: fields that stand twice. The last one counts. */
  readonly duplicates: readonly string[];
  /** Where each field stands, by its path and by its error; only known when something stands twice. */
  readonly positions?: ReadonlyMap<string, number>;
}

/** A body that cannot be read at all. The message is that of the real parser, without what Kubernetes puts around it. */
export class BodySyntaxError extends Error {
  override readonly name = 'BodySyntaxError';
}

/** How deep a body may nest: far beyond any real object, within what recursive walks bear. */
const MAX_DEPTH = 1000;

/** Reads a body. Throws {@link BodySyntaxError}. */
export function decodeBody(
  bytes: Uint8Array,
  mediaType: 'application/json' | 'application/yaml',
  yaml?: YamlReader,
): DecodedBody {
  if (mediaType === 'application/json') return decodeJson(bytes);
  if (yaml === undefined) throw badRequest('the YAML reader is not loaded');
  return yamlToJson(Buffer.from(bytes).toString(), yaml, (message) => new BodySyntaxError(message));
}

/** A YAML body that is JSON, as most are, without the need for a YAML reader; undefined when it must be read as YAML. */
export function decodeYamlAsJson(bytes: Uint8Array): DecodedBody | undefined {
  if (bytes[0] !== 0x7b) return undefined;
  try {
    const body = decodeJson(bytes);
    return body.duplicates.length === 0 ? body : undefined;
  } catch (reason) {
    if (reason instanceof BodySyntaxError) return undefined;
    throw reason;
  }
}

function decodeJson(bytes: Uint8Array): DecodedBody {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const members = countMembers(buffer);
  const text = buffer.toString();
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new BodySyntaxError(jsonSyntaxError(bytes), { cause });
  }
  if (countKeys(value) === members) return { value, duplicates: [] };
  return { value, ...findDuplicates(text) };
}

const QUOTE = 34;
const COLON = 58;
const BACKSLASH = 92;

/** How many members the objects of a JSON text have, repeated ones included. Throws when the text nests too deep. */
function countMembers(text: Buffer): number {
  let members = 0;
  let depth = 0;
  for (let at = 0; at < text.length; at += 1) {
    const byte = text[at];
    if (byte === QUOTE) at = endOfString(text, at);
    else if (byte === COLON) members += 1;
    else if (byte === 123 || byte === 91) {
      depth += 1;
      if (depth > MAX_DEPTH) throw new BodySyntaxError('exceeded max depth');
    } else if (byte === 125 || byte === 93) depth -= 1;
  }
  return members;
}

/** Strings up to here are looked through byte by byte, which takes less time than a call out of JavaScript. */
const SHORT = 64;

/** Where a string that begins at `start` ends; the end of the text when it does not. */
function endOfString(text: Buffer, start: number): number {
  const far = start + SHORT;
  let at = start + 1;
  for (; at < far; at += 1) {
    const byte = text[at];
    if (byte === QUOTE) return at;
    if (byte === BACKSLASH) at += 1;
  }
  return endOfLongString(text, at);
}

/** The same from within the string, where no escape has begun. */
function endOfLongString(text: Buffer, from: number): number {
  let end = text.indexOf(QUOTE, from);
  while (end >= 0) {
    let backslashes = 0;
    while (end - backslashes > from && text[end - 1 - backslashes] === BACKSLASH) backslashes += 1;
    if (backslashes % 2 === 0) return end;
    end = text.indexOf(QUOTE, end + 1);
  }
  return text.length;
}

function countKeys(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  let keys = 0;
  if (Array.isArray(value)) {
    for (const item of value) if (typeof item === 'object') keys += countKeys(item);
    return keys;
  }
  for (const key in value) {
    const item = (value as Record<string, unknown>)[key];
    keys += typeof item === 'object' ? 1 + countKeys(item) : 1;
  }
  return keys;
}
