/** IP addresses as numbers, for ranges and canonical texts. */
import { isIP } from 'node:net';
import type { IpFamily } from './service.ts';

/** The family of an address; undefined for text that is none. Leading zeros are not accepted. */
export const ipFamilyOf = (text: string): IpFamily | undefined =>
  isIP(text) === 4 ? 'IPv4' : isIP(text) === 6 && !text.includes('%') ? 'IPv6' : undefined;

/** The value of an address. The text must be one. */
export function ipToNumber(text: string): bigint {
  if (isIP(text) === 4) return text.split('.').reduce((value, part) => value * 256n + BigInt(part), 0n);
  const [head = '', tail] = withoutDottedQuad(text).split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? [] : new Array<string>(8 - left.length - right.length).fill('0');
  return [...left, ...zeros, ...right].reduce((value, group) => value * 65536n + BigInt(`0x${group}`), 0n);
}

function withoutDottedQuad(text: string): string {
  const quad = /(\d+\.\d+\.\d+\.\d+)$/.exec(text)?.[1];
  if (quad === undefined) return text;
  const value = ipToNumber(quad);
  return `${text.slice(0, -quad.length)}${(value >> 16n).toString(16)}:${(value & 0xffffn).toString(16)}`;
}

/** The canonical text of an address. */
export function formatIp(value: bigint, family: IpFamily): string {
  if (family === 'IPv4') return [24n, 16n, 8n, 0n].map((shift) => (value >> shift) & 255n).join('.');
  const groups = Array.from({ length: 8 }, (_, at) => ((value >> BigInt(112 - 16 * at)) & 0xffffn).toString(16)).join(
    ':',
  );
  const longest = (groups.match(/\b0(?::0)+\b/g) ?? []).sort((a, b) => b.length - a.length)[0];
  if (longest === undefined) return groups;
  return groups.replace(longest, ':').replace(/:{3,}/, '::').replace(/^:$/, '::');
}

/** A range of addresses. */
export interface IpRange {
  readonly family: IpFamily;
  readonly base: bigint;
  readonly size: bigint;
}

/** Parses `10.96.0.0/16`; undefined for text that is no CIDR. */
export function parseCidr(text: string): IpRange | undefined {
  const [address = '', bits = ''] = text.split('/');
  const family = ipFamilyOf(address);
  const width = family === 'IPv4' ? 32 : 128;
  if (family === undefined || !/^\d{1,3}$/.test(bits) || Number(bits) > width) return undefined;
  const size = 1n << BigInt(width - Number(bits));
  const value = ipToNumber(address);
  return { family, base: value - (value % size), size };
}

/** Whether an address lies in a range. */
export const rangeContains = ({ family, base, size }: IpRange, text: string): boolean => {
  if (ipFamilyOf(text) !== family) return false;
  const value = ipToNumber(text);
  return value >= base && value < base + size;
};
