/** Objects of a custom resource: pruned, defaulted, checked and shown by their definition. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { causesOf, create, patch, startWidgets, version, WIDGETS, widget } from './_widgets.ts';

const test = suite('custom objects');
const text = { type: 'string' };
const free = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
const status = { subresources: { status: {} } };

for (const [name, properties, given, kept] of [
  ['unknown fields go', { a: text }, { a: 'x', b: 1 }, { a: 'x' }],
  ['unless they are preserved', { a: free }, { a: { b: { c: 1 } } }, { a: { b: { c: 1 } } }],
  [
    'what is known below preserved fields is still pruned',
    { a: { ...free, properties: { b: { type: 'object', properties: { c: text } } } } },
    { a: { x: 1, b: { c: 'y', d: 1 } } },
    { a: { x: 1, b: { c: 'y' } } },
  ],
  [
    'defaults come in, also below others',
    { a: { type: 'object', default: {}, properties: { b: { ...text, default: 'x' } } } },
    {},
    { a: { b: 'x' } },
  ],
  ['a null is dropped where none may be', { a: text }, { a: null }, {}],
  ['and kept where one may', { a: { ...text, nullable: true, default: 'x' } }, { a: null }, { a: null }],
  [
    'numbers and texts share a field',
    { a: { 'x-kubernetes-int-or-string': true }, b: { 'x-kubernetes-int-or-string': true } },
    { a: 1, b: '1' },
    { a: 1, b: '1' },
  ],
  [
    'an embedded object keeps its type and metadata',
    { a: { type: 'object', 'x-kubernetes-embedded-resource': true, properties: { spec: { type: 'object' } } } },
    { a: { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', junk: 1 }, spec: {}, x: 1 } },
    { a: { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' }, spec: {} } },
  ],
  [
    'an empty list and an empty object stay',
    { a: { type: 'array', items: text }, b: { type: 'object' } },
    { a: [], b: {} },
    { a: [], b: {} },
  ],
] as const)
  test(name, async () => {
    await using server = await startWidgets([version(properties)]);
    const { json } = await create(server, given);
    assert.equal(json.spec, kept);
  });

for (const [schema, value, cause] of [
  [{ type: 'boolean' }, 'x', 'spec.a: Invalid value: "string": spec.a in body must be of type boolean: "string"'],
  [{ type: 'integer' }, 1.5, 'spec.a: Invalid value: "number": spec.a in body must be of type integer: "number"'],
  [{ ...text, minLength: 2 }, 'x', 'spec.a: Invalid value: "x": spec.a in body should be at least 2 chars long'],
  [{ ...text, pattern: '^a' }, 'b', 'spec.a: Invalid value: "b": spec.a in body should match \'^a\''],
  [{ ...text, format: 'ipv4' }, 'x', 'spec.a: Invalid value: "x": spec.a in body must be of type ipv4: "x"'],
  [
    { type: 'integer', minimum: 1, exclusiveMinimum: true },
    1,
    'spec.a: Invalid value: 1: spec.a in body should be greater than 1',
  ],
  [{ type: 'integer', multipleOf: 3 }, 4, 'spec.a: Invalid value: 4: spec.a in body should be a multiple of 3'],
  [{ type: 'array', items: text, maxItems: 1 }, ['x', 'y'], 'spec.a: Too many: 2: must have at most 1 item'],
  [
    { type: 'array', items: text, minItems: 1 },
    [],
    'spec.a: Invalid value: 0: spec.a in body should have at least 1 items',
  ],
  [
    { type: 'object', additionalProperties: text, maxProperties: 1 },
    { x: 'x', y: 'y' },
    'spec.a: Too many: 2: must have at most 1 item',
  ],
  [{ ...text, not: { enum: ['x'] } }, 'x', '<nil>: Invalid value: "": "spec.a" must not validate the schema (not)'],
  [
    { ...text, oneOf: [{ minLength: 2 }, { pattern: '^y' }] },
    'x',
    '<nil>: Invalid value: "": "spec.a" must validate one and only one schema (oneOf). Found none valid',
  ],
  [
    { ...text, anyOf: [{ minLength: 2 }, { pattern: '^y' }] },
    'x',
    '<nil>: Invalid value: "": "spec.a" must validate at least one schema (anyOf)',
  ],
  [
    { ...text, allOf: [{ minLength: 2 }] },
    'x',
    '<nil>: Invalid value: "": "spec.a" must validate all the schemas (allOf). None validated',
  ],
  [
    { type: 'object', 'x-kubernetes-embedded-resource': true, 'x-kubernetes-preserve-unknown-fields': true },
    { kind: 'Pod' },
    'spec.a.apiVersion: Required value: must not be empty',
  ],
] as const)
  test(`refused: ${cause}`, async () => {
    await using server = await startWidgets([version({ a: schema })]);
    const answer = await create(server, { a: value });
    assert.is(answer.status, 422, answer.text);
    assert.ok(causesOf(answer).includes(cause), causesOf(answer).join('\n'));
  });

test('what was stored before a rule came is borne until it changes', async () => {
  await using server = await startWidgets([version({ a: text, b: text })]);
  await create(server, { a: 'x' });
  const versions = [version({ a: { ...text, minLength: 2 }, b: text })];
  const path = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions/widgets.shop.example.com';
  await patch(server, { spec: { versions } }, path);
  assert.is((await patch(server, { spec: { b: 'y' } })).status, 200);
  assert.is((await patch(server, { spec: { a: 'y' } })).status, 422);
});

test('without a status subresource the status counts as any other field', async () => {
  await using server = await startWidgets([version({ a: text })]);
  await create(server, { a: 'x' });
  const { json } = await patch(server, { status: { ready: true } });
  assert.equal([json.status, json.metadata.generation], [{ ready: true }, 2]);
  assert.is((await server.ask(`GET ${WIDGETS}/w/status`)).status, 404);
});

test('a status write changes neither labels nor generation', async () => {
  await using server = await startWidgets([version({ a: text }, status)]);
  await create(server, { a: 'x' });
  const body = { metadata: { labels: { a: 'b' } }, spec: { a: 'y' }, status: { ready: true } };
  const { json } = await patch(server, body, `${WIDGETS}/w/status`);
  assert.equal(
    [json.status, json.spec, json.metadata.labels, json.metadata.generation],
    [{ ready: true }, { a: 'x' }, undefined, 1],
  );
});

test('there is nothing to scale before the spec has a number', async () => {
  const scale = { specReplicasPath: '.spec.size', statusReplicasPath: '.status.size' };
  await using server = await startWidgets([version({ size: { type: 'integer' } }, { subresources: { scale } })]);
  await create(server, {});
  const { status: code, json } = await server.ask(`GET ${WIDGETS}/w/scale`);
  assert.equal(
    [code, json.message],
    [500, 'Internal error occurred: the spec replicas field ".spec.size" does not exist'],
  );
});

test('tables show the age where a definition names no columns', async () => {
  await using server = await startWidgets([version({})]);
  await create(server, {});
  const accept = 'application/json;as=Table;v=v1;g=meta.k8s.io';
  const { json } = await server.ask(`GET ${WIDGETS}`, { headers: { accept } });
  assert.equal(
    json.columnDefinitions.map(({ name }: { name: string }) => name),
    ['Name', 'Age'],
  );
  assert.equal(json.rows[0].cells, ['w', '0s']);
});

test('lists are selected by the fields that a definition names', async () => {
  const selectableFields = [{ jsonPath: '.spec.colour' }];
  await using server = await startWidgets([version({ colour: text }, { selectableFields })]);
  await create(server, { colour: 'red' }, 'red');
  await create(server, { colour: 'blue' }, 'blue');
  const { json } = await server.ask(`GET ${WIDGETS}?fieldSelector=spec.colour%3Dblue`);
  assert.equal(
    json.items.map(({ metadata }: { metadata: { name: string } }) => metadata.name),
    ['blue'],
  );
});

test('a finalizer without a domain is taken with a warning', async () => {
  await using server = await startWidgets([version({})]);
  const body = { ...widget({}), metadata: { name: 'w', finalizers: ['hold'] } };
  const answer = await server.ask(`POST ${WIDGETS}`, { body });
  assert.is(answer.status, 201, answer.text);
  assert.match(answer.headers.warning ?? '', 'prefer a domain-qualified finalizer name');
});

test('another version in the data is refused', async () => {
  await using server = await startWidgets([version({})]);
  const { status: code, json } = await server.ask(`POST ${WIDGETS}`, { body: widget({}, 'w', 'shop.example.com/v9') });
  assert.equal(
    [code, json.message],
    [
      400,
      'the API version in the data (shop.example.com/v9) does not match the expected API version (shop.example.com/v1)',
    ],
  );
});

test.run();
