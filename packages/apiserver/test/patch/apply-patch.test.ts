/** The patch types change objects as the real server's do, and refuse in its words. */
import { isStatusError, type KubeObject, type StatusError } from '@towtank/apimachinery';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { applyPatch } from '../../src/patch/apply-patch.ts';
import { patchObject } from '../../src/patch/patch-object.ts';
import { type Schema, schemaOfKind } from '../../src/schema/schema-table.ts';
import { deepFreeze } from '../../src/storage/deep-freeze.ts';

const test = suite('applyPatch');

const CONFIG_MAP = schemaOfKind('v1', 'ConfigMap') as Schema;
const DEPLOYMENT = schemaOfKind('apps/v1', 'Deployment') as Schema;
const SERVICE = schemaOfKind('v1', 'Service') as Schema;

const configMap: KubeObject = deepFreeze({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'c', labels: { l: '1' } },
  data: { a: '1', b: '2' },
});

const failure = (run: () => unknown): StatusError => {
  try {
    run();
  } catch (reason) {
    assert.ok(isStatusError(reason));
    return reason as StatusError;
  }
  throw new Error('it was applied');
};

test('a JSON patch replaces, removes, adds, copies and moves', () => {
  const patch = [
    { op: 'replace', path: '/data/a', value: '9' },
    { op: 'remove', path: '/data/b' },
    { op: 'add', path: '/metadata/labels/new', value: 'yes' },
    { op: 'copy', from: '/data/a', path: '/data/z' },
    { op: 'move', from: '/data/z', path: '/data/y' },
    { op: 'test', path: '/data/y', value: '9' },
  ];
  const patched = applyPatch({ type: 'json', current: configMap, patch, schema: CONFIG_MAP }) as KubeObject;
  assert.equal(patched.data, { a: '9', y: '9' });
  assert.equal(patched.metadata.labels, { l: '1', new: 'yes' });
});

const UNPROCESSABLE: readonly (readonly [string, object[]])[] = [
  ['a failed test', [{ op: 'test', path: '/data/a', value: 'nope' }]],
  ['removing what is not there', [{ op: 'remove', path: '/data/none' }]],
  ['replacing what is not there', [{ op: 'replace', path: '/data/none', value: '' }]],
  ['an unknown operation', [{ op: 'frob', path: '/data/a' }]],
  ['a path into a prototype', [{ op: 'add', path: '/__proto__/polluted', value: true }]],
];
for (const [what, patch] of UNPROCESSABLE)
  test(`${what} is 422 without a word about why`, () => {
    const error = failure(() => applyPatch({ type: 'json', current: configMap, patch, schema: CONFIG_MAP }));
    assert.is(error.code, 422);
    assert.is(error.message, 'the server rejected our request due to an error in our request');
    assert.is(({} as Record<string, unknown>).polluted, undefined);
  });

const BAD_DOCUMENTS: readonly (readonly ['json' | 'merge' | 'strategic', unknown, string])[] = [
  [
    'json',
    { op: 'add' },
    'error decoding patch: json: cannot unmarshal object into Go value of type []handlers.jsonPatchOp',
  ],
  [
    'json',
    [{ op: 5 }],
    'error decoding patch: json: cannot unmarshal number into Go struct field jsonPatchOp.op of type string',
  ],
  [
    'merge',
    'text',
    'error decoding patch: json: cannot unmarshal string into Go value of type map[string]interface {}',
  ],
  ['strategic', [], 'json: cannot unmarshal array into Go value of type map[string]interface {}'],
];
for (const [type, patch, message] of BAD_DOCUMENTS)
  test(`${JSON.stringify(patch)} is no ${type} patch`, () => {
    const error = failure(() => applyPatch({ type, current: configMap, patch, schema: CONFIG_MAP }));
    assert.is(error.code, 400);
    assert.is(error.message, message);
  });

