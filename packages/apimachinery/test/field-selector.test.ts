/** Field selectors parse as those of k8s.io/apimachinery/pkg/fields. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type FieldRequirement, isStatusError, parseFieldSelector } from '../src/index.ts';

const test = suite('field selector');
const equal = (field: string, value: string): FieldRequirement => ({ field, operator: '=', value });

const GOOD: [selector: string, requirements: FieldRequirement[]][] = [
  ['', []],
  [',', []],
  ['metadata.name=web', [equal('metadata.name', 'web')]],
  ['metadata.name==web', [equal('metadata.name', 'web')]],
  ['status.phase!=Running', [{ field: 'status.phase', operator: '!=', value: 'Running' }]],
  ['spec.nodeName=', [equal('spec.nodeName', '')]],
  ['b=1,a=2', [equal('a', '2'), equal('b', '1')]],
  ['=', []],
  ['a=x\\,y', [equal('a', 'x,y')]],
  ['a=x\\=y', [equal('a', 'x=y')]],
  ['a=x\\\\', [equal('a', 'x\\')]],
  ['a!b=c', [equal('a!b', 'c')]],
];
for (const [selector, requirements] of GOOD)
  test(`"${selector}" is understood`, () => assert.equal(parseFieldSelector(selector), requirements));

const BAD: [selector: string, message: string][] = [
  ['metadata.name', "invalid selector: 'metadata.name'; can't understand 'metadata.name'"],
  ['b=1,a', "invalid selector: 'b=1,a'; can't understand 'a'"],
  ['a=b=c', 'invalid field selector: unescaped character in value: 61'],
  ['a=b\\c', 'invalid field selector: invalid escape sequence: \\c'],
  ['a=b\\', 'invalid field selector: invalid escape sequence: \\'],
];
for (const [selector, message] of BAD)
  test(`"${selector}" is refused`, () => {
    assert.throws(
      () => parseFieldSelector(selector),
      (error: unknown) => isStatusError(error) && error.code === 400 && error.message === message,
    );
  });

test.run();
