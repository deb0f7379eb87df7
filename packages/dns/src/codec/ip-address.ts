/** IP addresses: text, bytes and the names under which DNS keeps their reverse. */
import { isIP } from 'node:net';

const DOT = 0x2e;
const ZERO = 0x30;

/** 4 or 6 for an address, 0 for any other text. A zone index (`%eth0`) makes it no address. */
export const familyOf = (text: string): 0 | 4 | 6 => (text.includes('%') ? 0 : (isIP(text) as 0 | 4 | 6));

/** The bytes of an address: 4 or 16. Throws for a text that is none. */
export function parseIp(text: string): Buffer {
  const family = familyOf(text);
  if (family === 4) return parseIpv4(text);
  if (family === 6) return parseIpv6(text);
  throw new Error(`${JSON.stringify(text)} is not an IP address`);
}

/** The address in canonical text: IPv6 in lower case with its longest run of zeros left out (RFC 5952). */
export function formatIp(bytes: Uint8Array): string {
  if (bytes.length === 4) return `${bytes[0]}.${bytes[1]}.${bytes[2]}.${bytes[3]}`;
  const groups = Array.from({ length: 8 }, (_, at) => ((bytes[at * 2] ?? 0) << 8) | (bytes[at * 2 + 1] ?? 0));
  if (groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff)
    return `::ffff:${formatIp(bytes.subarray(12))}`;
  const { start, length } = longestZeros(groups);
  const hex = groups.map((group) => group.toString(16));
  if (length < 2) return hex.join(':');
  return `${hex.slice(0, start).join(':')}::${hex.slice(start + length).join(':')}`;
}

/** The canonical text of an address; any other text is returned as it is. */
export function canonicalIp(text: string): string {
  return familyOf(text) === 6 ? formatIp(parseIp(text)) : text;
}

/** The name under which a PTR query asks for the address: `1.0.6.10.in-addr.arpa`. */
export function reverseNameOf(address: string): string {
  const bytes = parseIp(address);
  if (bytes.length === 4) return `${[...bytes].reverse().join('.')}.in-addr.arpa`;
  return `${[...bytes.toString('hex')].reverse().join('.')}.ip6.arpa`;
}

/** The address that a full reverse name stands for, in canonical text; undefined for any other name. */
export function addressOfReverseName(name: string): string | undefined {
  if (name.endsWith('.in-addr.arpa')) {
    const text = name.slice(0, -'.in-addr.arpa'.length).split('.').reverse().join('.');
    return familyOf(text) === 4 ? text : undefined;
  }
  if (!name.endsWith('.ip6.arpa')) return undefined;
  const digits = name.slice(0, -'.ip6.arpa'.length).split('.');
  if (digits.length !== 32 || !digits.every((digit) => /^[0-9a-f]$/.test(digit))) return undefined;
  return formatIp(Buffer.from(digits.reverse().join(''), 'hex'));
}

/**
 * The reverse zones of a range, rounded up to whole labels: `10.96.0.0/12` gives the sixteen zones from
 * `96.10.in-addr.arpa`. A text that is no range is taken for the name of a zone. Throws for a malformed range.
 */
export function reverseZonesOf(range: string): string[] {
  const [address = '', prefixText] = range.split('/');
  if (prefixText === undefined) return [range.toLowerCase()];
  const bytes = parseIp(address);
  const prefix = Number(prefixText);
  if (!/^\d+$/.test(prefixText) || prefix > bytes.length * 8)
    throw new Error(`${JSON.stringify(range)} is not an address range`);
  const bitsPerLabel = bytes.length === 4 ? 8 : 4;
  const labels =
    bytes.length === 4 ? [...bytes] : [...bytes.toString('hex')].map((digit) => Number.parseInt(digit, 16));
  const kept = Math.ceil(prefix / bitsPerLabel);
  const free = kept * bitsPerLabel - prefix;
  const last = ((labels[kept - 1] ?? 0) >> free) << free;
  const suffix = bytes.length === 4 ? 'in-addr.arpa' : 'ip6.arpa';
  const text = (label: number): string => label.toString(bytes.length === 4 ? 10 : 16);
  const parents = labels.slice(0, Math.max(0, kept - 1)).map(text);
  if (kept === 0) return [suffix];
  return Array.from({ length: 1 << free }, (_, step) =>
    [...parents, text(last + step)].reverse().concat(suffix).join('.'),
  );
}

function parseIpv4(text: string): Buffer {
  const bytes = Buffer.allocUnsafe(4);
  let [at, value] = [0, 0];
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code === DOT) [bytes[at++], value] = [value, 0];
    else value = value * 10 + code - ZERO;
  }
  bytes[at] = value;
  return bytes;
}

function parseIpv6(text: string): Buffer {
  const dotted = text.lastIndexOf(':') + 1;
  const [head, tail] = text.includes('.')
    ? [text.slice(0, dotted), parseIp(text.slice(dotted))]
    : [text, Buffer.alloc(0)];
  const [left = '', right] = (tail.length > 0 && !head.endsWith('::') ? head.slice(0, -1) : head).split('::');
  const groups = (part: string): number[] =>
    part === '' ? [] : part.split(':').map((hex) => Number.parseInt(hex, 16));
  const [before, after] = [groups(left), groups(right ?? '')];
  const zeros = 8 - tail.length / 2 - before.length - after.length;
  const bytes = Buffer.alloc(16);
  [...before, ...new Array<number>(Math.max(0, zeros)).fill(0), ...after].forEach((group, at) => {
    bytes.writeUInt16BE(group, at * 2);
  });
  tail.copy(bytes, 12);
  return bytes;
}

function longestZeros(groups: readonly number[]): { start: number; length: number } {
  let best = { start: -1, length: 0 };
  for (let at = 0; at < 8; at += 1) {
    let length = 0;
    while (groups[at + length] === 0) length += 1;
    if (length > best.length) best = { start: at, length };
    at += length;
  }
  return best;
}
