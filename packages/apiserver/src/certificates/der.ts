/** DER, the encoding of certificates: only the types that an X.509 certificate is made of, and only writing. */

const encode = (tag: number, ...parts: readonly Uint8Array[]): Buffer => {
  const content = Buffer.concat(parts);
  return Buffer.concat([Uint8Array.of(tag), lengthOf(content.length), content]);
};

function lengthOf(length: number): Uint8Array {
  if (length < 0x80) return Uint8Array.of(length);
  const bytes: number[] = [];
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) bytes.unshift(rest % 256);
  return Uint8Array.of(0x80 | bytes.length, ...bytes);
}

/** SEQUENCE. */
export const sequence = (...parts: readonly Uint8Array[]): Buffer => encode(0x30, ...parts);

/** SET of one element, as relative distinguished names are. */
export const setOf = (part: Uint8Array): Buffer => encode(0x31, part);

/** BOOLEAN. */
export const boolean = (value: boolean): Buffer => encode(0x01, Uint8Array.of(value ? 0xff : 0));

/** A non-negative INTEGER, big endian. Leading zeros are dropped; one is put back where the sign bit would be set. */
export function integer(bytes: Uint8Array): Buffer {
  let start = 0;
  while (start < bytes.length - 1 && bytes[start] === 0) start += 1;
  const digits = bytes.subarray(start);
  return (digits[0] ?? 0) >= 0x80 ? encode(0x02, Uint8Array.of(0), digits) : encode(0x02, digits);
}

/** OBJECT IDENTIFIER, from its dotted form. */
export function objectIdentifier(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  return encode(0x06, Uint8Array.from([first * 40 + second, ...rest.flatMap(base128)]));
}

function base128(arc: number): number[] {
  const digits = [arc & 0x7f];
  for (let rest = arc >>> 7; rest > 0; rest >>>= 7) digits.unshift((rest & 0x7f) | 0x80);
  return digits;
}

/** UTF8String. */
export const utf8String = (text: string): Buffer => encode(0x0c, Buffer.from(text, 'utf8'));

/** OCTET STRING. */
export const octetString = (content: Uint8Array): Buffer => encode(0x04, content);

/** BIT STRING; `unusedBits` are the low bits of the last byte that do not count. */
export const bitString = (content: Uint8Array, unusedBits = 0): Buffer =>
  encode(0x03, Uint8Array.of(unusedBits), content);

/** UTCTime up to 2049, GeneralizedTime after it, as RFC 5280 asks; whole seconds. */
export function time(epochMs: number): Buffer {
  const digits = `${new Date(epochMs).toISOString().replace(/\D/g, '').slice(0, 14)}Z`;
  return digits < '2050' ? encode(0x17, Buffer.from(digits.slice(2))) : encode(0x18, Buffer.from(digits));
}

/** A context-specific constructed value, `[number]`. */
export const contextConstructed = (number: number, ...parts: readonly Uint8Array[]): Buffer =>
  encode(0xa0 | number, ...parts);

/** A context-specific primitive value, `[number] IMPLICIT`. */
export const contextPrimitive = (number: number, content: Uint8Array): Buffer => encode(0x80 | number, content);
