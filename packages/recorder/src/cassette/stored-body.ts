/** Bytes as a cassette holds them. */
import { createHash } from 'node:crypto';
import type { StoredBody } from './cassette-record.ts';

const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The text of bytes, or undefined where they are not UTF-8. */
export function utf8TextOf(bytes: Uint8Array): string | undefined {
  try {
    return strictUtf8.decode(bytes);
  } catch {
    return undefined;
  }
}

/**
 * Stores bytes so that they can be given back exactly: as JSON where parsing and printing gives the same text, so that
 * a cassette can be read and compared, else as text, else as base64.
 */
export function storeBytes(bytes: Uint8Array): StoredBody {
  const text = utf8TextOf(bytes);
  return text === undefined ? { base64: Buffer.from(bytes).toString('base64') } : storeText(text);
}

/** Stores text; see {@link storeBytes}. */
export function storeText(text: string): StoredBody {
  const end = text.endsWith('\n') ? '\n' : '';
  const trimmed = end === '' ? text : text.slice(0, -1);
  const json = /^[[{]/.test(trimmed) ? parsed(trimmed) : undefined;
  if (json === undefined || JSON.stringify(json) !== trimmed) return { text };
  return end === '' ? { json } : { json, end };
}

/** The bytes of a body that stands in place. Undefined for one that points elsewhere or was not kept. */
export function bytesOf(body: StoredBody): Buffer | undefined {
  if ('json' in body) return Buffer.from(JSON.stringify(body.json) + (body.end ?? ''));
  if ('text' in body) return Buffer.from(body.text);
  if ('base64' in body) return Buffer.from(body.base64, 'base64');
  return undefined;
}

/** The name of a content: `sha256-` and hexadecimal digits. */
export const hashOf = (bytes: Uint8Array): string => `sha256-${createHash('sha256').update(bytes).digest('hex')}`;

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
