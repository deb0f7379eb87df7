/** The same seed gives the same values. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { seededRandom } from '../src/index.ts';

const test = suite('random');
const many = <T>(next: () => T): T[] => Array.from({ length: 1000 }, next);

test('equal seeds give equal sequences', () => {
  const [a, b] = [seededRandom('x'), seededRandom('x')];
  assert.equal(
    many(() => a.next()),
    many(() => b.next()),
  );
});

test('different seeds give different sequences', () => {
  const [a, b] = [seededRandom('x'), seededRandom('y')];
  assert.not.equal(
    many(() => a.next()),
    many(() => b.next()),
  );
});

test('floats lie in [0, 1) and spread', () => {
  const values = many(seededRandom('floats').next);
  assert.ok(values.every((value) => value >= 0 && value < 1));
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  assert.ok(mean > 0.45 && mean < 0.55, `mean ${mean}`);
});

test('integers reach every value below the bound and no other', () => {
  const random = seededRandom('integers');
  assert.equal([...new Set(many(() => random.int(5)))].sort(), [0, 1, 2, 3, 4]);
});

test('uuids are version 4 and do not repeat', () => {
  const random = seededRandom('uuids');
  const uuids = many(random.uuid);
  assert.is(new Set(uuids).size, uuids.length);
  for (const uuid of uuids) assert.match(uuid, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
});

test('suffixes have the alphabet of generated names', () => {
  const random = seededRandom('suffixes');
  for (const suffix of many(() => random.suffix(5))) assert.match(suffix, /^[bcdfghjklmnpqrstvwxz2456789]{5}$/);
  assert.is(random.suffix(0), '');
});

test('a fork does not depend on what was drawn before', () => {
  const [fresh, used] = [seededRandom('x'), seededRandom('x')];
  many(used.next);
  assert.is(fresh.fork('a').uuid(), used.fork('a').uuid());
});

test('forks with different labels differ', () => {
  const random = seededRandom('x');
  assert.is.not(random.fork('a').uuid(), random.fork('b').uuid());
});

test.run();
