/** Seeded randomness: the same seed gives the same uids, names and addresses. */

/** A source of random values. */
export interface Random {
  /** A float in [0, 1). */
  next(): number;
  /** An integer in [0, below). */
  int(below: number): number;
  /** A UUID, version 4. */
  uuid(): string;
  /** A suffix for generated names, from the alphabet that Kubernetes uses. */
  suffix(length: number): string;
  /** An independent source, derived from this one's seed and the label: its values do not depend on call order. */
  fork(label: string): Random;
}

const SAFE_ALPHABET = 'bcdfghjklmnpqrstvwxz2456789';
const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/** A Random of the sfc32 family. The seed is any text; equal texts give equal sequences. */
export function seededRandom(seed: string): Random {
  let [a, b, c, d] = [hash(`${seed}a`), hash(`${seed}b`), hash(`${seed}c`), 1];
  const uint32 = (): number => {
    const t = (((a + b) | 0) + d) | 0;
    d = (d + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + t;
    return t >>> 0;
  };
  for (let round = 0; round < 12; round += 1) uint32();
  const int = (below: number): number => Math.floor((uint32() / 0x1_0000_0000) * below);
  return {
    next: () => uint32() / 0x1_0000_0000,
    int,
    uuid: () => formatUuid(uint32(), uint32(), uint32(), uint32()),
    suffix(length) {
      let text = '';
      for (let at = 0; at < length; at += 1) text += SAFE_ALPHABET[int(SAFE_ALPHABET.length)];
      return text;
    },
    fork: (label) => seededRandom(`${seed}/${label}`),
  };
}

function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) value = Math.imul(value ^ text.charCodeAt(at), 0x01000193);
  return value | 0;
}

const hex = (word: number, shift: number): string => HEX[(word >>> shift) & 0xff] ?? '';
const hex4 = (word: number): string => hex(word, 8) + hex(word, 0);

function formatUuid(a: number, b: number, c: number, d: number): string {
  const version = (b & 0x0fff) | 0x4000;
  const variant = ((c >>> 16) & 0x3fff) | 0x8000;
  return `${hex4(a >>> 16)}${hex4(a)}-${hex4(b >>> 16)}-${hex4(version)}-${hex4(variant)}-${hex4(c)}${hex4(d >>> 16)}${hex4(d)}`;
}
