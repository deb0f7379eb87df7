import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  cidrErrors,
  cidrWarnings,
  ipErrors,
  ipWarnings,
  isDualStack,
  legacyCidrErrors,
  legacyIpErrors,
  specialIpErrors,
} from '../src/ip-validation.ts';

const test = suite('rules for IP addresses and ranges');

const NO_IP = 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)';
const NO_CIDR = 'must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)';
const ZEROS = 'must not have leading 0s in IP or prefix length';
const BITS = 'must not have bits set beyond the prefix length';
const LINK_LOCAL = 'may not be in the link-local range (169.254.0.0/16, fe80::/10)';
const LOOPBACK = 'may not be in the loopback range (127.0.0.0/8, ::1/128)';
const MULTICAST = 'may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)';

const ADDRESSES: { ip: string; legacy?: string; strict?: string; warning?: string }[] = [
  { ip: '10.9.8.7' },
  { ip: '2001:db8::1' },
  { ip: '', legacy: NO_IP },
  { ip: 'web', legacy: NO_IP },
  { ip: '300.1.2.3', legacy: NO_IP },
  { ip: 'fe80::1%eth0', legacy: NO_IP },
  {
    ip: '010.1.2.3',
    legacy: 'must not have leading 0s',
    warning:
      'f: non-standard IP address "010.1.2.3" will be considered invalid in a future Kubernetes release: use "10.1.2.3"',
  },
  {
    ip: '::ffff:1.2.3.4',
    legacy: 'must not be an IPv4-mapped IPv6 address',
    warning:
      'f: non-standard IP address "::ffff:1.2.3.4" will be considered invalid in a future Kubernetes release: use "1.2.3.4"',
  },
  {
    ip: '2001:DB8:0::1',
    strict: 'must be in canonical form ("2001:db8::1")',
    warning: 'f: IPv6 address "2001:DB8:0::1" should be in RFC 5952 canonical format ("2001:db8::1")',
  },
];

for (const { ip, legacy, strict = legacy, warning } of ADDRESSES) {
  test(`the address ${JSON.stringify(ip)}`, () => {
    const says = (message: string | undefined): string[] =>
      message === undefined ? [] : [`Invalid value: ${JSON.stringify(ip)}: ${message}`];
    assert.equal(
      legacyIpErrors('f', ip).map(({ body }) => body),
      says(legacy),
    );
    assert.equal(
      ipErrors('f', ip).map(({ body }) => body),
      says(strict),
    );
    assert.equal(ipWarnings('f', ip), warning === undefined ? [] : [warning]);
  });
}

const RANGES: { cidr: string; legacy?: string; strict?: string; warnings?: string[] }[] = [
  { cidr: '10.0.0.0/8' },
  { cidr: 'fd00::/64' },
  { cidr: '10.0.0.0', legacy: NO_CIDR },
  { cidr: '10.0.0.0/33', legacy: NO_CIDR },
  { cidr: 'web/8', legacy: NO_CIDR },
  {
    cidr: '10.0.0.0/08',
    legacy: ZEROS,
    warnings: [
      'f: non-standard CIDR value "10.0.0.0/08" will be considered invalid in a future Kubernetes release: use "10.0.0.0/8"',
    ],
  },
  {
    cidr: '010.0.0.0/8',
    legacy: ZEROS,
    warnings: [
      'f: non-standard CIDR value "010.0.0.0/8" will be considered invalid in a future Kubernetes release: use "10.0.0.0/8"',
    ],
  },
  {
    cidr: '10.0.0.1/8',
    legacy: BITS,
    warnings: ['f: CIDR value "10.0.0.1/8" is ambiguous in this context (should be "10.0.0.0/8" or "10.0.0.1/32"?)'],
  },
  {
    cidr: 'FD00::/64',
    strict: 'must be in canonical form ("fd00::/64")',
    warnings: ['f: IPv6 CIDR value "FD00::/64" should be in RFC 5952 canonical format ("fd00::/64")'],
  },
];

for (const { cidr, legacy, strict = legacy, warnings = [] } of RANGES) {
  test(`the range ${JSON.stringify(cidr)}`, () => {
    const says = (message: string | undefined): string[] =>
      message === undefined ? [] : [`Invalid value: ${JSON.stringify(cidr)}: ${message}`];
    assert.equal(
      legacyCidrErrors('f', cidr).map(({ body }) => body),
      says(legacy),
    );
    assert.equal(
      cidrErrors('f', cidr).map(({ body }) => body),
      says(strict),
    );
    assert.equal(cidrWarnings('f', cidr), warnings);
  });
}

test('a range of IPv4 inside IPv6 is none', () => {
  assert.equal(
    legacyCidrErrors('f', '::ffff:10.0.0.0/104').map(({ body }) => body),
    ['Invalid value: "::ffff:10.0.0.0/104": must not have an IPv4-mapped IPv6 address'],
  );
});

const SPECIAL: { ip: string; why?: string }[] = [
  { ip: '10.0.0.1' },
  { ip: 'fd00::1' },
  { ip: 'ff05::1' },
  { ip: '0.0.0.0', why: 'may not be unspecified (0.0.0.0)' },
  { ip: '::', why: 'may not be unspecified (::)' },
  { ip: '127.0.0.53', why: LOOPBACK },
  { ip: '::1', why: LOOPBACK },
  { ip: '169.254.1.1', why: LINK_LOCAL },
  { ip: 'febf::1', why: LINK_LOCAL },
  { ip: '224.0.0.251', why: MULTICAST },
  { ip: 'ff02::fb', why: MULTICAST },
  { ip: 'ff12::fb', why: MULTICAST },
  { ip: '::ffff:127.0.0.1', why: LOOPBACK },
  { ip: 'web', why: 'must be a valid IP address' },
];

for (const { ip, why } of SPECIAL) {
  test(`${ip} ${why ?? 'may be reached'}`, () => {
    assert.equal(
      specialIpErrors('f', ip).map(({ body }) => body),
      why === undefined ? [] : [`Invalid value: "${ip}": ${why}`],
    );
  });
}

test('dual stack is one of each family, of addresses as of ranges', () => {
  assert.ok(isDualStack(['10.0.0.1', 'fd00::1']));
  assert.ok(isDualStack(['10.0.0.0/8', 'fd00::/64']));
  assert.not.ok(isDualStack(['10.0.0.0/8', '11.0.0.0/8']));
});

test.run();
