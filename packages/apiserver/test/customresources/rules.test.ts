/** Rules in the Common Expression Language: compiled with the definition, run on every write. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { startServer } from '../endpoints/_server.ts';
import { causesOf, create, DEFINITIONS, definition, patch, startWidgets, version } from './_widgets.ts';

const test = suite('rules of custom resources');
const text = { type: 'string' };

const PROPERTIES = {
  name: text,
  size: { type: 'integer' },
  part: { type: 'number' },
  sizes: { type: 'array', items: { type: 'integer' } },
  tags: { type: 'array', items: text },
  labels: { type: 'object', additionalProperties: text },
  port: { 'x-kubernetes-int-or-string': true },
  at: { type: 'string', format: 'date-time' },
  wait: { type: 'string', format: 'duration' },
  'a-b': text,
};
const SPEC = {
  name: 'abc',
  size: 3,
  part: 1.5,
  sizes: [1, 2, 3],
  tags: ['a', 'b'],
  labels: { a: 'x' },
  port: 80,
  at: '2026-01-01T00:00:00Z',
  wait: '1h30m',
  'a-b': 'z',
};

/** A version whose spec keeps to a rule. */
const ruled = (rule: object, properties: object = PROPERTIES): object =>
  version(properties, {}, { 'x-kubernetes-validations': [rule] });

const TRUE = [
  "self.name == 'abc' && self.name.startsWith('a') && self.name.matches('^[a-z]+$')",
  'self.size + 1 == 4 && double(self.size) > self.part && self.size > self.part',
  'self.sizes.isSorted() && self.sizes.sum() == 6 && self.sizes.min() == 1 && self.sizes.indexOf(2) == 1',
  "self.tags.all(t, t.size() == 1) && self.tags.exists(t, t == 'a') && self.tags.map(t, t + '!') == ['a!', 'b!']",
  "'a' in self.labels && self.labels.all(k, self.labels[k] == 'x') && !has(self.labels.b)",
  'self.port == 80 && type(self.port) == int',
  "self.at < timestamp('2027-01-01T00:00:00Z') && self.wait > duration('1h') && self.wait.getMinutes() == 90",
  "self.a__dash__b == 'z'",
  "quantity('1Gi').isGreaterThan(quantity('1Mi')) && quantity('1') == quantity('1000m') && !isQuantity('x')",
  "ip('10.0.0.1').family() == 4 && cidr('10.0.0.0/8').containsIP('10.1.2.3') && string(ip('::1')) == '::1'",
  "cidr('10.1.0.0/8').masked() == cidr('10.0.0.0/8') && ip('127.0.0.1').isLoopback()",
  "url('https://a.b:8080/x?y=1').getPort() == '8080' && !isURL('nope')",
  "!format.dns1123Label().validate('a-b').hasValue() && format.named('uuid').value().validate('x').hasValue()",
  "'a1b2'.findAll('[0-9]') == ['1', '2'] && 'x9'.find('[0-9]') == '9' && sets.contains([1, 2], [1])",
];

for (const rule of TRUE)
  test(`holds: ${rule}`, async () => {
    await using server = await startWidgets([ruled({ rule })]);
    const answer = await create(server, SPEC);
    assert.is(answer.status, 201, answer.text);
    await using other = await startWidgets([ruled({ rule: `!(${rule})` })]);
    assert.is((await create(other, SPEC)).status, 422);
  });

for (const [rule, fault] of [
  ['self.nope == 1', "ERROR: <input>:1:5: undefined field 'nope'"],
  ['nope', "ERROR: <input>:1:1: undeclared reference to 'nope' (in container '')"],
  ["self.size == 'a'", "ERROR: <input>:1:11: found no matching overload for '_==_' applied to '(int, string)'"],
  ['self.size', 'cel expression must evaluate to a bool'],
  ['self.name.foo()', "undeclared reference to 'foo' (in container '')"],
  ['math.greatest(1, 2) == 2', "undeclared reference to 'math' (in container '')"],
  ['optional.of(1).hasValue()', "undeclared reference to 'optional' (in container '')"],
  ['self.?name == 1', "ERROR: <input>:1:5: unsupported syntax '.?'"],
  ['self.size.all(x, true)', "expression of type 'int' cannot be range of a comprehension"],
  ['a b', "ERROR: <input>:1:3: Syntax error: extraneous input 'b' expecting <EOF>"],
  ['self.size ==', "Syntax error: mismatched input '<EOF>' expecting"],
] as const)
  test(`not compiled: ${rule}`, async () => {
    await using server = await startServer();
    const answer = await server.ask(`POST ${DEFINITIONS}`, { body: definition([ruled({ rule })]) });
    assert.is(answer.status, 422);
    assert.ok(causesOf(answer)[0]?.includes(fault), causesOf(answer).join('\n'));
  });

