/** Values become objects of a type: checked, pruned and canonical. */
import { hasReason } from '@towtank/apimachinery';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { decodeBody } from '../../src/schema/decode-body.ts';
import { decodeObject, type FieldValidation } from '../../src/schema/decode-object.ts';
import { type Schema, schemaOfKind } from '../../src/schema/schema-table.ts';
import { zeroField } from '../../src/schema/zero-value.ts';

const test = suite('decodeObject');

const typeOf = (apiVersion: string, kind: string): Schema => schemaOfKind(apiVersion, kind) as Schema;
const DEPLOYMENT = typeOf('apps/v1', 'Deployment');
const POD = typeOf('v1', 'Pod');
const CONFIG_MAP = typeOf('v1', 'ConfigMap');

const decode = (schema: Schema, text: string, fieldValidation: FieldValidation = 'Strict') => {
  const body = decodeBody(Buffer.from(text), 'application/json');
  return decodeObject(body.value, schema, { fieldValidation, ...body });
};
const refusal = (schema: Schema, text: string): string => {
  try {
    decode(schema, text);
  } catch (reason) {
    assert.ok(hasReason(reason, 'BadRequest'));
    return (reason as Error).message;
  }
  throw new Error('it was decoded');
};

const deployment = (spec: string, container = ''): string =>
  `{"metadata":{"name":"d"},"spec":{${spec}"template":{"spec":{"containers":[{"name":"c"${container}}]}}}}`;
const IN_DEPLOYMENT = 'Deployment in version "v1" cannot be handled as a Deployment: ';
const UNMARSHAL = `${IN_DEPLOYMENT}json: cannot unmarshal`;

const REFUSED: readonly (readonly [string, Schema, string, string])[] = [
  [
    'an unknown field',
    DEPLOYMENT,
    deployment('"bogus":1,'),
    `${IN_DEPLOYMENT}strict decoding error: unknown field "spec.bogus"`,
  ],
  [
    'unknown and repeated fields in the order of the document',
    DEPLOYMENT,
    deployment('"replicas":0,"bogus":1,"replicas":1,'),
    `${IN_DEPLOYMENT}strict decoding error: unknown field "spec.bogus", duplicate field "spec.replicas"`,
  ],
  [
    'a repeated field before an unknown one',
    DEPLOYMENT,
    deployment('"replicas":0,"replicas":1,"bogus":1,'),
    `${IN_DEPLOYMENT}strict decoding error: duplicate field "spec.replicas", unknown field "spec.bogus"`,
  ],
  [
    'a field in the wrong case',
    DEPLOYMENT,
    deployment('', ',"imagePullpolicy":"Always"'),
    `${IN_DEPLOYMENT}strict decoding error: unknown field "spec.template.spec.containers[0].imagePullpolicy"`,
  ],
  [
    'a text for a number',
    DEPLOYMENT,
    deployment('"replicas":"three",'),
    `${UNMARSHAL} string into Go struct field DeploymentSpec.spec.replicas of type int32`,
  ],
  [
    'a fraction for an integer',
    DEPLOYMENT,
    deployment('"replicas":1.5,'),
    `${UNMARSHAL} number 1.5 into Go struct field DeploymentSpec.spec.replicas of type int32`,
  ],
  [
    'a number that is too large',
    DEPLOYMENT,
    deployment('"replicas":3000000000,'),
    `${UNMARSHAL} number 3000000000 into Go struct field DeploymentSpec.spec.replicas of type int32`,
  ],
  [
    'a number for a text with a type of its own',
    DEPLOYMENT,
    deployment('', ',"imagePullPolicy":5'),
    `${UNMARSHAL} number into Go struct field Container.spec.template.spec.containers.imagePullPolicy of type v1.PullPolicy`,
  ],
  [
    'an object for a list',
    DEPLOYMENT,
    '{"spec":{"template":{"spec":{"containers":{}}}}}',
    `${UNMARSHAL} object into Go struct field PodSpec.spec.template.spec.containers of type []v1.Container`,
  ],
  [
    'a number for a label',
    POD,
    '{"metadata":{"labels":{"a":1}}}',
    'Pod in version "v1" cannot be handled as a Pod: json: cannot unmarshal number into Go struct field ObjectMeta.metadata.labels of type string',
  ],
  [
    'a text that is no time',
    POD,
    '{"metadata":{"creationTimestamp":"yesterday"}}',
    'Pod in version "v1" cannot be handled as a Pod: parsing time "yesterday" as "2006-01-02T15:04:05Z07:00": cannot parse "yesterday" as "2006"',
  ],
  [
    'a text that is no quantity',
    POD,
    '{"spec":{"containers":[{"name":"a","resources":{"requests":{"cpu":"lots"}}}]}}',
    'Pod in version "v1" cannot be handled as a Pod: quantities must match the regular expression \'^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$\'',
  ],
  [
    'a text that is no base64',
    typeOf('v1', 'Secret'),
    '{"metadata":{"name":"s"},"data":{"raw":"%%%"}}',
    'Secret in version "v1" cannot be handled as a Secret: illegal base64 data at input byte 0',
  ],
];
for (const [what, schema, text, message] of REFUSED)
  test(`${what} is refused as the real server refuses it`, () => {
    assert.is(refusal(schema, text), message);
  });

