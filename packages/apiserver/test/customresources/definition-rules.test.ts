/** What a definition may not say, in the words of the real API server. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { startServer } from '../endpoints/_server.ts';
import { causesOf, DEFINITIONS, definition, patch, startWidgets, version } from './_widgets.ts';

const test = suite('rules for definitions');
const SCHEMA = 'spec.validation.openAPIV3Schema';
const SPEC = `${SCHEMA}.properties[spec]`;
const text = { type: 'string' };

const whole = (schema: object): object[] => [version({}, { schema: { openAPIV3Schema: schema } })];

const CASES: readonly (readonly [name: string, versions: readonly object[], spec: object, cause: string])[] = [
  [
    'a group without a dot',
    [version({})],
    { group: 'shop' },
    'spec.group: Invalid value: "shop": should be a domain with at least one dot',
  ],
  [
    'two storage versions',
    [version({}), version({}, { name: 'v2' })],
    {},
    'must have exactly one version marked as storage version',
  ],
  [
    'a version that stands twice',
    [version({}), version({}, { storage: false })],
    {},
    'must contain unique version names',
  ],
  [
    'unknown fields everywhere',
    [version({})],
    { preserveUnknownFields: true },
    'spec.preserveUnknownFields: Invalid value: true: must be false',
  ],
  [
    'conversion by a webhook',
    [version({})],
    { conversion: { strategy: 'Webhook', webhook: { conversionReviewVersions: ['v1'] } } },
    'spec.conversion.strategy: Forbidden: conversion webhooks are not supported by this API server',
  ],
  [
    'a kind that is its list kind',
    [version({})],
    { names: { plural: 'widgets', kind: 'W', listKind: 'W' } },
    'spec.names.listKind: Invalid value: "W": kind and listKind may not be the same',
  ],
  [
    'a root that is no object',
    whole({ type: 'string' }),
    {},
    `${SCHEMA}.type: Invalid value: "string": must be object at the root`,
  ],
  [
    'a list without items',
    [version({ a: { type: 'array' } })],
    {},
    `${SPEC}.properties[a].items: Required value: must be specified`,
  ],
  [
    'a field without a type',
    [version({ a: {} })],
    {},
    `${SPEC}.properties[a].type: Required value: must not be empty for specified object fields`,
  ],
  ['an unknown type', [version({ a: { type: 'text' } })], {}, `${SPEC}.properties[a].type: Unsupported value: "text"`],
  [
    'a type below anyOf',
    [version({ a: { ...text, anyOf: [{ type: 'string' }] } })],
    {},
    `${SPEC}.properties[a].anyOf[0].type: Forbidden: must be empty to be structural`,
  ],
  [
    'a field that only anyOf knows',
    [version({}, {}, { anyOf: [{ properties: { a: { minLength: 1 } } }] })],
    {},
    `${SPEC}.properties[a]: Required value: because it is defined in ${SPEC}.anyOf[0].properties[a]`,
  ],
  [
    'properties beside additionalProperties',
    [version({ a: { type: 'object', properties: { b: text }, additionalProperties: text } })],
    {},
    `${SPEC}.properties[a].additionalProperties: Forbidden: additionalProperties and properties are mutual exclusive`,
  ],
  [
    'a pattern that is none',
    [version({ a: { ...text, pattern: '(' } })],
    {},
    `${SPEC}.properties[a].pattern: Invalid value: "(": must be a valid regular expression`,
  ],
  [
    'a reference',
    [version({ a: { ...text, $ref: '#/x' } })],
    {},
    `${SPEC}.properties[a].$ref: Forbidden: $ref is not supported`,
  ],
  [
    'unique items',
    [version({ a: { type: 'array', items: text, uniqueItems: true } })],
    {},
    'uniqueItems cannot be set to true since the runtime complexity becomes quadratic',
  ],
  [
    'a map list without keys',
    [version({ a: { type: 'array', items: { type: 'object' }, 'x-kubernetes-list-type': 'map' } })],
    {},
    'must not be empty if x-kubernetes-list-type is map',
  ],
  [
    'an optional key of a map list',
    [
      version({
        a: {
          type: 'array',
          items: { type: 'object', properties: { k: text } },
          'x-kubernetes-list-type': 'map',
          'x-kubernetes-list-map-keys': ['k'],
        },
      }),
    ],
    {},
    'so it must have a default or be a required property',
  ],
  [
    'metadata that says too much',
    whole({ type: 'object', properties: { metadata: { type: 'object', properties: { labels: { type: 'object' } } } } }),
    {},
    'must not specify anything other than name and generateName, but metadata is implicitly specified',
  ],
  [
    'an embedded object without properties',
    [version({ a: { type: 'object', 'x-kubernetes-embedded-resource': true } })],
    {},
    'must not be empty if x-kubernetes-embedded-resource is true without x-kubernetes-preserve-unknown-fields',
  ],
  [
    'a column of an unknown type',
    [version({}, { additionalPrinterColumns: [{ name: 'A', type: 'text', jsonPath: '.a' }] })],
    {},
    'spec.additionalPrinterColumns[0].type: Invalid value: "text": must be one of boolean,date,integer,number,string',
  ],
  [
    'a scale outside of the spec',
    [version({}, { subresources: { scale: { specReplicasPath: '.size', statusReplicasPath: '.status.size' } } })],
    {},
    'spec.subresources.scale.specReplicasPath: Invalid value: ".size": should be a json path under .spec',
  ],
  [
    'a selectable list',
    [version({ a: { type: 'array', items: text } }, { selectableFields: [{ jsonPath: '.spec.a' }] })],
    {},
    'must point to a field of type string, boolean or integer',
  ],
  [
    'versions are named where they differ',
    [version({}), version({ a: {} }, { name: 'v2', storage: false })],
    {},
    'spec.versions[1].schema.openAPIV3Schema.properties[spec].properties[a].type: Required value',
  ],
];

for (const [name, versions, spec, cause] of CASES)
  test(name, async () => {
    await using server = await startServer();
    const answer = await server.ask(`POST ${DEFINITIONS}`, { body: definition(versions, spec) });
    assert.is(answer.status, 422, answer.text);
    const causes = causesOf(answer).join('\n');
    assert.ok(causes.includes(cause), causes);
  });

for (const [name, change, cause] of [
  ['the scope', { scope: 'Cluster' }, 'spec.scope: Invalid value: "Cluster": field is immutable'],
  [
    'the kind',
    { names: { kind: 'Other', listKind: 'OtherList' } },
    'spec.names.kind: Invalid value: "Other": field is immutable',
  ],
  [
    'a stored version away',
    { versions: [version({}, { name: 'v2' })] },
    'status.storedVersions[0]: Invalid value: "v1": missing from spec.versions',
  ],
] as const)
  test(`nobody changes ${name}`, async () => {
    await using server = await startWidgets([version({})]);
    const answer = await patch(server, { spec: change }, `${DEFINITIONS}/widgets.shop.example.com`);
    assert.is(answer.status, 422, answer.text);
    const causes = causesOf(answer).join('\n');
    assert.ok(causes.includes(cause), causes);
  });

test('a group of the project wants an approval', async () => {
  await using server = await startServer();
  const own = definition([version({})], { group: 'shop.k8s.io' }) as { metadata: object };
  const body = { ...own, metadata: { name: 'widgets.shop.k8s.io' } };
  const refused = await server.ask(`POST ${DEFINITIONS}`, { body });
  assert.match(causesOf(refused)[0] ?? '', 'metadata.annotations[api-approved.kubernetes.io]: Required value');
  const annotations = { 'api-approved.kubernetes.io': 'https://example.com/1' };
  const metadata = { name: 'widgets.shop.k8s.io', annotations };
  assert.is((await server.ask(`POST ${DEFINITIONS}`, { body: { ...own, metadata } })).status, 201);
});

test('a definition is only replaced by those who know it', async () => {
  await using server = await startWidgets([version({})]);
  const answer = await server.ask(`PUT ${DEFINITIONS}/widgets.shop.example.com`, { body: definition([version({})]) });
  assert.equal(causesOf(answer), ['metadata.resourceVersion: Invalid value: 0: must be specified for an update']);
});

test.run();
