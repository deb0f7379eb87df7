/** Rules for addresses and ranges that must stand in their canonical form. */
import { isIP } from 'node:net';
import { type FieldError, invalidValue } from '@towtank/apimachinery';
import { ipErrors } from '../endpoints/address-errors.ts';
import { formatIp, ipFamilyOf, ipToNumber, parseCidr } from '../service/ip-address.ts';
import type { Errors } from './field-rules.ts';

const BAD_CIDR = 'must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)';
const LEADING_ZEROS = /(^|[./])0\d/;

/** A usable address, of whichever spelling. */
export const checkIp = (errors: Errors, field: string, ip: string | undefined): void =>
  void errors.push(...ipErrors(field, ip ?? ''));

/** An address in its canonical form. */
export function checkCanonicalIp(errors: Errors, field: string, ip: string): void {
  const problems = ipErrors(field, ip);
  const family = ipFamilyOf(ip);
  if (problems.length === 0 && family !== undefined) {
    const canonical = formatIp(ipToNumber(ip), family);
    if (canonical !== ip) problems.push(invalidValue(field, ip, `must be in canonical form ("${canonical}")`));
  }
  errors.push(...problems);
}

/** A range; its address must not have bits beyond the prefix. */
export const checkCidr = (errors: Errors, field: string, cidr: string): void =>
  void errors.push(...cidrErrors(field, cidr));

function cidrErrors(field: string, cidr: string): FieldError[] {
  const [address = '', bits = ''] = cidr.split('/');
  if (LEADING_ZEROS.test(cidr) && isIP(address.split('.').map(Number).join('.')) === 4)
    return [invalidValue(field, cidr, 'must not have leading 0s in IP or prefix length')];
  const range = parseCidr(cidr);
  if (range === undefined || bits === '') return [invalidValue(field, cidr, BAD_CIDR)];
  if (/^::ffff:[\d.]+$/i.test(address)) return [invalidValue(field, cidr, 'must not have an IPv4-mapped IPv6 address')];
  if (ipToNumber(address) !== range.base)
    return [invalidValue(field, cidr, 'must not have bits set beyond the prefix length')];
  return [];
}

/** A range in its canonical form. */
export function checkCanonicalCidr(errors: Errors, field: string, cidr: string): void {
  const problems = cidrErrors(field, cidr);
  const range = parseCidr(cidr);
  if (problems.length === 0 && range !== undefined) {
    const canonical = `${formatIp(range.base, range.family)}/${cidr.split('/')[1]}`;
    if (canonical !== cidr) problems.push(invalidValue(field, cidr, `must be in canonical form ("${canonical}")`));
  }
  errors.push(...problems);
}

/** Whether addresses or ranges are of more than one family. */
export const isDualStack = (texts: readonly string[]): boolean =>
  new Set(texts.map((text) => ipFamilyOf(text.split('/')[0] ?? ''))).size > 1;
