/** Objects by label, with an index and without. */
import type { KubeObject } from '@towtank/apimachinery';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { withLabel } from '../../src/registry/label-index.ts';
import { StoredObject } from '../../src/storage/stored-object.ts';

const test = suite('label index');

const stored = (name: string, labels?: Record<string, string>): StoredObject => {
  const object = { apiVersion: 'v1', kind: 'Pod', metadata: { name, ...(labels && { labels }) } } as KubeObject;
  return new StoredObject(name, object, 1);
};
const items = [stored('a', { app: 'x' }), stored('b'), stored('c', { app: 'y' }), stored('d', { app: 'x' })];

const CASES: [string, string, string[]][] = [
  ['app', 'x', ['a', 'd']],
  ['app', 'y', ['c']],
  ['app', 'none', []],
  ['constructor', 'x', []],
  ['__proto__', 'x', []],
];
for (const [key, value, names] of CASES)
  test(`${key}=${value} selects the same each time it is asked for`, () => {
    for (let time = 0; time < 3; time += 1)
      assert.equal(
        withLabel(items, key, value).map(({ key: name }) => name),
        names,
      );
  });

test.run();
