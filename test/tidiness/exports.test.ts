/**
 * The names that packages export change only on purpose. After a wanted change write the new list with
 * `UPDATE_EXPORTS=1 pnpm unit test/tidiness/exports`.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { packages } from './_repository.ts';

const test = suite('exports');
const SNAPSHOT = 'test/tidiness/exports.json';

const exported: Record<string, string[]> = {};
for (const { manifest } of packages) exported[manifest.name] = Object.keys(await import(manifest.name)).sort();
if (process.env.UPDATE_EXPORTS) writeFileSync(SNAPSHOT, `${JSON.stringify(exported, null, 2)}\n`);
const wanted = JSON.parse(readFileSync(SNAPSHOT, 'utf8')) as Record<string, string[]>;

test('the list names every package', () => assert.equal(Object.keys(exported), Object.keys(wanted)));

for (const [name, names] of Object.entries(exported))
  test(`${name} exports what the list says`, () => assert.equal(names, wanted[name]));

test.run();
