/** Server-side apply merges, takes over, refuses and lets go as the real server does. */
import { isStatusError, type KubeObject, type StatusError } from '@towtank/apimachinery';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { apply, configMap, deployment, owners, START, write } from './_objects.ts';

const test = suite('applyServerSide');

const failure = (run: () => unknown): StatusError => {
  try {
    run();
  } catch (reason) {
    assert.ok(isStatusError(reason));
    return reason as StatusError;
  }
  throw new Error('it was applied');
};

const alice = { manager: 'alice' };
const bob = { manager: 'bob' };

test('an apply manages exactly what it states', () => {
  const created = apply(
    undefined,
    deployment([{ name: 'a', image: 'a:1', ports: [{ containerPort: 80 }], env: [{ name: 'X', value: '1' }] }]),
  );
  assert.equal(owners(created), {
    'applier/Apply': {
      'f:spec': {
        'f:selector': {},
        'f:template': {
          'f:metadata': { 'f:labels': { 'f:app': {} } },
          'f:spec': {
            'f:containers': {
              'k:{"name":"a"}': {
                '.': {},
                'f:env': { 'k:{"name":"X"}': { '.': {}, 'f:name': {}, 'f:value': {} } },
                'f:image': {},
                'f:name': {},
                'f:ports': { 'k:{"containerPort":80,"protocol":"TCP"}': { '.': {}, 'f:containerPort': {} } },
              },
            },
          },
        },
      },
    },
  });
  assert.is(created.spec.replicas, 1);
});

test('applying the same again changes nothing, not even the time', () => {
  const created = apply(undefined, configMap({ a: '1' }));
  assert.equal(apply(created, configMap({ a: '1' }), { now: START + 5000 }), created);
});

test('another value for a field of another manager is a conflict', () => {
  const live = apply(undefined, configMap({ a: '1', b: '2' }), alice);
  const error = failure(() => apply(live, configMap({ b: '3' }), bob));
  assert.is(error.code, 409);
  assert.is(error.message, 'Apply failed with 1 conflict: conflict with "alice": .data.b');
  assert.equal(error.details, {
    causes: [{ reason: 'FieldManagerConflict', message: 'conflict with "alice"', field: '.data.b' }],
  });
});

test('several conflicts are listed by manager', () => {
  const live = write(apply(undefined, configMap({ a: '1', b: '2' }), alice), configMap({ a: '1', b: '2', c: '3' }), {
    manager: 'carol',
  });
  const error = failure(() => apply(live, configMap({ a: 'x', b: 'x', c: 'x' }), bob));
  assert.is(
    error.message,
    'Apply failed with 3 conflicts: conflicts with "alice":\n- .data.a\n- .data.b\nconflicts with "carol" using v1:\n- .data.c',
  );
});

test('the same value is shared', () => {
  const live = apply(apply(undefined, configMap({ a: '1', b: '2' }), alice), configMap({ b: '2', d: '4' }), bob);
  assert.equal(live.data, { a: '1', b: '2', d: '4' });
  assert.equal(owners(live), {
    'alice/Apply': { 'f:data': { 'f:a': {}, 'f:b': {} } },
    'bob/Apply': { 'f:data': { 'f:b': {}, 'f:d': {} } },
  });
});

test('force takes the field from its manager', () => {
  const live = apply(apply(undefined, configMap({ a: '1', b: '2' }), alice), configMap({ b: '3' }), {
    ...bob,
    force: true,
  });
  assert.is(live.data.b, '3');
  assert.equal(owners(live), { 'alice/Apply': { 'f:data': { 'f:a': {} } }, 'bob/Apply': { 'f:data': { 'f:b': {} } } });
});

test('a field goes when its last applier stops stating it, and stays while another has it', () => {
  let live = apply(apply(undefined, configMap({ a: '1', b: '2' }), alice), configMap({ b: '2' }), bob);
  live = apply(live, configMap({}), alice);
  assert.equal(live.data, { b: '2' });
  live = apply(live, configMap({}), bob);
  assert.is(live.data, undefined);
  assert.equal(owners(live), { 'alice/Apply': { 'f:data': {} }, 'bob/Apply': { 'f:data': {} } });
});

test('labels that are not stated any more go, the name stays', () => {
  const live = apply(undefined, configMap({ a: '1' }, { labels: { l: '1' } }));
  const next = apply(live, configMap({ a: '1' }));
  assert.equal(next.metadata.name, 'c');
  assert.is(next.metadata.labels, undefined);
});

test('an ordinary update is conflicted with, too', () => {
  const live = write(undefined, configMap({ k: 'v' }), { manager: 'created' });
  const error = failure(() => apply(live, configMap({ k: 'v2' }), { manager: 'created' }));
  assert.is(error.message, 'Apply failed with 1 conflict: conflict with "created" using v1: .data.k');
});

