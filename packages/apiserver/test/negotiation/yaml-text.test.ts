/** YAML answers: the style of the real server, and nothing lost on the way. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parse } from 'yaml';
import { yamlText } from '../../src/negotiation/yaml-text.ts';

const test = suite('yaml text');

const TEXTS: [unknown, string][] = [
  [{ b: 1, a: { d: [], c: {} } }, 'a:\n  c: {}\n  d: []\nb: 1\n'],
  [{ list: [{ b: 'x', a: 1 }, ['y', ['z']], null] }, 'list:\n- a: 1\n  b: x\n- - "y"\n  - - z\n- null\n'],
  [{ k: '1', t: '2026-11-22T19:36:41Z', yes: 'no' }, 'k: "1"\nt: "2026-11-22T19:36:41Z"\n"yes": "no"\n'],
  [{ glob: '*', pair: 'a: b', quote: "it's # not" }, "glob: '*'\npair: 'a: b'\nquote: 'it''s # not'\n"],
  [
    { text: 'a\nb\n', open: 'a\nb', nested: { more: 'a\n\n' } },
    'nested:\n  more: |+\n    a\n\nopen: |-\n  a\n  b\ntext: |\n  a\n  b\n',
  ],
  [{ control: '\u0007', nothing: '' }, 'control: "\\a"\nnothing: ""\n'],
  [{ gone: undefined, f: { '.': {}, 'f:k': {} } }, 'f:\n  .: {}\n  f:k: {}\n'],
  [[], '[]\n'],
];
for (const [value, text] of TEXTS) test(JSON.stringify(value), () => assert.is(yamlText(value), text));

const NASTY = [
  ...['', '1', '1.5', '0x1f', '1_000', '1:30', '12e3', '.5', 'yes', 'y', 'null', '~', '2026-01-01', '010', '<<', '='],
  ...['a:b', 'x:', ':a', '- a', '-a', '-', '?', 'a #b', '#a', '{a', 'a{', '"q"', ' a', 'a ', '---', '...', '%a', '!a'],
  ...[
    '\na',
    ' a\nb',
    'a \nb',
    'a\n b',
    'a\n\n\tb',
    '\n',
    '\n\n',
    'a\tb',
    'a\r\nb',
    'a\u2028b',
    '\\',
    'é',
    '😀',
    '\u0000',
  ],
];
test('every text is read back as it was, as a value and as a key', () => {
  for (const text of NASTY) {
    const value = { list: [text], [text]: text, deep: { deeper: [{ text }] } };
    assert.equal(parse(yamlText(value), { version: '1.1', merge: false }), value, JSON.stringify(text));
  }
});

test.run();