test('a merge patch sets, and deletes by null, at every depth', () => {
  const patch = { data: { a: null, c: '3' }, metadata: { annotations: { n: '1', gone: null } } };
  const patched = applyPatch({ type: 'merge', current: configMap, patch, schema: CONFIG_MAP }) as KubeObject;
  assert.equal(patched.data, { b: '2', c: '3' });
  assert.equal(patched.metadata, { name: 'c', labels: { l: '1' }, annotations: { n: '1' } });
});

test('a merge patch of __proto__ pollutes nothing', () => {
  const patch = JSON.parse('{"data":{"__proto__":{"polluted":"x"}},"__proto__":{"polluted":true}}');
  const patched = applyPatch({ type: 'merge', current: configMap, patch, schema: CONFIG_MAP }) as KubeObject;
  assert.is(({} as Record<string, unknown>).polluted, undefined);
  assert.ok(Object.hasOwn(patched.data, '__proto__'));
});

test('a patch that makes a wrong type is 422 with the patched document', () => {
  const error = failure(() =>
    patchObject({
      type: 'merge',
      current: configMap,
      patch: { data: { n: 5 } },
      schema: CONFIG_MAP,
      fieldValidation: 'Warn',
      duplicates: [],
    }),
  );
  assert.is(error.code, 422);
  assert.match(error.message, /^ "" is invalid: patch: Invalid value: "\{\\"apiVersion/);
  assert.match(error.message, 'json: cannot unmarshal number into Go struct field ConfigMap.data of type string');
  assert.equal(Object.keys(error.details ?? {}), ['causes']);
});

test('an unknown field in a strategic patch is 422 with the patch', () => {
  const error = failure(() =>
    patchObject({
      type: 'strategic',
      current: deployment([]),
      patch: { spec: { template: { spec: { bogus: 1 } } } },
      schema: DEPLOYMENT,
      fieldValidation: 'Strict',
      duplicates: [],
    }),
  );
  assert.is(
    error.message,
    ' "" is invalid: patch: Invalid value: "map[spec:map[template:map[spec:map[bogus:1]]]]": strict decoding error: unknown field "spec.template.spec.bogus"',
  );
});

test('warnings name repeated fields of the patch before unknown ones', () => {
  const { warnings } = patchObject({
    type: 'merge',
    current: deployment([]),
    patch: { spec: { bogus: 1, paused: false } },
    schema: DEPLOYMENT,
    fieldValidation: 'Warn',
    duplicates: ['duplicate field "spec.paused"'],
  });
  assert.equal(warnings, ['duplicate field "spec.paused"', 'unknown field "spec.bogus"']);
});

function deployment(containers: object[], more: object = {}): KubeObject {
  return deepFreeze({
    metadata: { name: 'd', finalizers: ['example.com/a'] },
    spec: { template: { spec: { containers, tolerations: [{ key: 'k', operator: 'Exists' }] } }, ...more },
  });
}

const A = {
  name: 'a',
  image: 'a:1',
  env: [
    { name: 'X', value: '1' },
    { name: 'Y', value: '2' },
  ],
};
const B = { name: 'b', image: 'b:1' };

const strategic = (patch: object, current = deployment([A, B])): KubeObject =>
  applyPatch({ type: 'strategic', current, patch, schema: DEPLOYMENT }) as KubeObject;
const inPod = (spec: object): object => ({ spec: { template: { spec } } });
const containersAfter = (spec: object): unknown => strategic(inPod(spec)).spec.template.spec.containers;

