import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { addressAt, IpPool, subnet } from '../../src/node/ip-pool.ts';

const test = suite('addresses');

test('the network, the gateway and the broadcast address are left out', () => {
  const pool = new IpPool('10.0.0.0/29');
  assert.equal(
    Array.from({ length: 5 }, () => pool.take()),
    ['10.0.0.2', '10.0.0.3', '10.0.0.4', '10.0.0.5', '10.0.0.6'],
  );
  assert.throws(() => pool.take(), 'no IP addresses available');
});

test('an address that has been given back is used again after the others', () => {
  const pool = new IpPool('10.0.0.0/29');
  pool.take();
  pool.take();
  pool.release('10.0.0.2');
  assert.equal([pool.take(), pool.take(), pool.take(), pool.take()], ['10.0.0.4', '10.0.0.5', '10.0.0.6', '10.0.0.2']);
});

const SUBNETS: [cidr: string, prefix: number, index: number, expected: string][] = [
  ['10.244.0.0/16', 24, 0, '10.244.0.0/24'],
  ['10.244.0.0/16', 24, 255, '10.244.255.0/24'],
  ['10.0.0.0/8', 24, 256, '10.1.0.0/24'],
  ['fd00:10:244::/56', 64, 3, 'fd00:10:244:3::/64'],
];

for (const [cidr, prefix, index, expected] of SUBNETS)
  test(`part ${index} of ${cidr} is ${expected}`, () => assert.is(subnet(cidr, prefix, index), expected));

test('a range has only so many parts', () =>
  assert.throws(() => subnet('10.244.0.0/16', 24, 256), /no room for node number 257/));

test('addresses count on over the third byte', () => assert.is(addressAt('172.18.0.0/16', 259), '172.18.1.3'));

test('addresses of both families are written in their own way', () => {
  const pool = new IpPool('fd00:10:244::/64');
  assert.equal([pool.take(), pool.take()], ['fd00:10:244::2', 'fd00:10:244::3']);
  pool.release('fd00:10:244::2');
  assert.is(pool.take(), 'fd00:10:244::4');
});

test('what is no CIDR is refused', () => assert.throws(() => new IpPool('pods'), /"pods" is no CIDR/));

test.run();
