import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { internalDiff, internalForm } from '../../src/strategies/validation/internal-form.ts';
import { unifiedDiff } from '../../src/strategies/validation/unified-diff.ts';

const test = suite('Differences as messages show them');

const lines = (from: number, to: number): string[] =>
  Array.from({ length: to - from + 1 }, (_, index) => String(from + index));
const text = (...parts: readonly (string | string[])[]): string => parts.flat().join('\n');

const ROWS: readonly (readonly [name: string, before: string, after: string, difference: string])[] = [
  ['nothing', 'a\nb', 'a\nb', ''],
  ['a line', 'a\nb\nc', 'a\nx\nc', '@@ -1,3 +1,3 @@\n a\n-b\n+x\n c\n'],
  ['the only line', 'a', 'b', '@@ -1 +1 @@\n-a\n+b\n'],
  ['a line more at the end', 'a\nb', 'a\nb\nc', '@@ -1,2 +1,3 @@\n a\n b\n+c\n'],
  ['all of it new', '', 'a\nb', '@@ -1 +1,2 @@\n-\n+a\n+b\n'],
  [
    'changes close together stand in one hunk',
    text(lines(1, 20)),
    text(lines(1, 5), 'x', lines(7, 12), 'y', lines(14, 20)),
    `${text(
      '@@ -3,14 +3,14 @@',
      ' 3',
      ' 4',
      ' 5',
      '-6',
      '+x',
      lines(7, 12).map((line) => ` ${line}`),
      '-13',
      '+y',
      ' 14',
      ' 15',
      ' 16',
    )}\n`,
  ],
  [
    'changes far from each other in two',
    text(lines(1, 20)),
    text('x', lines(2, 19), 'y'),
    `${text('@@ -1,4 +1,4 @@', '-1', '+x', ' 2', ' 3', ' 4')}\n${text('@@ -17,4 +17,4 @@', ' 17', ' 18', ' 19', '-20', '+y')}\n`,
  ],
];

for (const [name, before, after, difference] of ROWS)
  test(name, () => assert.is(unifiedDiff(before, after), difference));

test('in a long text, lines that stand everywhere are no place to start from', () => {
  const braces = Array.from({ length: 120 }, (_, index) => [`"${index}": {`, '}']).flat();
  const before = text(braces);
  const after = text(braces.slice(0, 100), '"new": {', '}', braces.slice(100));
  assert.is(unifiedDiff(before, after), '@@ -98,6 +98,8 @@\n }\n "49": {\n }\n+"new": {\n+}\n "50": {\n }\n "51": {\n');
});

test('a struct has all its fields, in the order of its type', () => {
  assert.equal(JSON.stringify(internalForm('Toleration', { key: 'a' })), TOLERATION);
  assert.equal(JSON.stringify(internalForm('ConfigMapKeySelector', { name: 'm', key: 'k' })), SELECTOR);
});

const TOLERATION = '{"Key":"a","Operator":"","Value":"","Effect":"","TolerationSeconds":null}';
const SELECTOR = '{"Name":"m","Key":"k","Optional":null}';

test('what a pod shares with its host belongs to its security context', () => {
  assert.is(
    internalDiff('PodSpec', { securityContext: {} }, { securityContext: {}, hostNetwork: true }),
    '@@ -12,7 +12,7 @@\n  "AutomountServiceAccountToken": null,\n  "NodeName": "",\n  "SecurityContext": {\n-  "HostNetwork": false,\n+  "HostNetwork": true,\n   "HostPID": false,\n   "HostIPC": false,\n   "ShareProcessNamespace": null,\n',
  );
});

test('metadata and selectors are as on the wire, with their keys in order', () => {
  const template = { metadata: { labels: { b: '1', a: '<' } } };
  assert.equal(Object.keys(internalForm('PodTemplateSpec', template)), ['labels', 'Spec']);
  assert.is(
    internalDiff('PodTemplateSpec', {}, template).split('\n').slice(0, 6).join('|'),
    '@@ -1,4 +1,8 @@| {|+ "labels": {|+  "a": "\\u003c",|+  "b": "1"|+ },',
  );
});

test.run();