for (const [name, rule, cause] of [
  ['a message of two lines', { rule: 'true', message: 'a\nb' }, 'message must not contain line breaks'],
  [
    'a message that computes no text',
    { rule: 'true', messageExpression: 'self.size' },
    'messageExpression must evaluate to a string',
  ],
  ['an unknown reason', { rule: 'true', reason: 'Nope' }, 'Unsupported value: "Nope"'],
  ['a path that leads nowhere', { rule: 'true', fieldPath: '.nope' }, 'does not refer to a valid field'],
  [
    'an optional old value that is not used',
    { rule: 'true', optionalOldSelf: true },
    'may not be set if oldSelf is not used in rule',
  ],
] as const)
  test(`refused: ${name}`, async () => {
    await using server = await startServer();
    const answer = await server.ask(`POST ${DEFINITIONS}`, { body: definition([ruled(rule)]) });
    assert.ok(causesOf(answer)[0]?.includes(cause), answer.text);
  });

test("old items of a plain list are nobody's", async () => {
  await using server = await startServer();
  const items = { ...text, 'x-kubernetes-validations': [{ rule: 'self == oldSelf' }] };
  const body = definition([version({ tags: { type: 'array', items } })]);
  const answer = await server.ask(`POST ${DEFINITIONS}`, { body });
  assert.ok(causesOf(answer)[0]?.includes('oldSelf cannot be used on the uncorrelatable portion of the schema within'));
});

for (const [name, rule, cause] of [
  [
    'the rule itself, where it has no message',
    { rule: 'self.size > 5' },
    'spec: Invalid value: failed rule: self.size > 5',
  ],
  [
    'a computed message',
    { rule: 'self.size > 5', message: 'no', messageExpression: "'not ' + string(self.size)" },
    'spec: Invalid value: not 3',
  ],
  [
    'the message, where none can be computed',
    { rule: 'self.size > 5', message: 'no', messageExpression: 'self.tags[9]' },
    'spec: Invalid value: no',
  ],
  [
    'a reason and a path',
    { rule: 'self.size > 5', message: 'no', reason: 'FieldValueForbidden', fieldPath: '.size' },
    'spec.size: Forbidden: no',
  ],
  [
    'a failure of the rule',
    { rule: "self.labels['b'] == 'x'" },
    "spec: Invalid value: \"object\": no such key: b evaluating rule: self.labels['b'] == 'x'",
  ],
] as const)
  test(`says: ${name}`, async () => {
    await using server = await startWidgets([ruled(rule)]);
    assert.equal(causesOf(await create(server, SPEC)), [cause]);
  });

test('rules of change are for changes', async () => {
  const size = { type: 'integer', 'x-kubernetes-validations': [{ rule: 'self >= oldSelf', message: 'only up' }] };
  await using server = await startWidgets([version({ size, name: text })]);
  assert.is((await create(server, { size: 3 })).status, 201);
  assert.is((await patch(server, { spec: { size: 4 } })).status, 200);
  assert.equal(causesOf(await patch(server, { spec: { size: 2 } })), ['spec.size: Invalid value: 2: only up']);
});

test('an old value may be optional', async () => {
  const rule = 'oldSelf.hasValue() ? self >= oldSelf.value() : self == 1';
  const size = { type: 'integer', 'x-kubernetes-validations': [{ rule, optionalOldSelf: true, message: 'no' }] };
  await using server = await startWidgets([version({ size })]);
  assert.is((await create(server, { size: 2 })).status, 422);
  assert.is((await create(server, { size: 1 })).status, 201);
  assert.is((await patch(server, { spec: { size: 5 } })).status, 200);
  assert.is((await patch(server, { spec: { size: 4 } })).status, 422);
});

test('a rule finds no fault with what does not change', async () => {
  await using server = await startWidgets([version({ size: { type: 'integer' }, name: text })]);
  await create(server, { size: 1 });
  const size = { type: 'integer', 'x-kubernetes-validations': [{ rule: 'self > 5' }] };
  const path = `${DEFINITIONS}/widgets.shop.example.com`;
  await patch(server, { spec: { versions: [version({ size, name: text })] } }, path);
  assert.is((await patch(server, { spec: { name: 'x' } })).status, 200);
  assert.is((await patch(server, { spec: { size: 2 } })).status, 422);
});

test.run();
