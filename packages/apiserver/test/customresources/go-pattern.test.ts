/** Patterns of definitions, which are written for Go. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { goPattern, goPatternError } from '../../src/customresources/go-pattern.ts';

const test = suite('patterns');

for (const [pattern, matching, other] of [
  ['^[a-z]+$', 'abc', 'ABC'],
  ['^(?i)[a-z]([-a-z0-9]*[a-z0-9])?$', 'ABC-1', 'a_b'],
  ['(?i)^ab$', 'Ab', 'Ac'],
  ['^((?i)sun|mon)day$', 'SUNday', 'sunDAY'],
  ['^(?:(?i:a)b)$', 'Ab', 'AB'],
  ['^[[:alpha:]_]+$', 'a_B', '1'],
  ['^(?P<year>[0-9]{4})$', '2026', '26'],
  ['\\Aab\\z', 'ab', 'abc'],
  ['^[\\w.-]+$', 'a.b-c', 'a b'],
  ['^a\\-b$', 'a-b', 'ab'],
  ['^[^/]+/[^/]+$', 'a/b', 'ab'],
  ['^.$', '\r', '\n'],
  ['(?s)^.$', '\n', 'ab'],
  ['(?m)^b$', 'a\nb', 'ab'],
  ['^\\Qa.b\\E$', 'a.b', 'axb'],
  ['^\\p{Lu}$', 'Ä', 'ä'],
  ['^[][]$', '[', 'a'],
  ['^\\x{41}$', 'A', 'B'],
  ['^\\d{1,3}(?:\\.\\d{1,3}){3}$', '10.0.0.1', '10.0'],
] as const)
  test(`${pattern} matches ${JSON.stringify(matching)}, not ${JSON.stringify(other)}`, () =>
    assert.equal([goPattern(pattern).test(matching), goPattern(pattern).test(other)], [true, false]));

for (const [pattern, message] of [
  ['(?=a)', 'error parsing regexp: invalid or unsupported Perl syntax: `(?=`'],
  ['(a)\\1', 'error parsing regexp: invalid escape sequence: `\\1`'],
  ['(', 'error parsing regexp: invalid expression: `(`'],
] as const)
  test(`${pattern} is none`, () => assert.is(goPatternError(pattern), message));

test.run();
