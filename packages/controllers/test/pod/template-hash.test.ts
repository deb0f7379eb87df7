import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { semanticEqual, templateHash } from '../../src/pod/template-hash.ts';

const test = suite('template hashes');

test('the order of fields does not matter, their values do', () => {
  assert.is(templateHash({ a: 1, b: [1, 2] }), templateHash({ b: [1, 2], a: 1 }));
  assert.is.not(templateHash({ a: 1 }), templateHash({ a: 2 }));
  assert.is(templateHash({ a: 1, b: null }), templateHash({ a: 1, c: undefined }));
});

test('a collision gives another hash for the same value', () =>
  assert.is.not(templateHash({ a: 1 }), templateHash({ a: 1 }, 1)));

test('hashes are spelled in safe letters', () =>
  assert.match(templateHash({ a: 1 }), /^[bcdfghjklmnpqrstvwxz2456789]+$/));

const ROWS: [name: string, a: unknown, b: unknown, equal: boolean][] = [
  ['an empty list is the same as none', { a: [] }, {}, true],
  ['an empty map is the same as none', {}, { a: {} }, true],
  ['null is the same as none', { a: null }, {}, true],
  ['an empty string is a value', { a: '' }, {}, false],
  ['lists have an order', { a: [1, 2] }, { a: [2, 1] }, false],
  ['values nest', { a: { b: [{ c: 1 }] } }, { a: { b: [{ c: 1, d: {} }] } }, true],
  ['a longer list is another', [1], [1, 2], false],
];

for (const [name, a, b, equal] of ROWS) test(name, () => assert.is(semanticEqual(a, b), equal));

test.run();
