/** Durations are read, and refused, as Go reads and refuses them. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parseDuration } from '../../src/endpoints/parse-duration.ts';

const test = suite('parseDuration');

const GOOD: [string, number][] = [
  ['0', 0],
  ['-0', 0],
  ['5s', 5000],
  ['1h2m3s', 3_723_000],
  ['1.5s', 1500],
  ['.5m', 30_000],
  ['1.s', 1000],
  ['-250ms', -250],
  ['+7us', 0.007],
  ['7µs', 0.007],
  ['7μs', 0.007],
  ['3000000ns', 3],
  ['2562047h', 2562047 * 3_600_000],
];
for (const [text, milliseconds] of GOOD)
  test(`${text} is ${milliseconds} ms`, () => assert.is(parseDuration(text) + 0, milliseconds));

const BAD: [string, string][] = [
  ['', 'time: invalid duration ""'],
  ['-', 'time: invalid duration "-"'],
  ['invalid', 'time: invalid duration "invalid"'],
  ['.s', 'time: invalid duration ".s"'],
  ['+.s', 'time: invalid duration "+.s"'],
  ['3', 'time: missing unit in duration "3"'],
  ['1h3', 'time: missing unit in duration "1h3"'],
  ['1d', 'time: unknown unit "d" in duration "1d"'],
  ['1s 2s', 'time: unknown unit "s " in duration "1s 2s"'],
  ['1constructor', 'time: unknown unit "constructor" in duration "1constructor"'],
  ['9223372036854775807h', 'time: invalid duration "9223372036854775807h"'],
  ['1"é', String.raw`time: unknown unit "\"\xc3\xa9" in duration "1\"\xc3\xa9"`],
];
for (const [text, message] of BAD)
  test(`${JSON.stringify(text)} is refused`, () =>
    assert.throws(
      () => parseDuration(text),
      ({ message: said }: Error) => said === message,
    ));

test.run();