const LISTS: readonly (readonly [string, object, unknown])[] = [
  [
    'an item is found by its merge key',
    { containers: [{ name: 'b', image: 'b:2' }] },
    [A, { name: 'b', image: 'b:2' }],
  ],
  ['a new item comes first', { containers: [{ name: 'c', image: 'c:1' }] }, [{ name: 'c', image: 'c:1' }, A, B]],
  ['$patch: delete takes an item out', { containers: [{ name: 'a', $patch: 'delete' }] }, [B]],
  [
    '$patch: delete works below, too',
    {
      containers: [
        {
          name: 'a',
          env: [
            { name: 'X', $patch: 'delete' },
            { name: 'Z', value: '3' },
          ],
        },
      ],
    },
    [
      {
        ...A,
        env: [
          { name: 'Z', value: '3' },
          { name: 'Y', value: '2' },
        ],
      },
      B,
    ],
  ],
  ['$patch: replace replaces the list', { containers: [{ $patch: 'replace' }, { name: 'c' }] }, [{ name: 'c' }]],
  [
    '$setElementOrder puts items in order',
    { '$setElementOrder/containers': [{ name: 'b' }, { name: 'a' }], containers: [{ name: 'a', image: 'a:3' }] },
    [B, { ...A, image: 'a:3' }],
  ],
  ['an order alone reorders', { '$setElementOrder/containers': [{ name: 'b' }, { name: 'a' }] }, [B, A]],
];
for (const [what, spec, expected] of LISTS)
  test(what, () => {
    assert.equal(containersAfter(spec), expected);
  });

test('a list without a merge strategy is replaced', () => {
  const tolerations = [{ key: 'other', operator: 'Exists' }];
  assert.equal(strategic(inPod({ tolerations })).spec.template.spec.tolerations, tolerations);
});

test('a list of texts merges as a set, and loses what $deleteFromPrimitiveList names', () => {
  const merged = strategic({ metadata: { finalizers: ['example.com/b'] } });
  assert.equal(merged.metadata.finalizers, ['example.com/b', 'example.com/a']);
  const gone = strategic({ metadata: { '$deleteFromPrimitiveList/finalizers': ['example.com/a'] } }, merged);
  assert.equal(gone.metadata.finalizers, ['example.com/b']);
});

test('$retainKeys drops what it does not name', () => {
  const current = deployment([], { strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1 } } });
  const patched = strategic({ spec: { strategy: { $retainKeys: ['type'], type: 'Recreate' } } }, current);
  assert.equal(patched.spec.strategy, { type: 'Recreate' });
});

test('$patch: replace replaces a map', () => {
  const current = deepFreeze({ metadata: { labels: { a: '1' } } }) as KubeObject;
  assert.equal(strategic({ metadata: { labels: { $patch: 'replace', only: 'this' } } }, current).metadata.labels, {
    only: 'this',
  });
});

test('Service ports merge by port', () => {
  const current = deepFreeze({
    metadata: {},
    spec: {
      ports: [
        { name: 'http', port: 80 },
        { name: 'dns', port: 53 },
      ],
    },
  }) as KubeObject;
  const patch = {
    spec: {
      ports: [
        { port: 80, targetPort: 8080 },
        { port: 53, $patch: 'delete' },
      ],
    },
  };
  const patched = applyPatch({ type: 'strategic', current, patch, schema: SERVICE }) as KubeObject;
  assert.equal(patched.spec.ports, [{ name: 'http', port: 80, targetPort: 8080 }]);
});

const REFUSED: readonly (readonly [string, object, number, string])[] = [
  [
    'an order that is no list',
    { $setElementOrder$: 1, '$setElementOrder/containers': [] },
    500,
    'expected a []interface {}, but received a int64',
  ],
  [
    'an item without its merge key',
    { containers: [{ image: 'x' }] },
    500,
    'map: map[image:x] does not contain declared merge key: name',
  ],
  [
    'an unknown directive',
    { containers: [{ name: 'a', $patch: 'frob' }] },
    500,
    'unknown patch type: frob in map: map[$patch:frob name:a]',
  ],
  ['$retainKeys that is no list', { $retainKeys: 1 }, 400, 'invalid patch format of retainKeys'],
  [
    'a patch in another order than it asks for',
    { '$setElementOrder/containers': [{ name: 'b' }, { name: 'a' }], containers: [{ name: 'a' }, { name: 'b' }] },
    500,
    "The order in patch list:\n[map[name:a] map[name:b]]\n doesn't match $setElementOrder list:\n[map[name:b] map[name:a]]\n",
  ],
];
for (const [what, spec, code, message] of REFUSED)
  test(`${what} is ${code}`, () => {
    const error = failure(() => strategic(inPod(spec)));
    assert.is(error.code, code);
    assert.is(error.message, message);
  });

test.run();
