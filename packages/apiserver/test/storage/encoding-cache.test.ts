/** Bytes of objects are remembered while they are asked for, within a bound. */
import type { KubeObject } from '@towtank/apimachinery';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { EncodingCache, MAX_ERA_BYTES } from '../../src/storage/encoding-cache.ts';
import { StoredObject } from '../../src/storage/stored-object.ts';

const test = suite('encoding cache');

const OBJECT_BYTES = 64 * 1024;
const ERA = Math.ceil(MAX_ERA_BYTES / OBJECT_BYTES);

const make = (cache: EncodingCache, count: number): StoredObject[] =>
  Array.from({ length: count }, (_, index) => {
    const data = { filler: 'x'.repeat(OBJECT_BYTES) };
    const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: `c-${index}` }, data } as KubeObject;
    return new StoredObject(`ns/c-${index}`, object, index, cache);
  });

test('bytes are made once while they are remembered', () => {
  const [stored] = make(new EncodingCache(), 1);
  assert.is(stored?.encoded(), stored?.encoded());
});

test('what nobody asks for any more is forgotten', () => {
  const cache = new EncodingCache();
  const [first, ...others] = make(cache, 3 * ERA);
  const before = first?.encoded();
  for (const other of others) other.encoded();
  assert.is.not(first?.encoded(), before);
});

test('what is asked for again and again is kept, however much else is read', () => {
  const cache = new EncodingCache();
  const [first, ...others] = make(cache, 6 * ERA);
  const before = first?.encoded();
  for (const other of others) {
    other.encoded();
    assert.is(first?.encoded(), before);
  }
});

test('bytes that are not asked for to be remembered are not', () => {
  const [stored] = make(new EncodingCache(), 1);
  assert.is.not(stored?.encodedOnce(), stored?.encodedOnce());
});

test.run();
