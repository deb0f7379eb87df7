/** Short names for contents: hashes of pod templates and revisions. */

const SAFE_ALPHABET = 'bcdfghjklmnpqrstvwxz2456789';

/**
 * A hash of a value, as Kubernetes writes them into names: FNV-1a, its decimal digits spelled in letters that make no
 * words. Equal values give equal hashes whatever the order of their fields. `collisions` gives a fresh hash for the
 * same value.
 */
export function templateHash(value: unknown, collisions = 0): string {
  const text = canonicalJson(value) + (collisions > 0 ? `/${collisions}` : '');
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return safeEncode(String(hash >>> 0));
}

/** Text in letters and digits that cannot spell a word. */
export const safeEncode = (text: string): string =>
  Array.from(text, (char) => SAFE_ALPHABET[char.charCodeAt(0) % SAFE_ALPHABET.length]).join('');

/** JSON with sorted fields; what counts as unset in Kubernetes (undefined, null) is left out. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value ?? null);
  const fields = Object.entries(value)
    .filter(([, field]) => field !== undefined && field !== null)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, field]) => `${JSON.stringify(name)}:${canonicalJson(field)}`);
  return `{${fields.join(',')}}`;
}

/** Whether two values are the same to Kubernetes, where an unset field equals an empty list or map. */
export function semanticEqual(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (isEmpty(a) && isEmpty(b)) return true;
  if (Array.isArray(a) && Array.isArray(b))
    return a.length === b.length && a.every((item, at) => semanticEqual(item, b[at]));
  if (!isRecord(a) || !isRecord(b)) return false;
  for (const name of Object.keys(a)) if (!semanticEqual(a[name], b[name])) return false;
  for (const name of Object.keys(b)) if (!(name in a) && !isEmpty(b[name])) return false;
  return true;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isEmpty = (value: unknown): boolean =>
  value === undefined ||
  value === null ||
  (Array.isArray(value) ? value.length === 0 : typeof value === 'object' && Object.keys(value).length === 0);
