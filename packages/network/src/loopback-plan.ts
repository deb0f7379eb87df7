/** Real stand-ins for virtual addresses: on Linux all of 127.0.0.0/8 is this machine, so every address can have one. */
import { isIPv4 } from 'node:net';

/** A mapping of virtual IPv4 ranges into 127.0.0.0/8. */
export interface LoopbackPlan {
  /** The real address of a virtual one; nothing for those outside the plan. */
  toLoopback(ip: string): string | undefined;
  /** The virtual address of a real one; nothing for those outside the plan. */
  toVirtual(ip: string): string | undefined;
}

/** Where the stand-ins begin: beyond the addresses that programs are known to use. */
const FIRST = toNumber('127.64.0.0');
const LAST = toNumber('127.255.255.255');

interface PlannedRange {
  readonly virtual: number;
  readonly loopback: number;
  readonly size: number;
}

/**
 * A plan that lays the ranges one behind the other from 127.64.0.0 on, each address at its own offset. Throws where they
 * do not fit, and for ranges that are not IPv4.
 */
export function loopbackPlan(ranges: readonly string[]): LoopbackPlan {
  let next = FIRST;
  const planned = ranges.map((range): PlannedRange => {
    const [ip = '', prefix = '32'] = range.split('/');
    if (!isIPv4(ip)) throw new TypeError(`"${range}" is not an IPv4 range`);
    const size = 2 ** (32 - Number(prefix));
    const loopback = Math.ceil(next / size) * size;
    next = loopback + size;
    if (next - 1 > LAST) throw new RangeError(`"${range}" does not fit into 127.0.0.0/8`);
    return { virtual: Math.floor(toNumber(ip) / size) * size, loopback, size };
  });
  const translate = (ip: string, from: 'virtual' | 'loopback', to: 'virtual' | 'loopback'): string | undefined => {
    if (!isIPv4(ip)) return undefined;
    const number = toNumber(ip);
    const range = planned.find((each) => number >= each[from] && number < each[from] + each.size);
    return range === undefined ? undefined : toText(number - range[from] + range[to]);
  };
  return {
    toLoopback: (ip) => translate(ip, 'virtual', 'loopback'),
    toVirtual: (ip) => translate(ip, 'loopback', 'virtual'),
  };
}

function toNumber(ip: string): number {
  return ip.split('.').reduce((number, byte) => number * 256 + Number(byte), 0);
}

const toText = (number: number): string => [24, 16, 8, 0].map((shift) => (number >>> shift) & 0xff).join('.');