test('what strict decoding refuses is a warning, or nothing', () => {
  const text = deployment('"bogus":1,"replicas":0,"replicas":1,');
  const warned = decode(DEPLOYMENT, text, 'Warn');
  assert.equal(warned.warnings, ['unknown field "spec.bogus"', 'duplicate field "spec.replicas"']);
  assert.is(warned.object.spec.replicas, 1);
  assert.not.ok('bogus' in warned.object.spec);
  assert.equal(decode(DEPLOYMENT, text, 'Ignore').warnings, []);
});

const WRITTEN: readonly (readonly [string, Schema, object, object])[] = [
  [
    'empty values of plain fields go',
    POD,
    { spec: { containers: [{ name: 'a', args: [], tty: false, env: [] }], hostNetwork: false } },
    {
      containers: [{ name: 'a', resources: {} }],
    },
  ],
  [
    'empty values of nullable fields stay',
    POD,
    { spec: { containers: [{ name: 'a' }], securityContext: {}, priority: 0, automountServiceAccountToken: false } },
    {
      containers: [{ name: 'a', resources: {} }],
      securityContext: {},
      priority: 0,
      automountServiceAccountToken: false,
    },
  ],
  [
    'nulls go',
    POD,
    { spec: { containers: [{ name: 'a', image: null, args: null }], nodeName: null } },
    { containers: [{ name: 'a', resources: {} }] },
  ],
  [
    'quantities become canonical',
    POD,
    {
      spec: {
        containers: [{ name: 'a', resources: { limits: { cpu: 0.5, memory: '1024Mi', x: '1000m', y: '100u' } } }],
      },
    },
    {
      containers: [{ name: 'a', resources: { limits: { cpu: '500m', memory: '1Gi', x: '1', y: '1m' } } }],
    },
  ],
  [
    'an absent required text is empty',
    POD,
    { spec: { containers: [{ image: 'i' }] } },
    { containers: [{ name: '', image: 'i', resources: {} }] },
  ],
  [
    'an int-or-string keeps its kind',
    POD,
    { spec: { containers: [{ name: 'a', livenessProbe: { httpGet: { port: 'http' } } }] } },
    {
      containers: [{ name: 'a', resources: {}, livenessProbe: { httpGet: { port: 'http' } } }],
    },
  ],
];
for (const [what, schema, value, spec] of WRITTEN)
  test(what, () => {
    assert.equal(decodeObject(value, schema, { fieldValidation: 'Strict' }).object.spec, spec);
  });

