/** Lists share the bytes of the blocks that have not changed since the last one. */
import type { KubeObject } from '@towtank/apimachinery';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { encodeItems } from '../../src/storage/item-block.ts';
import { StoredObject } from '../../src/storage/stored-object.ts';

const test = suite('item block');

const stored = (key: string, revision = 1): StoredObject => {
  const [namespace = '', name = ''] = key.split('/');
  const object: KubeObject = { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace, uid: String(revision) } };
  return new StoredObject(key, object, revision);
};
const many = (count: number): StoredObject[] =>
  Array.from({ length: count }, (_, index) => stored(`ns-${index % 3}/pod-${String(index).padStart(5, '0')}`)).sort(
    (a, b) => (a.key < b.key ? -1 : 1),
  );
const plain = { typed: false, whole: true };
const textOf = (items: readonly StoredObject[], encoding = plain): string =>
  Buffer.concat(encodeItems(items, encoding)).toString();
const wanted = (items: readonly StoredObject[]): string =>
  items.map(({ object: { kind: _, apiVersion: __, ...rest } }) => JSON.stringify(rest)).join(',');

test('an empty list has no bytes', () => assert.is(textOf([]), ''));

test('items come in order, with commas between them and without their types', () => {
  const items = many(500);
  assert.is(textOf(items), wanted(items));
  assert.is(textOf([...items]), wanted(items), 'and again, from the blocks');
});

test('items of custom resources keep their types', () => {
  const items = many(200);
  textOf(items);
  const typed = textOf([...items], { typed: true, whole: true });
  assert.is(
    typed,
    items.map(({ object }) => JSON.stringify({ kind: 'Pod', apiVersion: 'v1', metadata: object.metadata })).join(','),
  );
});

const CHANGES: readonly [string, (items: StoredObject[]) => void][] = [
  ['an item is replaced', (items) => items.splice(250, 1, stored(items[250]?.key ?? '', 2))],
  ['the first item is replaced', (items) => items.splice(0, 1, stored(items[0]?.key ?? '', 2))],
  ['an item comes', (items) => items.splice(250, 0, stored(`${items[249]?.key}-x`))],
  ['an item goes', (items) => items.splice(250, 1)],
  ['the first item goes', (items) => items.splice(0, 1)],
  ['the last item goes', (items) => items.pop()],
];
for (const [name, change] of CHANGES)
  test(`when ${name}, the list says so and shares most of its bytes`, () => {
    const items = many(600);
    const before = new Set(encodeItems(items, plain));
    const next = [...items];
    change(next);
    assert.is(textOf(next), wanted(next));
    const shared = encodeItems(next, plain).filter((part) => before.has(part)).length;
    assert.ok(shared >= before.size - 3, `${shared} of ${before.size} parts are shared`);
  });

test('a part of a list is made of the blocks it covers, and leaves them as they are', () => {
  const items = many(600);
  textOf(items);
  const page = items.slice(17, 431);
  assert.is(textOf(page, { typed: false, whole: false }), wanted(page));
  const again = [...items];
  assert.is(textOf(again), wanted(items));
});

test('the list of a namespace shares the blocks of the list of all', () => {
  const items = many(600);
  const all = new Set(encodeItems(items, plain));
  const namespace = items.filter(({ key }) => key.startsWith('ns-1/'));
  const parts = encodeItems(namespace, plain);
  assert.is(parts.filter((part) => all.has(part)).length, parts.length - 1, 'all but the first, which has no comma');
});

test.run();
