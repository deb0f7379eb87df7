/** Quantities parse, round, cap and print as those of k8s.io/apimachinery/pkg/api/resource. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  canonicalQuantity,
  compareQuantities,
  formatQuantity,
  parseQuantity,
  QUANTITY_PATTERN_MESSAGE,
  quantityError,
} from '../src/index.ts';

const test = suite('quantity');

const CANONICAL: [given: string, canonical: string][] = [
  ['0', '0'],
  ['0Ki', '0'],
  ['00', '0'],
  ['.', '0'],
  ['1', '1'],
  ['1000', '1k'],
  ['1000m', '1'],
  ['1500m', '1500m'],
  ['0.5', '500m'],
  ['1.5', '1500m'],
  ['100.035k', '100.035k'],
  ['0.0005k', '500m'],
  ['1.', '1.'],
  ['1.G', '1.G'],
  ['12E', '12E'],
  ['1000k', '1M'],
  ['1024', '1024'],
  ['1Gi', '1Gi'],
  ['1024Mi', '1Gi'],
  ['1000Ki', '1000Ki'],
  ['1.5Gi', '1536Mi'],
  ['0.5Ki', '512'],
  ['0.0005Ki', '512m'],
  ['1.0001Ki', '1024102400u'],
  ['0.000000000001Ki', '2n'],
  ['9Ei', '9223372036854775807'],
  ['9223372036854775807Ki', '9223372036854775807'],
  ['1e3', '1e3'],
  ['1E3', '1E3'],
  ['1000e3', '1e6'],
  ['12e2', '1200'],
  ['1e-3', '1e-3'],
  ['1e21', '1e21'],
  ['1.3E+6', '1300e3'],
  ['3.001n', '4n'],
  ['0.00000012345', '124n'],
  ['-1.5', '-1500m'],
  ['-3.001n', '-4n'],
  ['-1Ki', '-1Ki'],
  ['1.500', '1.500'],
  ['+5', '+5'],
  ['007', '007'],
];

for (const [given, canonical] of CANONICAL)
  test(`${given} is stored as ${canonical}`, () => assert.is(canonicalQuantity(given), canonical));

for (const text of ['', ' 1', '1 Gi', 'abc', '1Kb', '1,5', '1.2.3', '1e3.5'])
  test(`"${text}" breaks the pattern`, () => {
    assert.is(parseQuantity(text), undefined);
    assert.is(quantityError(text), QUANTITY_PATTERN_MESSAGE);
  });

for (const text of ['1K', '1mi', '1e', '1EE', '1e+', '1Mim', '5m3', '--1'])
  test(`"${text}" has a suffix that is none`, () => {
    assert.is(parseQuantity(text), undefined);
    assert.is(quantityError(text), "unable to parse quantity's suffix");
  });

test('a number is a quantity', () => {
  assert.is(canonicalQuantity(2), '2');
  assert.is(canonicalQuantity(0.25), '250m');
});

test('text that is no quantity stays as it is', () => assert.is(canonicalQuantity('lots'), 'lots'));

test('a good quantity has no error', () => assert.is(quantityError('100m'), undefined));

const ORDER: [smaller: string, larger: string][] = [
  ['50m', '100m'],
  ['100Gi', '10000T'],
  ['-1', '0'],
  ['1k', '1Ki'],
  ['0.1n', '2n'],
];
for (const [smaller, larger] of ORDER)
  test(`${smaller} is less than ${larger}`, () => {
    assert.ok(compareQuantities(smaller, larger) < 0);
    assert.ok(compareQuantities(larger, smaller) > 0);
  });

test('the same amount written in two ways is equal', () => assert.is(compareQuantities('1Gi', '1024Mi'), 0));

test('the format of a quantity decides its text', () => {
  const nano = 2_000_000_000_000n * 1_000_000n;
  assert.is(formatQuantity({ nano, format: 'DecimalSI' }), '2G');
  assert.is(formatQuantity({ nano, format: 'DecimalExponent' }), '2e9');
  assert.is(formatQuantity({ nano, format: 'BinarySI' }), '1953125Ki');
});

test('an absurd exponent costs no time', () => {
  const started = performance.now();
  for (const text of ['1e999999999', '1e-999999999', '123456789012345678901234567890e999']) canonicalQuantity(text);
  assert.ok(performance.now() - started < 200);
});

test.run();
