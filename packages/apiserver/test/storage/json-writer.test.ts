/** Objects are encoded as `JSON.stringify` would, byte for byte. */
import { seededRandom } from '@towtank/apimachinery';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { JsonWriter } from '../../src/storage/json-writer.ts';
import { shareValue } from '../../src/storage/shared-value.ts';

const test = suite('json writer');
const writer = new JsonWriter();

function written(value: unknown): string {
  writer.begin();
  writer.value(value);
  assert.is(writer.bytes().length, writer.length);
  return writer.bytes().toString();
}

const TEXTS = [
  '',
  'plain',
  'x'.repeat(64),
  'x'.repeat(65),
  'quote " and \\ backslash',
  'tab \t, line \n, nul \0, delete \x7f',
  'é ü 漢字 🚢',
  `${'漢'.repeat(50_000)}`,
  'half a pair \ud83d',
  '\u2028<&>',
];
const NUMBERS = [0, -0, 7, -1, 42, 1e21, 1.5, 2 ** 53, Number.NaN, Number.POSITIVE_INFINITY];

for (const value of [
  ...TEXTS,
  ...NUMBERS,
  true,
  false,
  null,
  [],
  {},
  [[]],
  [{}],
  [null, undefined, 1],
  { a: undefined },
])
  test(`${JSON.stringify(value).slice(0, 40)} is written as it is elsewhere`, () => {
    assert.is(written(value), JSON.stringify(value));
    assert.is(
      written([value, { [String(value)]: value, z: [value] }]),
      JSON.stringify([value, { [String(value)]: value, z: [value] }]),
    );
  });

test('any value is written as it is elsewhere', () => {
  const random = seededRandom('json writer');
  const pick = <T>(values: readonly T[]): T => values[random.int(values.length)] as T;
  const make = (depth: number): unknown => {
    const kind = random.int(depth > 4 ? 3 : 5);
    if (kind === 0) return pick(TEXTS.filter(({ length }) => length < 100));
    if (kind === 1) return pick(NUMBERS);
    if (kind === 2) return pick([true, false, null, undefined]);
    const parts = Array.from({ length: random.int(6) }, () => make(depth + 1));
    return kind === 3
      ? parts
      : Object.fromEntries(parts.map((part, index) => [pick(TEXTS).slice(0, 50) + index, part]));
  };
  for (let count = 0; count < 500; count += 1) {
    const value = [make(0)];
    assert.is(written(value), JSON.stringify(value));
  }
});

test('a value that is shared is written as it is elsewhere', () => {
  const shared = shareValue([{ b: 1 }, 'c']);
  const value = { a: shared, d: [shared, shared] };
  assert.is(written(value), JSON.stringify(value));
  assert.throws(() => shared.push('more'), /not extensible/);
});

test('what is larger than the buffer fits all the same', () => {
  const large = Array.from({ length: 5000 }, (_, index) => ({ name: `item-${index}`, text: 'é'.repeat(index % 300) }));
  assert.is(written(large), JSON.stringify(large));
  assert.is(written('x'.repeat(4_000_000)).length, 4_000_002);
  assert.is(written('small again'), '"small again"');
});

test.run();
