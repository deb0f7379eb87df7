/** The numbers of the DNS protocol and their names: record types, classes, response codes, opcodes. */

const TYPE_NUMBERS: Readonly<Record<string, number>> = {
  A: 1,
  NS: 2,
  CNAME: 5,
  SOA: 6,
  NULL: 10,
  HINFO: 13,
  PTR: 12,
  MX: 15,
  TXT: 16,
  RP: 17,
  AFSDB: 18,
  SIG: 24,
  KEY: 25,
  AAAA: 28,
  LOC: 29,
  SRV: 33,
  NAPTR: 35,
  KX: 36,
  CERT: 37,
  DNAME: 39,
  OPT: 41,
  APL: 42,
  DS: 43,
  SSHFP: 44,
  IPSECKEY: 45,
  RRSIG: 46,
  NSEC: 47,
  DNSKEY: 48,
  DHCID: 49,
  NSEC3: 50,
  NSEC3PARAM: 51,
  TLSA: 52,
  HIP: 55,
  CDS: 59,
  CDNSKEY: 60,
  OPENPGPKEY: 61,
  CSYNC: 62,
  ZONEMD: 63,
  SVCB: 64,
  HTTPS: 65,
  SPF: 99,
  TKEY: 249,
  TSIG: 250,
  IXFR: 251,
  AXFR: 252,
  ANY: 255,
  URI: 256,
  CAA: 257,
  TA: 32768,
  DLV: 32769,
};

const CLASS_NUMBERS: Readonly<Record<string, number>> = { IN: 1, CS: 2, CH: 3, HS: 4, NONE: 254, ANY: 255 };

const RCODES: readonly string[] = [
  'NOERROR',
  'FORMERR',
  'SERVFAIL',
  'NXDOMAIN',
  'NOTIMP',
  'REFUSED',
  'YXDOMAIN',
  'YXRRSET',
  'NXRRSET',
  'NOTAUTH',
  'NOTZONE',
];

/** The extended response code for an EDNS version that the server does not speak. */
export const BADVERS = 16;

const invert = (table: Readonly<Record<string, number>>): ReadonlyMap<number, string> =>
  new Map(Object.entries(table).map(([name, number]) => [number, name]));

const TYPE_NAMES = invert(TYPE_NUMBERS);
const CLASS_NAMES = invert(CLASS_NUMBERS);

/** The mnemonic of a record type, or `TYPE65280` for one without (RFC 3597). */
export const typeName = (number: number): string => TYPE_NAMES.get(number) ?? `TYPE${number}`;

/** The number of a record type, whatever the case of its mnemonic. Throws for a text that names none. */
export const typeNumber = (name: string): number => numberOf(name, TYPE_NUMBERS, 'TYPE');

/** The mnemonic of a class, or `CLASS7` for one without. */
export const className = (number: number): string => CLASS_NAMES.get(number) ?? `CLASS${number}`;

/** The number of a class. Throws for a text that names none. */
export const classNumber = (name: string): number => numberOf(name, CLASS_NUMBERS, 'CLASS');

/** The mnemonic of a response code, or `RCODE11` for one without. */
export const rcodeName = (number: number): string =>
  RCODES[number] ?? (number === BADVERS ? 'BADVERS' : `RCODE${number}`);

/** The number of a response code. Throws for a text that names none. */
export function rcodeNumber(name: string): number {
  const known = RCODES.indexOf(name);
  if (known >= 0) return known;
  return name === 'BADVERS' ? BADVERS : numberOf(name, {}, 'RCODE');
}

function numberOf(name: string, table: Readonly<Record<string, number>>, prefix: string): number {
  const upper = name.toUpperCase();
  const known = table[upper];
  if (known !== undefined) return known;
  const number = upper.startsWith(prefix) ? Number(upper.slice(prefix.length) || 'none') : Number.NaN;
  if (Number.isInteger(number) && number >= 0 && number <= 0xffff) return number;
  throw new Error(`unknown DNS ${prefix.toLowerCase()} ${JSON.stringify(name)}`);
}