test('lists that are always written are null when nothing was given', () => {
  const slice = decodeObject(
    { addressType: 'IPv4', endpoints: [{ addresses: ['10.0.0.1'] }] },
    typeOf('discovery.k8s.io/v1', 'EndpointSlice'),
    {
      fieldValidation: 'Strict',
    },
  ).object;
  assert.is(slice.ports, null);
  assert.equal(slice.endpoints, [{ addresses: ['10.0.0.1'], conditions: {} }]);
});

test('an empty list of managers is not the same as none', () => {
  const { object } = decodeObject({ metadata: { managedFields: [] } }, CONFIG_MAP, { fieldValidation: 'Strict' });
  assert.equal(object.metadata.managedFields, []);
});

test('times are shown in UTC with whole seconds', () => {
  const metadata = { creationTimestamp: '2020-01-01T00:30:00.5+02:00' };
  const { object } = decodeObject({ metadata }, CONFIG_MAP, { fieldValidation: 'Strict' });
  assert.is(object.metadata.creationTimestamp, '2019-12-31T22:30:00Z');
});

test('a status of which nothing was said shows what is always written', () => {
  assert.equal(zeroField(DEPLOYMENT, 'status'), {});
  assert.equal(zeroField(typeOf('policy/v1', 'PodDisruptionBudget'), 'status'), {
    currentHealthy: 0,
    desiredHealthy: 0,
    disruptionsAllowed: 0,
    expectedPods: 0,
  });
  assert.is(zeroField(CONFIG_MAP, 'status'), undefined);
});

test('a map key named __proto__ is kept and pollutes nothing', () => {
  const { object } = decode(CONFIG_MAP, '{"data":{"__proto__":"x","constructor":"y"}}');
  assert.ok(Object.hasOwn(object.data, '__proto__'));
  assert.is(JSON.stringify(object.data), '{"__proto__":"x","constructor":"y"}');
  assert.is(Object.getPrototypeOf(object.data), Object.prototype);
});

test('the value that is decoded is not changed, nor shared', () => {
  const value = Object.freeze({ metadata: Object.freeze({ labels: Object.freeze({ a: 'b' }) }) });
  const { object } = decodeObject(value, CONFIG_MAP, { fieldValidation: 'Strict' });
  object.metadata.labels = { ...object.metadata.labels, c: 'd' };
  assert.equal(value, { metadata: { labels: { a: 'b' } } });
});

const WIDGET: Schema = {
  type: 'object',
  structural: true,
  gvk: [{ group: 'shop.example.com', version: 'v1', kind: 'Widget' }],
  properties: {
    apiVersion: { type: 'string' },
    kind: { type: 'string' },
    metadata: { ref: 'io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta' },
    spec: {
      type: 'object',
      properties: {
        size: { type: 'integer' },
        parts: { type: 'array', items: { type: 'object', properties: { id: { type: 'string' } } } },
        free: { type: 'object', preserveUnknownFields: true },
      },
    },
  },
};

test('a custom resource is pruned and otherwise left as it is', () => {
  const value = { spec: { size: 'wrong', junk: 1, parts: [{ id: 'a', junk: 1 }, {}], free: { any: null, empty: [] } } };
  const { object, warnings } = decodeObject(value, WIDGET, { fieldValidation: 'Warn' });
  assert.equal(object.spec, { size: 'wrong', parts: [{ id: 'a' }, {}], free: { any: null, empty: [] } });
  assert.equal(warnings, ['unknown field "spec.junk"', 'unknown field "spec.parts[0].junk"']);
});

test('the metadata of a custom resource is read like any other', () => {
  assert.is(
    refusal(WIDGET, '{"metadata":{"name":5}}'),
    'Widget in version "v1" cannot be handled as a Widget: json: cannot unmarshal number into Go struct field ObjectMeta.metadata.name of type string',
  );
});

test.run();
