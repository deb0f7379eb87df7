import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { allocate, isOverloaded, transfers } from '../../src/endpointslice/zone-allocation.ts';

const test = suite('zone allocation');

const shares = (values: Record<string, number>): Map<string, number> => new Map(Object.entries(values));

const REFUSED: { name: string; zones: Record<string, number> | undefined; endpoints: number; why: RegExp }[] = [
  { name: 'unknown nodes', zones: undefined, endpoints: 9, why: /^Insufficient Node information/ },
  {
    name: 'fewer endpoints than zones',
    zones: { a: 0.3, b: 0.3, c: 0.4 },
    endpoints: 2,
    why: /^Insufficient number of endpoints \(2 endpoints, 3 zones\)$/,
  },
  {
    name: 'a share that one endpoint would exceed by too much',
    zones: { a: 0.9, b: 0.05, c: 0.05 },
    endpoints: 3,
    why: /without exceeding overload threshold \(3 endpoints, 3 zones\)$/,
  },
];

for (const { name, zones, endpoints, why } of REFUSED) {
  test(`no allocation for ${name}`, () => {
    assert.match(String(allocate(zones && shares(zones), endpoints)), why);
  });
}

test('a zone gets its share, no less than a sixth below it', () => {
  const allocations = allocate(shares({ a: 0.5, b: 0.5 }), 10);
  assert.ok(allocations instanceof Map);
  assert.equal(allocations.get('a'), { minimum: 5, maximum: 5, desired: 5 });
});

test('zones with too many give to those with too few', () => {
  const allocations = allocate(shares({ a: 0.5, b: 0.5 }), 10);
  assert.ok(allocations instanceof Map);
  const { giving, receiving } = transfers(allocations, shares({ a: 8, b: 2 }));
  assert.equal([...giving], [['a', 3]]);
  assert.equal([...receiving], [['b', 3]]);
});

test('half an endpoint is not worth a move', () => {
  const allocations = new Map(
    Object.entries({ a: 2.4, b: 2.6 }).map(([zone, desired]) => [zone, { minimum: 2, maximum: 3, desired }]),
  );
  assert.is(transfers(allocations, shares({ a: 2, b: 3 })).giving.size, 0);
});

test('a zone that has lost its endpoints is overloaded', () => {
  const zones = shares({ a: 0.5, b: 0.5 });
  assert.not.ok(isOverloaded(shares({ a: 3, b: 3 }), zones));
  assert.ok(isOverloaded(shares({ a: 6 }), zones));
  assert.ok(isOverloaded(shares({ a: 3, b: 3 }), undefined));
  assert.not.ok(isOverloaded(shares({}), undefined));
});

test.run();
