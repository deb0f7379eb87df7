import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { addressesOfFamily, canonicalIP } from '../../src/service/ip-address.ts';

const test = suite('IP addresses');

const CANONICAL: { name: string; text: string; ip: string | undefined }[] = [
  { name: 'IPv4 stays', text: '10.0.0.1', ip: '10.0.0.1' },
  { name: 'leading zeros go and do not mean octal', text: '010.000.020.1', ip: '10.0.20.1' },
  { name: 'IPv6 is compressed and in lower case', text: '2001:DB8:0:0:0:0:0:1', ip: '2001:db8::1' },
  { name: 'IPv4 inside IPv6 is IPv4', text: '::ffff:10.0.0.1', ip: '10.0.0.1' },
  { name: 'a number over 255 is no address', text: '10.0.0.256', ip: undefined },
  { name: 'a name is no address', text: 'web', ip: undefined },
  { name: 'an address with a zone is none', text: 'fe80::1%eth0', ip: undefined },
];

for (const { name, text, ip } of CANONICAL) {
  test(name, () => {
    assert.is(canonicalIP(text), ip);
  });
}

test('addresses of a family are picked in order', () => {
  const ips = [{ ip: '10.0.0.1' }, { ip: 'fd00::1' }, { ip: 'bad' }, { ip: '10.0.0.2' }];
  assert.equal(addressesOfFamily(ips, 'IPv4'), ['10.0.0.1', '10.0.0.2']);
  assert.equal(addressesOfFamily(ips, 'IPv6'), ['fd00::1']);
});

test.run();
