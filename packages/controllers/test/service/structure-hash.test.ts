import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { repackSubsets } from '../../src/endpoints/repack-subsets.ts';
import { sortPorts } from '../../src/endpointslice/slice-ports.ts';
import { fnv128a } from '../../src/service/structure-hash.ts';

const test = suite('structure hash');

const KNOWN: { text: string; hash: string }[] = [
  { text: '', hash: '6c62272e07bb014262b821756295c58d' },
  { text: 'a', hash: 'd228cb696f1a8caf78912b704e4a8964' },
  { text: 'foobar', hash: '343e1662793c64bf6f0d3597ba446f18' },
];

for (const { text, hash } of KNOWN) {
  test(`FNV-1a of ${JSON.stringify(text)} in 128 bits`, () => {
    assert.is(fnv128a(text), hash);
  });
}

test('slice ports come in the order in which a real cluster lists them', () => {
  const ports = [
    { name: 'a', port: 80, protocol: 'TCP' },
    { name: 'u', port: 80, protocol: 'UDP' },
    { name: 'b', port: 82, protocol: 'TCP' },
  ];
  assert.equal(
    sortPorts(ports).map(({ name }) => name),
    ['b', 'u', 'a'],
  );
});

test('ports of Endpoints come in another order, as in a real cluster', () => {
  const ports = [
    { name: 'a', port: 80, protocol: 'TCP' },
    { name: 'b', port: 82, protocol: 'TCP' },
    { name: 'u', port: 80, protocol: 'UDP' },
  ];
  const [subset] = repackSubsets([{ addresses: [{ ip: '10.5.0.1' }], ports }]);
  assert.equal(
    subset?.ports?.map(({ name }) => name),
    ['u', 'b', 'a'],
  );
});

test('subsets come in the order in which a real cluster lists them', () => {
  const target = (name: string, uid: string): object => ({ kind: 'Pod', namespace: 'eps', name, uid });
  const address = (ip: string, name: string, uid: string): { ip: string; nodeName: string; targetRef: object } => ({
    ip,
    nodeName: 'node-a',
    targetRef: target(name, uid),
  });
  const web3 = address('10.1.0.3', 'web-3', 'b0048ad0-f6a2-4554-add0-393439934499');
  const odd = address('10.1.0.5', 'web-odd', '3e50585d-1bf2-431e-bcf5-8418a3a5afcc');
  const packed = repackSubsets([
    { addresses: [web3], ports: [{ name: 'http', port: 8080, protocol: 'TCP' }] },
    { addresses: [odd], ports: [{ name: 'http', port: 9090, protocol: 'TCP' }] },
  ]);
  assert.equal(
    packed.map(({ ports }) => ports?.[0]?.port),
    [9090, 8080],
  );
});

test.run();
