import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  formatCidr,
  type IpRange,
  ipToNumber,
  numberToIp,
  parseCidr,
  rangeContains,
  rangeCovers,
  rangesOverlap,
} from '../src/ip-range.ts';

const test = suite('ranges of IP addresses');

const parsed = (text: string): IpRange => parseCidr(text) as IpRange;

const TEXTS: { text: string; canonical: string | undefined }[] = [
  { text: '10.96.0.0/16', canonical: '10.96.0.0/16' },
  { text: '10.96.1.2/16', canonical: '10.96.0.0/16' },
  { text: '0.0.0.0/0', canonical: '0.0.0.0/0' },
  { text: '255.255.255.255/32', canonical: '255.255.255.255/32' },
  { text: 'FD00:97:0:0::/108', canonical: 'fd00:97::/108' },
  { text: '::/0', canonical: '::/0' },
  { text: '10.0.0.0/33', canonical: undefined },
  { text: 'fd00::/129', canonical: undefined },
  { text: '10.0.0.0/08', canonical: undefined },
  { text: '010.0.0.0/8', canonical: undefined },
  { text: '10.0.0.0/', canonical: undefined },
  { text: '10.0.0.0/-1', canonical: undefined },
  { text: '10.0.0.0', canonical: undefined },
  { text: '10.0.0.0/8/8', canonical: undefined },
  { text: 'web/8', canonical: undefined },
];

for (const { text, canonical } of TEXTS) {
  test(`${text} is ${canonical ?? 'no range'}`, () => {
    const range = parseCidr(text);
    assert.is(range && formatCidr(range), canonical);
  });
}

test('a range has its first address, its size and a family', () => {
  assert.equal(parsed('10.96.0.9/24'), { family: 'IPv4', base: 0x0a600000n, size: 256n, prefixLength: 24 });
  assert.is(parsed('fd00::/64').size, 1n << 64n);
});

test('addresses are in a range of their own family only', () => {
  assert.ok(rangeContains(parsed('10.96.0.0/24'), '10.96.0.255'));
  assert.not.ok(rangeContains(parsed('10.96.0.0/24'), '10.96.1.0'));
  assert.not.ok(rangeContains(parsed('::/0'), '10.96.0.1'));
  assert.not.ok(rangeContains(parsed('0.0.0.0/0'), 'web'));
});

const PAIRS: { one: string; other: string; covers: boolean; overlaps: boolean }[] = [
  { one: '10.0.0.0/16', other: '10.0.3.0/24', covers: true, overlaps: true },
  { one: '10.0.3.0/24', other: '10.0.0.0/16', covers: false, overlaps: true },
  { one: '10.0.0.0/16', other: '10.0.0.0/16', covers: true, overlaps: true },
  { one: '10.0.0.0/16', other: '10.1.0.0/24', covers: false, overlaps: false },
  { one: '::/0', other: '10.1.0.0/24', covers: false, overlaps: false },
];

for (const { one, other, covers, overlaps } of PAIRS) {
  test(`${one} ${covers ? 'covers' : overlaps ? 'overlaps' : 'is apart from'} ${other}`, () => {
    assert.is(rangeCovers(parsed(one), parsed(other)), covers);
    assert.is(rangesOverlap(parsed(one), parsed(other)), overlaps);
  });
}

test('numbers and addresses are each the other’s', () => {
  for (const text of ['0.0.0.1', '255.255.255.255', '10.96.0.10'])
    assert.is(numberToIp(ipToNumber(text), 'IPv4'), text);
  for (const text of ['::', '::1', 'fd00:97::ffff:1', 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'])
    assert.is(numberToIp(ipToNumber(text), 'IPv6'), text);
});

test.run();
