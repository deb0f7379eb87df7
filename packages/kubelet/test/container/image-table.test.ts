import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ImageTable, normalizeImage } from '../../src/container/image-table.ts';

const test = suite('images by reference');

const ROWS: [patterns: string[], reference: string, expected: string | undefined][] = [
  [['shop/web'], 'shop/web', 'shop/web'],
  [['shop/web'], 'shop/web:1.2', 'shop/web'],
  [['shop/web'], 'shop/web@sha256:abc', 'shop/web'],
  [['shop/web'], 'shop/website', undefined],
  [['shop/web:1'], 'shop/web:2', undefined],
  [['shop/web:*'], 'shop/web', 'shop/web:*'],
  [['shop/*'], 'shop/web:1', 'shop/*'],
  [['*'], 'registry.example.com:5000/a/b:c', '*'],
  [['shop/*', 'shop/web'], 'shop/web', 'shop/web'],
  [['shop/*', 'shop/web:1*'], 'shop/web:1.5', 'shop/web:1*'],
  [['nginx'], 'docker.io/library/nginx:1.27', 'nginx'],
  [['localhost:5000/app'], 'localhost:5000/app:dev', 'localhost:5000/app'],
  [['a.b/c'], 'axb/c', undefined],
];

for (const [patterns, reference, expected] of ROWS)
  test(`${reference} among ${patterns.join(', ')} is ${expected ?? 'simulated'}`, () => {
    const images = Object.fromEntries(patterns.map((pattern) => [pattern, () => {}]));
    const found = new ImageTable(images).find(reference);
    assert.is(
      Object.keys(images).find((pattern) => images[pattern] === found),
      expected,
    );
  });

test('an image can be replaced', () => {
  const [first, second] = [() => {}, () => {}];
  const table = new ImageTable({ app: first });
  table.set('app', second);
  assert.is(table.find('app:1'), second);
});

const NAMES: [reference: string, expected: string][] = [
  ['nginx', 'docker.io/library/nginx:latest'],
  ['shop/web:1', 'docker.io/shop/web:1'],
  ['registry.k8s.io/pause:3.10', 'registry.k8s.io/pause:3.10'],
  ['localhost/app', 'localhost/app:latest'],
];

for (const [reference, expected] of NAMES)
  test(`the full name of ${reference}`, () => assert.is(normalizeImage(reference), expected));

test.run();
