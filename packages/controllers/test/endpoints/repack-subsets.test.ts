import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { EndpointAddress, EndpointSubset } from '../../src/endpoints/endpoints.ts';
import { repackSubsets } from '../../src/endpoints/repack-subsets.ts';
import { truncateSubsets } from '../../src/endpoints/truncate-subsets.ts';

const test = suite('subsets');

const at = (ip: string, uid?: string): EndpointAddress => ({ ip, ...(uid ? { targetRef: { uid } } : {}) });
const port = (number: number): { port: number; protocol: string } => ({ port: number, protocol: 'TCP' });
const many = (count: number, from = 0): EndpointAddress[] =>
  Array.from({ length: count }, (_, n) => at(`10.5.${Math.floor((from + n) / 250)}.${((from + n) % 250) + 1}`));

/** `.1 .2 !.3 [80,81]` for each subset, sorted. */
const short = (subsets: readonly EndpointSubset[]): string[] =>
  subsets
    .map(({ addresses = [], notReadyAddresses = [], ports = [] }) =>
      [
        ...addresses.map(({ ip, targetRef }) => ip + (targetRef?.uid ?? '')),
        ...notReadyAddresses.map(({ ip, targetRef }) => `!${ip}${targetRef?.uid ?? ''}`),
        `[${ports.map((each) => each.port).sort()}]`,
      ].join(' '),
    )
    .sort();

const CASES: { name: string; subsets: EndpointSubset[]; packed: string[] }[] = [
  { name: 'nothing packs to nothing', subsets: [], packed: [] },
  {
    name: 'one address with two ports in two subsets is one subset with both',
    subsets: [
      { addresses: [at('1.1.1.1')], ports: [port(111)] },
      { addresses: [at('1.1.1.1')], ports: [port(222)] },
    ],
    packed: ['1.1.1.1 [111,222]'],
  },
  {
    name: 'an address that is ready and not ready on one port is not ready',
    subsets: [{ addresses: [at('1.1.1.1')], notReadyAddresses: [at('1.1.1.1')], ports: [port(80)] }],
    packed: ['!1.1.1.1 [80]'],
  },
  {
    name: 'one address of two targets is two addresses',
    subsets: [{ addresses: [at('1.1.1.1', 'a')], notReadyAddresses: [at('1.1.1.1', 'b')], ports: [port(80)] }],
    packed: ['1.1.1.1a !1.1.1.1b [80]'],
  },
  {
    name: 'addresses with different ports stay apart',
    subsets: [
      { addresses: [at('1.1.1.1')], ports: [port(80)] },
      { addresses: [at('1.1.1.2')], ports: [port(81)] },
    ],
    packed: ['1.1.1.1 [80]', '1.1.1.2 [81]'],
  },
  {
    name: 'an address that differs in state by port makes two subsets',
    subsets: [
      { addresses: [at('1.1.1.1')], ports: [port(80)] },
      { notReadyAddresses: [at('1.1.1.1')], ports: [port(81)] },
    ],
    packed: ['!1.1.1.1 [81]', '1.1.1.1 [80]'],
  },
  {
    name: 'addresses are sorted by their text, not by their numbers',
    subsets: [{ addresses: [at('10.1.0.2'), at('10.1.0.10')], ports: [port(80)] }],
    packed: ['10.1.0.10 10.1.0.2 [80]'],
  },
  {
    name: 'addresses without a target come before those with one',
    subsets: [{ addresses: [at('1.1.1.1', 'b'), at('1.1.1.1', 'a'), at('1.1.1.1')], ports: [port(80)] }],
    packed: ['1.1.1.1 1.1.1.1a 1.1.1.1b [80]'],
  },
  {
    name: 'addresses without ports keep together',
    subsets: [{ addresses: [at('1.1.1.1')] }, { addresses: [at('1.1.1.2')], ports: [] }],
    packed: ['1.1.1.1 1.1.1.2 []'],
  },
];

for (const { name, subsets, packed } of CASES) {
  test(name, () => {
    assert.equal(short(repackSubsets(subsets)), packed);
  });
}

test('of two records of an address the first is kept', () => {
  const packed = repackSubsets([
    { addresses: [{ ip: '1.1.1.1', hostname: 'first' }], ports: [port(80)] },
    { addresses: [{ ip: '1.1.1.1', hostname: 'second' }], ports: [port(80)] },
  ]);
  assert.equal(packed[0]?.addresses, [{ ip: '1.1.1.1', hostname: 'first' }]);
});

const TRUNCATED: { name: string; subsets: EndpointSubset[]; kept: [number, number][] | undefined }[] = [
  { name: 'a thousand addresses fit', subsets: [{ addresses: many(1000) }], kept: undefined },
  { name: 'of 1001 ready ones a thousand are kept', subsets: [{ addresses: many(1001) }], kept: [[1000, 0]] },
  {
    name: 'ready ones come first, the rest of the room goes to the others',
    subsets: [{ addresses: many(600), notReadyAddresses: many(600, 600) }],
    kept: [[600, 400]],
  },
  {
    name: 'more ready ones than fit leave no room for others',
    subsets: [{ addresses: many(1200), notReadyAddresses: many(100, 1200) }],
    kept: [[1000, 0]],
  },
  {
    name: 'subsets share the room in proportion, rounded up, so that the last gets less',
    subsets: [{ addresses: many(500) }, { addresses: many(500, 500) }, { addresses: many(501, 1000) }],
    kept: [
      [334, 0],
      [334, 0],
      [332, 0],
    ],
  },
];

for (const { name, subsets, kept } of TRUNCATED) {
  test(name, () => {
    const counts = truncateSubsets(subsets)?.map(({ addresses = [], notReadyAddresses = [] }) => [
      addresses.length,
      notReadyAddresses.length,
    ]);
    assert.equal(counts, kept);
  });
}

test.run();
