/**
 * Domain names as text: labels joined by dots, no dot at the end, `.` for the root. A dot or backslash inside a label is
 * written `\.` or `\\`, any other byte outside of printable ASCII as `\DDD`, so that every name survives the way from the
 * wire to the wire.
 */

const DOT = 0x2e;
const BACKSLASH = 0x5c;
const MAX_NAME_BYTES = 255;
const MAX_LABEL_BYTES = 63;

/** Reads the name at `offset`, following compression pointers. `end` is where the next field starts. */
export function readName(bytes: Buffer, offset: number): { readonly name: string; readonly end: number } {
  let name = '';
  let end = -1;
  let length = 1;
  let at = offset;
  let lowest = offset;
  for (;;) {
    const size = byteAt(bytes, at);
    if (size === 0) return { name: name === '' ? '.' : name, end: end < 0 ? at + 1 : end };
    if ((size & 0xc0) === 0xc0) {
      const target = ((size & 0x3f) << 8) | byteAt(bytes, at + 1);
      // A pointer may only lead back; otherwise two of them could chase each other.
      if (target >= lowest) throw new Error('a compression pointer does not point back');
      if (end < 0) end = at + 2;
      at = target;
      lowest = target;
      continue;
    }
    if (size > MAX_LABEL_BYTES) throw new Error('a label is longer than 63 bytes');
    length += size + 1;
    if (length > MAX_NAME_BYTES) throw new Error('a name is longer than 255 bytes');
    if (at + 1 + size > bytes.length) throw new Error('a name ends beyond the message');
    const label = labelText(bytes, at + 1, size);
    name = name === '' ? label : `${name}.${label}`;
    at += size + 1;
  }
}

/** The labels of a name, still in text form. The root has none; a dot at the end is tolerated. */
export function labelsOf(name: string): string[] {
  if (name === '.' || name === '') return [];
  const labels = name.includes('\\') ? splitEscaped(name) : name.split('.');
  if (labels[labels.length - 1] === '') labels.pop();
  return labels;
}

/** The bytes of one label. Throws where it is empty or longer than 63 bytes. */
export function labelBytes(label: string): Buffer {
  const bytes = label.includes('\\') ? unescapeLabel(label) : Buffer.from(label, 'utf8');
  if (bytes.length === 0 || bytes.length > MAX_LABEL_BYTES) throw new Error(`invalid label ${JSON.stringify(label)}`);
  return bytes;
}

/** The name without a dot at its end; the root stays `.`. */
export const withoutDot = (name: string): string =>
  name.length > 1 && name.endsWith('.') && !name.endsWith('\\.') ? name.slice(0, -1) : name;

/** Whether two names are the same: DNS does not tell cases apart. */
export const sameName = (a: string, b: string): boolean => a === b || a.toLowerCase() === b.toLowerCase();

/** Whether `name` is `zone` or below it. Both in lower case. */
export function isInZone(name: string, zone: string): boolean {
  if (zone === '.' || name === zone) return true;
  const at = name.length - zone.length - 1;
  return at > 0 && name.charCodeAt(at) === DOT && name.endsWith(zone) && name.charCodeAt(at - 1) !== BACKSLASH;
}

function byteAt(bytes: Buffer, at: number): number {
  const byte = bytes[at];
  if (byte === undefined) throw new Error('a name ends beyond the message');
  return byte;
}

function labelText(bytes: Buffer, start: number, size: number): string {
  for (let at = start; at < start + size; at += 1) {
    const byte = bytes[at] ?? 0;
    if (byte <= 0x20 || byte >= 0x7f || byte === DOT || byte === BACKSLASH) return escapeLabel(bytes, start, size);
  }
  return bytes.toString('latin1', start, start + size);
}

function escapeLabel(bytes: Buffer, start: number, size: number): string {
  let text = '';
  for (const byte of bytes.subarray(start, start + size)) {
    if (byte === DOT || byte === BACKSLASH) text += `\\${String.fromCharCode(byte)}`;
    else if (byte <= 0x20 || byte >= 0x7f) text += `\\${String(byte).padStart(3, '0')}`;
    else text += String.fromCharCode(byte);
  }
  return text;
}

function splitEscaped(name: string): string[] {
  const labels: string[] = [];
  let label = '';
  for (let at = 0; at < name.length; at += 1) {
    const char = name.charAt(at);
    if (char === '.') {
      labels.push(label);
      label = '';
    } else if (char === '\\') {
      label += char + name.charAt(at + 1);
      at += 1;
    } else label += char;
  }
  labels.push(label);
  return labels;
}

function unescapeLabel(label: string): Buffer {
  const bytes: number[] = [];
  for (let at = 0; at < label.length; at += 1) {
    if (label.charCodeAt(at) !== BACKSLASH) {
      bytes.push(...Buffer.from(label.charAt(at), 'utf8'));
      continue;
    }
    const digits = label.slice(at + 1, at + 4);
    const decimal = /^\d{3}$/.test(digits);
    bytes.push(decimal ? Number(digits) & 0xff : label.charCodeAt(at + 1) & 0xff);
    at += decimal ? 3 : 1;
  }
  return Buffer.from(bytes);
}
