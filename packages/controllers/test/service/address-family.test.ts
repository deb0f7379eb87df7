import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { addressesOfFamily, familyOf } from '../../src/service/address-family.ts';

const test = suite('addresses by family');

test('addresses of a family are picked in order, in their canonical text', () => {
  const ips = ['10.0.0.1', 'FD00:0::1', 'bad', '010.0.0.2', '::ffff:10.0.0.3'].map((ip) => ({ ip }));
  assert.equal(addressesOfFamily(ips, 'IPv4'), ['10.0.0.1', '10.0.0.2', '10.0.0.3']);
  assert.equal(addressesOfFamily(ips, 'IPv6'), ['fd00::1']);
});

test('IPv4 inside IPv6 is IPv4, and so is what is no address', () => {
  assert.is(familyOf('fd00::1'), 'IPv6');
  assert.is(familyOf('::ffff:10.0.0.1'), 'IPv4');
  assert.is(familyOf(''), 'IPv4');
});

test.run();
