/** Field errors read as those of k8s.io/apimachinery/pkg/util/validation/field. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  duplicate,
  type FieldError,
  forbiddenField,
  formatBadValue,
  formatFieldErrors,
  internalFieldError,
  invalidValue,
  notFoundField,
  notSupported,
  required,
  tooLong,
  tooMany,
  typeInvalid,
} from '../src/index.ts';

const test = suite('field error');

const CASES: [error: FieldError, reason: string, text: string][] = [
  [required('spec.a', ''), 'FieldValueRequired', 'spec.a: Required value'],
  [required('spec.a', 'must be set'), 'FieldValueRequired', 'spec.a: Required value: must be set'],
  [invalidValue('a', 0, 'too small'), 'FieldValueInvalid', 'a: Invalid value: 0: too small'],
  [invalidValue('a', 'x', ''), 'FieldValueInvalid', 'a: Invalid value: "x"'],
  [
    notSupported('a', 'x', ['b', 'a']),
    'FieldValueNotSupported',
    'a: Unsupported value: "x": supported values: "b", "a"',
  ],
  [notSupported('a', 'x', []), 'FieldValueNotSupported', 'a: Unsupported value: "x"'],
  [duplicate('a', 'x'), 'FieldValueDuplicate', 'a: Duplicate value: "x"'],
  [forbiddenField('a', 'may not be set'), 'FieldValueForbidden', 'a: Forbidden: may not be set'],
  [tooLong('a', 63), 'FieldValueTooLong', 'a: Too long: may not be more than 63 bytes'],
  [tooLong('a', 1), 'FieldValueTooLong', 'a: Too long: may not be more than 1 byte'],
  [tooMany('a', 3, 2), 'FieldValueTooMany', 'a: Too many: 3: must have at most 2 items'],
  [tooMany('a', 3, 1), 'FieldValueTooMany', 'a: Too many: 3: must have at most 1 item'],
  [notFoundField('a', 'x'), 'FieldValueNotFound', 'a: Not found: "x"'],
  [typeInvalid('a', 1, 'must be text'), 'FieldValueTypeInvalid', 'a: Invalid value: 1: must be text'],
  [internalFieldError('a', 'it broke'), 'InternalError', 'a: Internal error: it broke'],
];
for (const [error, reason, text] of CASES)
  test(`${text}`, () => {
    assert.is(error.reason, reason);
    assert.is(formatFieldErrors([error]), text);
  });

const VALUES: [value: unknown, text: string][] = [
  [null, 'null'],
  [undefined, 'null'],
  [true, 'true'],
  [1.5, '1.5'],
  ['a"b\\', '"a\\"b\\\\"'],
  ['tab\there', '"tab\\there"'],
  ['nul\0', '"nul\\x00"'],
  ['grün 東', '"grün 東"'],
  ['zero\u200bwidth', '"zero\\u200bwidth"'],
  [{ a: '<b>' }, '{"a":"\\u003cb\\u003e"}'],
  [['x'], '["x"]'],
];
for (const [value, text] of VALUES) test(`a bad value shows as ${text}`, () => assert.is(formatBadValue(value), text));

test('several errors stand in brackets, each once', () =>
  assert.is(
    formatFieldErrors([required('a'), required('b'), required('a')]),
    '[a: Required value, b: Required value]',
  ));

test('an error said twice needs no brackets', () =>
  assert.is(formatFieldErrors([required('a'), required('a')]), 'a: Required value'));

test.run();
