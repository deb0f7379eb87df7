/** JSON that is packed by gzip and written as base64, as helm keeps its releases. */
import { gunzipSync, gzipSync } from 'node:zlib';

/** Base64 of gzip begins so. */
const GZIP = 'H4sI';
/** The same anywhere in text. */
export const PACKED: RegExp = /\bH4sI[A-Za-z0-9+/]{20,}={0,2}/g;
/** What unpacks to more is no release. */
const LIMIT_BYTES = 64 << 20;

/** Whether text may be packed JSON. */
export const looksPacked = (text: string): boolean => text.startsWith(GZIP);

/**
 * The text with its content changed, packed again; the same text where nothing changes. Undefined for text that is no
 * packed JSON.
 */
export function mapPacked(text: string, change: (value: unknown) => unknown): string | undefined {
  let value: unknown;
  try {
    value = JSON.parse(gunzipSync(Buffer.from(text, 'base64'), { maxOutputLength: LIMIT_BYTES }).toString('utf8'));
  } catch {
    return undefined;
  }
  const changed = change(value);
  return changed === value ? text : gzipSync(JSON.stringify(changed)).toString('base64');
}
