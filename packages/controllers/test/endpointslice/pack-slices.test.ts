import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { EndpointSet } from '../../src/endpointslice/endpoint-set.ts';
import type { Endpoint, EndpointSlice } from '../../src/endpointslice/endpoint-slice.ts';
import { newSlice } from '../../src/endpointslice/new-slice.ts';
import { packSlices } from '../../src/endpointslice/pack-slices.ts';
import type { Service } from '../../src/service/service.ts';

const test = suite('packing slices');

const service: Service = {
  metadata: { name: 'web', namespace: 'shop', uid: 'u', labels: { team: 'shop' } },
  spec: { clusterIP: '10.96.0.1' },
};
const endpoint = (n: number, ready = true): Endpoint => ({
  addresses: [`10.5.${Math.floor(n / 250)}.${n % 250}`],
  conditions: { ready },
});
const range = (from: number, to: number): Endpoint[] =>
  Array.from({ length: to - from }, (_, at) => endpoint(from + at));

function sliceOf(name: string, endpoints: Endpoint[]): EndpointSlice {
  const slice = newSlice(service, 'IPv4', []);
  return { ...slice, metadata: { ...slice.metadata, name }, endpoints };
}

function setOf(endpoints: readonly Endpoint[]): EndpointSet {
  const set = new EndpointSet();
  for (const each of endpoints) set.add(each);
  return set;
}

interface Case {
  readonly name: string;
  readonly existing: EndpointSlice[];
  readonly desired: Endpoint[];
  readonly changes: string[];
}

/** `create 50`, `update a 100`, `delete b`, sorted. */
function pack(existing: EndpointSlice[], desired: readonly Endpoint[]): string[] {
  const changes = packSlices({ service, addressType: 'IPv4', ports: [], existing, desired: setOf(desired) });
  const size = ({ endpoints }: EndpointSlice): number => endpoints?.length ?? 0;
  return [
    ...changes.create.map((slice) => `create ${size(slice)}`),
    ...changes.update.map((slice) => `update ${slice.metadata.name} ${size(slice)}`),
    ...changes.delete.map((slice) => `delete ${slice.metadata.name}`),
  ].sort();
}

const three = (): EndpointSlice[] => [
  sliceOf('a', range(0, 100)),
  sliceOf('b', range(100, 200)),
  sliceOf('c', range(200, 250)),
];

const CASES: Case[] = [
  {
    name: '250 endpoints make three slices, the last half full',
    existing: [],
    desired: range(0, 250),
    changes: ['create 100', 'create 100', 'create 50'],
  },
  { name: 'nothing to change is nothing to write', existing: three(), desired: range(0, 250), changes: [] },
  {
    name: 'what is removed leaves gaps, slices are not merged',
    existing: three(),
    desired: [...range(0, 100), ...range(150, 240)],
    changes: ['update b 50', 'update c 40'],
  },
  {
    name: 'new endpoints go into the fullest slice that can hold them all',
    existing: [sliceOf('a', range(0, 100)), sliceOf('b', range(100, 150)), sliceOf('c', range(200, 240))],
    desired: [...range(0, 150), ...range(200, 245)],
    changes: ['update b 55'],
  },
  {
    name: 'new endpoints first fill slices that are written anyway, the fullest first',
    existing: [sliceOf('a', range(0, 90)), sliceOf('b', range(100, 195)), sliceOf('c', range(200, 250))],
    desired: [...range(0, 89), ...range(100, 194), ...range(200, 250), ...range(300, 315)],
    changes: ['update a 98', 'update b 100'],
  },
  {
    name: 'where no slice can hold all that is left a new one is made',
    existing: [sliceOf('a', range(0, 96)), sliceOf('b', range(100, 196))],
    desired: [...range(0, 96), ...range(100, 196), ...range(300, 305)],
    changes: ['create 5'],
  },
  { name: 'an emptied slice goes', existing: three(), desired: range(0, 200), changes: ['delete c'] },
  {
    name: 'a changed state rewrites its slice only',
    existing: three(),
    desired: [...range(0, 149), endpoint(149, false), ...range(150, 250)],
    changes: ['update b 100'],
  },
];

for (const { name, existing, desired, changes } of CASES) {
  test(name, () => {
    assert.equal(pack(existing, desired), changes);
  });
}

test('slices whose labels are not those of the Service are rewritten', () => {
  const slice = sliceOf('a', range(0, 3));
  const stale = { ...slice, metadata: { ...slice.metadata, labels: { ...slice.metadata.labels, team: 'other' } } };
  assert.equal(pack([stale], range(0, 3)), ['update a 3']);
});

test.run();
