/** Bodies are read as the real server reads them, down to the words for broken ones. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { BodySyntaxError, decodeBody } from '../../src/schema/decode-body.ts';
import { loadYaml } from '../../src/schema/yaml-body.ts';

const test = suite('decodeBody');

const json = (text: string): ReturnType<typeof decodeBody> => decodeBody(Buffer.from(text), 'application/json');
const messageOf = (read: () => unknown): string => {
  try {
    read();
  } catch (reason) {
    assert.instance(reason, BodySyntaxError);
    return (reason as Error).message;
  }
  throw new Error('it was read');
};

const BROKEN: readonly (readonly [string, string])[] = [
  ['{"apiVersion":"v1",', 'unexpected end of JSON input'],
  ['', 'unexpected end of JSON input'],
  ['{"a" 1}', "invalid character '1' after object key"],
  ['{"a":1 "b":2}', `invalid character '"' after object key:value pair`],
  ['[1 2]', "invalid character '2' after array element"],
  ['{a:1}', "invalid character 'a' looking for beginning of object key string"],
  ['{"a":1}x', "invalid character 'x' after top-level value"],
  ['nope', "invalid character 'o' in literal null (expecting 'u')"],
  ['{"a":-}', "invalid character '}' in numeric literal"],
  ['{"a":1.}', "invalid character '}' after decimal point in numeric literal"],
  ['{"a":"\n"}', "invalid character '\\n' in string literal"],
  ['{"a":"\\x"}', "invalid character 'x' in string escape code"],
  ["'a'", "invalid character '\\'' looking for beginning of value"],
];
for (const [text, message] of BROKEN)
  test(`${JSON.stringify(text)} is refused in Go's words`, () => {
    assert.is(
      messageOf(() => json(text)),
      message,
    );
  });

test('a field that stands twice is reported, and the last one counts', () => {
  const { value, duplicates } = json('{"spec":{"paused":true,"paused":false},"items":[{"a":1,"a":2}],"spec2":1}');
  assert.equal(value, { spec: { paused: false }, items: [{ a: 2 }], spec2: 1 });
  assert.equal(duplicates, ['duplicate field "spec.paused"', 'duplicate field "items[0].a"']);
});

test('colons and quotes inside texts are no fields', () => {
  assert.equal(json(String.raw`{"a":"x:\"y\\","b\":":":"}`).duplicates, []);
});

test('strings of any length end where they end', () => {
  for (let length = 50; length < 90; length += 1)
    for (let backslashes = 0; backslashes < 4; backslashes += 1) {
      const text = JSON.stringify({
        a: `${'x'.repeat(length)}${'\\'.repeat(backslashes)}":,"`,
        b: 'é"'.repeat(length),
      });
      assert.equal(json(text).duplicates, []);
      assert.equal(json(text.replace('"b"', '"a"')).duplicates, ['duplicate field "a"']);
    }
});

test('a key named __proto__ is a key like any other', () => {
  const { value } = json('{"__proto__":{"polluted":true}}');
  assert.ok(Object.hasOwn(value as object, '__proto__'));
  assert.is(({} as Record<string, unknown>).polluted, undefined);
});

test('nesting without end is refused', () => {
  assert.is(
    messageOf(() => json('['.repeat(100_000))),
    'exceeded max depth',
  );
});

const yaml = async (text: string): Promise<ReturnType<typeof decodeBody>> =>
  decodeBody(Buffer.from(text), 'application/yaml', await loadYaml());

const SCALARS: readonly (readonly [string, unknown])[] = [
  ['yes', true],
  ['off', false],
  ['y', true],
  ['~', null],
  ['', null],
  ['0777', 511],
  ['0o17', 15],
  ['0x1F', 31],
  ['1_000', 1000],
  ['1.5e3', 1500],
  ['2020-01-01', '2020-01-01'],
  ['1:30', '1:30'],
  ['"yes"', 'yes'],
  ['!!str 5', '5'],
];
for (const [text, value] of SCALARS)
  test(`YAML reads ${text || 'nothing'} as ${JSON.stringify(value)}`, async () => {
    assert.equal((await yaml(`a: ${text}\n`)).value, { a: value });
  });

test('YAML keys become texts, so that y is true', async () => {
  assert.equal((await yaml('y: 1\n5: 2\n')).value, { 5: 2, true: 1 });
});

test('YAML merge keys and aliases are unfolded', async () => {
  assert.equal((await yaml('base: &b {a: 1, c: 1}\nmore:\n  <<: *b\n  c: 2\n')).value, {
    base: { a: 1, c: 1 },
    more: { a: 1, c: 2 },
  });
});

test('only the first YAML document counts', async () => {
  assert.equal((await yaml('a: 1\n---\nb: 2\n')).value, { a: 1 });
});

test('a YAML key that stands twice is reported with its line', async () => {
  const { value, duplicates } = await yaml('a: 1\nb: 2\na: 3\n');
  assert.equal(value, { a: 3, b: 2 });
  assert.equal(duplicates, ['yaml: unmarshal errors:\n  line 3: key "a" already set in map']);
});

test('aliases that unfold without measure are refused', async () => {
  const levels = Array.from({ length: 9 }, (_, level) => `l${level + 1}: &l${level + 1} [${`*l${level},`.repeat(9)}]`);
  const bomb = ['l0: &l0 [x]', ...levels].join('\n');
  const reader = await loadYaml();
  assert.match(
    messageOf(() => decodeBody(Buffer.from(bomb), 'application/yaml', reader)),
    'excessive aliasing',
  );
});

test.run();