test('what was written before anybody kept count conflicts as before-first-apply', () => {
  const unmanaged = write(write(undefined, configMap({ k: 'v' })), configMap({ k: 'v' }, { managedFields: [] }));
  const error = failure(() => apply(unmanaged, configMap({ k: 'v2' })));
  assert.is(error.message, 'Apply failed with 1 conflict: conflict with "before-first-apply" using v1: .data.k');
});

test('managers of different containers live side by side', () => {
  let live = apply(undefined, deployment([{ name: 'a', image: 'a:1', env: [{ name: 'X', value: '1' }] }]), {
    manager: 'ci',
  });
  const sidecar = { ...deployment([]), spec: { template: { spec: { containers: [{ name: 'b', image: 'b:1' }] } } } };
  live = apply(live, sidecar, { manager: 'sidecar' });
  live = apply(live, deployment([{ name: 'a', image: 'a:2' }]), { manager: 'ci' });
  const shown = live.spec.template.spec.containers.map(({ name, image, env }: Record<string, unknown>) => [
    name,
    image,
    env,
  ]);
  assert.equal(shown, [
    ['a', 'a:2', undefined],
    ['b', 'b:1', undefined],
  ]);
});

test('items stand in the order of the configuration', () => {
  const order = (live: KubeObject): string[] =>
    live.spec.template.spec.containers.map(({ name }: { name: string }) => name);
  const live = apply(undefined, deployment(['a', 'b', 'c'].map((name) => ({ name, image: 'i' }))));
  assert.equal(order(apply(live, deployment(['c', 'x', 'a', 'b'].map((name) => ({ name, image: 'i' }))))), [
    'c',
    'x',
    'a',
    'b',
  ]);
});

test('kubectl takes over what client-side apply set', () => {
  const last = JSON.stringify({ ...configMap({ a: '1', b: '2' }), metadata: { name: 'c' } });
  const annotations = { 'kubectl.kubernetes.io/last-applied-configuration': last };
  const live = write(undefined, configMap({ a: '1', b: '2' }, { annotations }), {
    manager: 'kubectl-client-side-apply',
  });
  const next = apply(live, configMap({ a: '9', b: '2' }), { manager: 'kubectl' });
  assert.is(next.data.a, '9');
  const recorded = JSON.parse(next.metadata.annotations?.['kubectl.kubernetes.io/last-applied-configuration'] ?? '');
  assert.equal(recorded.data, { a: '9', b: '2' });
  assert.is(failure(() => apply(live, configMap({ a: '9' }), { manager: 'somebody' })).code, 409);
});

const REFUSED: readonly (readonly [string, object, number, string])[] = [
  [
    'another kind',
    { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'c' } },
    400,
    'invalid object type: /v1, Kind=Secret',
  ],
  ['managed fields', configMap({}, { managedFields: [{ manager: 'x' }] }), 400, 'metadata.managedFields must be nil'],
  [
    'an unknown field',
    { ...configMap({}), nope: 1 },
    500,
    'failed to create typed patch object (/c; /v1, Kind=ConfigMap): .nope: field not declared in schema',
  ],
  [
    'a wrong type',
    { ...configMap({}), data: 'x' },
    500,
    'failed to create typed patch object (/c; /v1, Kind=ConfigMap): .data: expected map, got &{x}',
  ],
];
for (const [what, applied, code, message] of REFUSED)
  test(`${what} in an applied configuration is ${code}`, () => {
    const live = apply(undefined, configMap({ a: '1' }));
    const error = failure(() => apply(live, applied, { apiVersion: 'v1' }));
    assert.is(error.code, code);
    assert.is(error.message, message);
  });

test('repeated keys of a list are 500 and named', () => {
  const ports = [{ containerPort: 80 }, { containerPort: 80 }];
  const error = failure(() => apply(undefined, deployment([{ name: 'a', image: 'a', ports }])));
  assert.is(
    error.message,
    'failed to create typed patch object (/d; apps/v1, Kind=Deployment): .spec.template.spec.containers[name="a"].ports: duplicate entries for key [containerPort=80,protocol="TCP"]',
  );
});

test('the live object and the configuration are left as they are', () => {
  const live = apply(undefined, deployment([{ name: 'a', image: 'a:1' }]));
  const configuration = Object.freeze(deployment([{ name: 'a', image: 'a:2' }]));
  const before = JSON.stringify([live, configuration]);
  apply(live, configuration);
  assert.is(JSON.stringify([live, configuration]), before);
});

test.run();
