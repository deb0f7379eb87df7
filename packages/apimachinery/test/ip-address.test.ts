import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { canonicalIp, canonicalLegacyIp, formatIp, ipFamilyOf, parseIp } from '../src/ip-address.ts';

const test = suite('IP addresses');

const CANONICAL: { name: string; text: string; strict: string | undefined; legacy: string | undefined }[] = [
  { name: 'IPv4 stays', text: '10.0.0.1', strict: '10.0.0.1', legacy: '10.0.0.1' },
  { name: 'leading zeros do not mean octal', text: '010.000.020.1', strict: undefined, legacy: '10.0.20.1' },
  { name: 'IPv6 is in lower case', text: '2001:DB8:0:0:0:0:0:1', strict: '2001:db8::1', legacy: '2001:db8::1' },
  { name: 'the longest run of zeros goes', text: '1:0:0:2:0:0:0:3', strict: '1:0:0:2::3', legacy: '1:0:0:2::3' },
  { name: 'of two runs the first goes', text: '1:0:0:2:3:0:0:4', strict: '1::2:3:0:0:4', legacy: '1::2:3:0:0:4' },
  { name: 'a single zero stays', text: '1:0:2:3:4:5:6:7', strict: '1:0:2:3:4:5:6:7', legacy: '1:0:2:3:4:5:6:7' },
  { name: 'the unspecified address', text: '0:0:0:0:0:0:0:0', strict: '::', legacy: '::' },
  { name: 'zeros at the end', text: 'fd00:1:0:0:0:0:0:0', strict: 'fd00:1::', legacy: 'fd00:1::' },
  { name: 'IPv4 inside IPv6', text: '::FFFF:10.0.0.1', strict: '::ffff:10.0.0.1', legacy: '10.0.0.1' },
  { name: 'IPv4 inside IPv6, in groups', text: '::ffff:a00:1', strict: '::ffff:10.0.0.1', legacy: '10.0.0.1' },
  { name: 'IPv4 inside IPv6, with zeros', text: '::ffff:010.0.0.1', strict: undefined, legacy: '10.0.0.1' },
  { name: 'dots that are not IPv4', text: '64:ff9b::1.2.3.4', strict: '64:ff9b::102:304', legacy: '64:ff9b::102:304' },
  { name: 'a number over 255', text: '10.0.0.256', strict: undefined, legacy: undefined },
  { name: 'a name', text: 'web', strict: undefined, legacy: undefined },
  { name: 'nothing', text: '', strict: undefined, legacy: undefined },
  { name: 'an address with a zone', text: 'fe80::1%eth0', strict: undefined, legacy: undefined },
  { name: 'three numbers', text: '10.0.1', strict: undefined, legacy: undefined },
];

for (const { name, text, strict, legacy } of CANONICAL) {
  test(`canonical text: ${name}`, () => {
    assert.is(canonicalIp(text), strict);
    assert.is(canonicalLegacyIp(text), legacy);
  });
}

test('bytes and text are each the other’s', () => {
  for (const text of ['0.0.0.0', '255.254.0.1', '::', '::1', 'fd00::1:0:0:1', '::ffff:1.2.3.4', '1:2:3:4:5:6:7:8'])
    assert.is(formatIp(parseIp(text)), text);
  assert.equal([...parseIp('10.96.0.1')], [10, 96, 0, 1]);
});

test('what is no address has no bytes and no family', () => {
  assert.throws(() => parseIp('010.0.0.1'), /"010.0.0.1" is not an IP address/);
  assert.is(ipFamilyOf('web'), undefined);
  assert.is(ipFamilyOf('fe80::1%eth0'), undefined);
  assert.is(ipFamilyOf('10.0.0.1'), 'IPv4');
  assert.is(ipFamilyOf('::ffff:10.0.0.1'), 'IPv6');
});

test.run();
