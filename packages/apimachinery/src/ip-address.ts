/** IP addresses: what is one, its bytes and its canonical text. */
import { isIP } from 'node:net';

/** The families of addresses, as Services name them. */
export type IpFamily = 'IPv4' | 'IPv6';

const SLOPPY_QUAD = /\d+\.\d+\.\d+\.\d+$/;
const DOT = 0x2e;
const ZERO = 0x30;

/** 4 or 6 for an address, 0 for any other text. Leading zeros and a zone index (`%eth0`) make it no address. */
export const ipVersionOf = (text: string): 0 | 4 | 6 => (text.includes('%') ? 0 : (isIP(text) as 0 | 4 | 6));

/** The family of an address; undefined for text that {@link ipVersionOf} takes for none. */
export function ipFamilyOf(text: string): IpFamily | undefined {
  const version = ipVersionOf(text);
  return version === 0 ? undefined : version === 4 ? 'IPv4' : 'IPv6';
}

/** The bytes of an address: 4 or 16. Throws for a text that is none. */
export function parseIp(text: string): Buffer {
  const version = ipVersionOf(text);
  if (version === 4) return parseIpv4(text);
  if (version === 6) return parseIpv6(text);
  throw new Error(`${JSON.stringify(text)} is not an IP address`);
}

/**
 * The address in canonical text (RFC 5952): IPv6 in lower case with its longest run of zeros left out, IPv4 inside IPv6
 * in dots.
 */
export function formatIp(bytes: Uint8Array): string {
  if (bytes.length === 4) return `${bytes[0]}.${bytes[1]}.${bytes[2]}.${bytes[3]}`;
  if (isMapped(bytes)) return `::ffff:${formatIp(bytes.subarray(12))}`;
  const groups = Array.from({ length: 8 }, (_, at) => ((bytes[at * 2] ?? 0) << 8) | (bytes[at * 2 + 1] ?? 0));
  const { start, length } = longestZeros(groups);
  const hex = groups.map((group) => group.toString(16));
  if (length < 2) return hex.join(':');
  return `${hex.slice(0, start).join(':')}::${hex.slice(start + length).join(':')}`;
}

/** The canonical text of an address; undefined for text that is none. */
export function canonicalIp(text: string): string | undefined {
  const version = ipVersionOf(text);
  if (version === 0) return undefined;
  return version === 4 ? text : formatIp(parseIpv6(text));
}

/**
 * The canonical text of an address that fields of long standing may spell in ways of their own: leading zeros go and do
 * not mean octal, IPv4 inside IPv6 is IPv4. Undefined for what is no address even so.
 */
export function canonicalLegacyIp(text: string): string | undefined {
  if (ipVersionOf(text) === 4) return text;
  const bare = withoutLeadingZeros(text);
  const version = ipVersionOf(bare);
  if (version !== 6) return version === 4 ? bare : undefined;
  const bytes = parseIpv6(bare);
  return formatIp(isMapped(bytes) ? bytes.subarray(12) : bytes);
}

/** Whether the text is an IPv4 address written as one of IPv6: `::ffff:10.0.0.1`. */
export const isMappedIp = (text: string): boolean => ipVersionOf(text) === 6 && isMapped(parseIpv6(text));

/** The text with its IPv4 part in plain decimal: `010.0.0.1` gives `10.0.0.1`. */
export const withoutLeadingZeros = (text: string): string =>
  text.replace(SLOPPY_QUAD, (quad) =>
    quad
      .split('.')
      .map((part) => part.replace(/^0+(?=\d)/, ''))
      .join('.'),
  );

const isMapped = (bytes: Uint8Array): boolean =>
  bytes.length === 16 && bytes[10] === 0xff && bytes[11] === 0xff && bytes.subarray(0, 10).every((byte) => byte === 0);

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
    ? [text.slice(0, dotted), parseIpv4(text.slice(dotted))]
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
