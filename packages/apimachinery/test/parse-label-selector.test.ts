/** Broken label selectors are refused in the words of k8s.io/apimachinery/pkg/labels. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { isStatusError, parseLabelSelector } from '../src/index.ts';

const test = suite('parse label selector');
const VALUE_RULE =
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";
const NAME_RULE =
  "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";

const BAD: [selector: string, message: string][] = [
  ['=a', "found '=', expected: !, identifier, or 'end of string'"],
  [',a', "found ',', expected: !, identifier, or 'end of string'"],
  ['a,', "found '', expected: identifier after ','"],
  ['a,=b', "found '=', expected: identifier after ','"],
  ['a=b c', "found 'c', expected: ',' or 'end of string'"],
  ['!a=b', "found '=', expected: ',' or 'end of string'"],
  ['!', "unable to parse requirement: found '', expected: identifier"],
  ['!!a', "unable to parse requirement: found '!', expected: identifier"],
  ['a b', "unable to parse requirement: found 'b', expected: in, notin, =, ==, !=, gt, lt"],
  ['a!b', "unable to parse requirement: found '!', expected: in, notin, =, ==, !=, gt, lt"],
  ['a=>b', "unable to parse requirement: found '>', expected: identifier"],
  ['a in b', "unable to parse requirement: found 'b' expected: '('"],
  ['a in (', "unable to parse requirement: found '', expected: ',', ')' or identifier"],
  ['a in (b', "unable to parse requirement: found '', expected: ',' or ')'"],
  ['a in (b c)', "unable to parse requirement: found 'c', expected: ',' or ')'"],
  ['a in (b,!)', "unable to parse requirement: found '!', expected: ',', or identifier"],
  [
    'a>x',
    `unable to parse requirement: values[0]: Invalid value: "x": for 'Gt', 'Lt' operators, the value must be an integer`,
  ],
  ['a=-b', `unable to parse requirement: values[0][a]: Invalid value: "-b": ${VALUE_RULE}`],
  ['a in (b,c$)', `unable to parse requirement: values[1][a]: Invalid value: "c$": ${VALUE_RULE}`],
  ['$a=b', `unable to parse requirement: <nil>: Invalid value: "$a": ${NAME_RULE}`],
];

for (const [selector, message] of BAD)
  test(`"${selector}" is refused`, () => {
    try {
      parseLabelSelector(selector);
    } catch (error) {
      assert.ok(isStatusError(error));
      assert.is(error.code, 400);
      assert.is(error.reason, 'BadRequest');
      assert.is(error.message, message);
      return;
    }
    assert.unreachable('it was accepted');
  });

test('requirements come with sorted values, each once', () =>
  assert.equal(parseLabelSelector('a in (z,b,z)'), [{ key: 'a', operator: 'In', values: ['b', 'z'] }]));

test.run();
