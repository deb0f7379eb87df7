/**
 * Kubernetes' rules for fields that hold addresses and ranges. Fields of long standing take any spelling that all parsers
 * read alike; newer ones take the canonical spelling only.
 */
import { type FieldError, invalidValue } from './field-error.ts';
import { canonicalIp, canonicalLegacyIp, ipVersionOf, isMappedIp, withoutLeadingZeros } from './ip-address.ts';
import { formatCidr, type IpRange, ipToNumber, parseCidr } from './ip-range.ts';
import { quote } from './quote.ts';

const NO_IP = 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)';
const NO_CIDR = 'must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)';

/** What is wrong with an address in a field of long standing. */
export function legacyIpErrors(field: string, ip: string): FieldError[] {
  if (canonicalLegacyIp(ip) === undefined) return [invalidValue(field, ip, NO_IP)];
  if (ipVersionOf(ip) === 0) return [invalidValue(field, ip, 'must not have leading 0s')];
  return isMappedIp(ip) ? [invalidValue(field, ip, 'must not be an IPv4-mapped IPv6 address')] : [];
}

/** What is wrong with an address in a field that takes the canonical spelling only. */
export function ipErrors(field: string, ip: string): FieldError[] {
  const errors = legacyIpErrors(field, ip);
  return errors.length > 0 ? errors : canonicalFormErrors(field, ip, canonicalIp(ip));
}

/** What is wrong with an address that others are to be reached at: some lead to no other machine. */
export function specialIpErrors(field: string, ip: string): FieldError[] {
  const canonical = canonicalLegacyIp(ip);
  if (canonical === undefined) return [invalidValue(field, ip, 'must be a valid IP address')];
  const why = specialKindOf(canonical);
  return why === undefined ? [] : [invalidValue(field, ip, why === UNSPECIFIED ? `${UNSPECIFIED} (${ip})` : why)];
}

const UNSPECIFIED = 'may not be unspecified';

function specialKindOf(ip: string): string | undefined {
  const v4 = ipVersionOf(ip) === 4;
  const value = ipToNumber(ip);
  if (value === 0n) return UNSPECIFIED;
  if (v4 ? value >> 24n === 0x7fn : value === 1n) return 'may not be in the loopback range (127.0.0.0/8, ::1/128)';
  if (v4 ? value >> 16n === 0xa9fen : value >> 118n === 0x3fan)
    return 'may not be in the link-local range (169.254.0.0/16, fe80::/10)';
  if (v4 ? value >> 8n === 0xe00000n : (value >> 112n) % 16n === 2n && value >> 120n === 0xffn)
    return 'may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)';
  return undefined;
}

/** What is wrong with a range in a field of long standing; its address must not have bits beyond the prefix. */
export function legacyCidrErrors(field: string, cidr: string): FieldError[] {
  const range = parseLegacyCidr(cidr);
  if (range === undefined) return [invalidValue(field, cidr, NO_CIDR)];
  if (parseCidr(cidr) === undefined)
    return [invalidValue(field, cidr, 'must not have leading 0s in IP or prefix length')];
  const address = addressOf(cidr);
  if (isMappedIp(address)) return [invalidValue(field, cidr, 'must not have an IPv4-mapped IPv6 address')];
  return ipToNumber(address) === range.base
    ? []
    : [invalidValue(field, cidr, 'must not have bits set beyond the prefix length')];
}

/** What is wrong with a range in a field that takes the canonical spelling only. */
export function cidrErrors(field: string, cidr: string): FieldError[] {
  const errors = legacyCidrErrors(field, cidr);
  const range = parseCidr(cidr);
  return errors.length > 0 || range === undefined ? errors : canonicalFormErrors(field, cidr, formatCidr(range));
}

/** What a writer is warned of who spells an address in a way of its own. Text that is no address warns of nothing. */
export function ipWarnings(field: string, ip: string): string[] {
  const canonical = canonicalLegacyIp(ip);
  if (canonical === undefined || canonical === ip) return [];
  return [
    ipVersionOf(ip) === 0 || isMappedIp(ip)
      ? `${field}: non-standard IP address ${quote(ip)} will be considered invalid in a future Kubernetes release: use ${quote(canonical)}`
      : `${field}: IPv6 address ${quote(ip)} should be in RFC 5952 canonical format (${quote(canonical)})`,
  ];
}

/** What a writer is warned of who spells a range in a way of its own. Text that is no range warns of nothing. */
export function cidrWarnings(field: string, cidr: string): string[] {
  const range = parseLegacyCidr(cidr);
  if (range === undefined) return [];
  const canonical = formatCidr(range);
  const address = withoutLeadingZeros(addressOf(cidr));
  const warnings: string[] = [];
  if (ipToNumber(address) !== range.base) {
    const single = `${canonicalIp(address)}/${range.family === 'IPv4' ? 32 : 128}`;
    warnings.push(
      `${field}: CIDR value ${quote(cidr)} is ambiguous in this context (should be ${quote(canonical)} or ${quote(single)}?)`,
    );
  }
  if (parseCidr(cidr) === undefined || isMappedIp(address))
    warnings.push(
      `${field}: non-standard CIDR value ${quote(cidr)} will be considered invalid in a future Kubernetes release: use ${quote(canonical)}`,
    );
  if (warnings.length === 0 && canonical !== cidr)
    warnings.push(
      `${field}: IPv6 CIDR value ${quote(cidr)} should be in RFC 5952 canonical format (${quote(canonical)})`,
    );
  return warnings;
}

/** Whether addresses or ranges are of both families. */
export const isDualStack = (texts: readonly string[]): boolean =>
  new Set(texts.map((text) => ipVersionOf(addressOf(text)))).size > 1;

const addressOf = (cidr: string): string => cidr.split('/', 1)[0] ?? '';

/** A range of any spelling that has ever been taken: leading zeros count for nothing. */
const parseLegacyCidr = (cidr: string): IpRange | undefined =>
  parseCidr(`${withoutLeadingZeros(addressOf(cidr))}${cidr.slice(addressOf(cidr).length).replace(/^\/0+(?=\d)/, '/')}`);

const canonicalFormErrors = (field: string, text: string, canonical: string | undefined): FieldError[] =>
  canonical === text || canonical === undefined
    ? []
    : [invalidValue(field, text, `must be in canonical form (${quote(canonical)})`)];
