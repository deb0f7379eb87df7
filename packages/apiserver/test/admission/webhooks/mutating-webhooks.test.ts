import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { create, DEFINITIONS, definition, version } from '../../customresources/_widgets.ts';
import { configuration, createConfigMap, type Decide, patchOf, startConfigured, startWebhook } from './_webhooks.ts';

const test = suite('mutating webhooks');

const add = (name: string, value: string): object => patchOf({ op: 'add', path: `/data/${name}`, value });

test('change the object before it is stored', async () => {
  await using webhook = await startWebhook(() => add('b', '2'));
  await using server = await startConfigured(configuration('Mutating', 'm', webhook));
  const { status, json } = await createConfigMap(server);
  assert.is(status, 201);
  assert.equal(json.data, { a: '1', b: '2' });
});

test('see what those before them have made of it, by the names of their configurations', async () => {
  await using webhook = await startWebhook(({ request: { object } }) =>
    patchOf({ op: 'replace', path: '/data/a', value: `${object.data.a}+` }),
  );
  await using server = await startConfigured(
    configuration('Mutating', 'z', {
      ...webhook,
      matchConditions: [{ name: 'c', expression: 'object.data.a == "1++"' }],
    }),
    configuration('Mutating', 'a', webhook, webhook),
  );
  assert.is((await createConfigMap(server)).json.data.a, '1+++');
});

test('are asked again, where they say so, when another one has changed the object after them', async () => {
  await using early = await startWebhook(({ request: { object } }) =>
    object.data.late === undefined ? { allowed: true } : add('seen', object.data.late),
  );
  await using late = await startWebhook(() => add('late', 'x'));
  await using server = await startConfigured(
    configuration('Mutating', 'm', { ...early, reinvocationPolicy: 'IfNeeded' }, late),
  );
  assert.equal((await createConfigMap(server)).json.data, { a: '1', late: 'x', seen: 'x' });
  assert.equal([early.reviews.length, late.reviews.length], [2, 1]);
});

test('have the defaults of what they add filled in, and the rules of the kind kept', async () => {
  await using webhook = await startWebhook(() =>
    patchOf({ op: 'add', path: '/spec/containers/-', value: { name: 'side', image: 'side' } }),
  );
  const rules = [{ operations: ['CREATE'], apiGroups: [''], apiVersions: ['v1'], resources: ['pods'] }];
  await using server = await startConfigured(configuration('Mutating', 'm', { ...webhook, rules }));
  const create = (name: string): ReturnType<typeof server.ask> =>
    server.ask('POST /api/v1/namespaces/default/pods', {
      body: { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' }, spec: { containers: [{ name, image: 'i' }] } },
    });
  const { json } = await create('main');
  assert.is(json.spec.containers[1].imagePullPolicy, 'Always');
  const refused = await create('side');
  assert.match(refused.json.message, /spec.containers\[1\].name: Duplicate value: "side"/);
});

test('change custom resources in the version of their rules', async () => {
  await using webhook = await startWebhook(() => patchOf({ op: 'add', path: '/spec/size', value: 3 }));
  const rules = [{ operations: ['*'], apiGroups: ['shop.example.com'], apiVersions: ['v2'], resources: ['widgets'] }];
  await using server = await startConfigured(configuration('Mutating', 'm', { ...webhook, rules }));
  const size = { size: { type: 'integer' } };
  const versions = [version(size), version(size, { name: 'v2', storage: false })];
  await server.ask(`POST ${DEFINITIONS}`, { body: definition(versions) });
  const { status, json } = await create(server, { size: 1 });
  assert.equal([status, json.apiVersion, json.spec], [201, 'shop.example.com/v1', { size: 3 }]);
  const { object, requestKind } = webhook.reviews[0]?.request ?? {};
  assert.equal([object.apiVersion, requestKind.version], ['shop.example.com/v2', 'v1']);
});

test('change a request of another version than that of their rules', async () => {
  await using webhook = await startWebhook(() => patchOf({ op: 'replace', path: '/spec/maxReplicas', value: 5 }));
  const rules = [{ operations: ['*'], apiGroups: ['autoscaling'], apiVersions: ['v1'], resources: ['*'] }];
  await using server = await startConfigured(configuration('Mutating', 'm', { ...webhook, rules }));
  const metrics = [
    { type: 'Resource', resource: { name: 'memory', target: { type: 'AverageValue', averageValue: '1Gi' } } },
  ];
  const spec = { scaleTargetRef: { kind: 'Deployment', name: 'd', apiVersion: 'apps/v1' }, maxReplicas: 3, metrics };
  const body = { apiVersion: 'autoscaling/v2', kind: 'HorizontalPodAutoscaler', metadata: { name: 'h' }, spec };
  const path = '/apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers';
  const { json } = await server.ask(`POST ${path}`, { body });
  assert.equal([json.apiVersion, json.spec.maxReplicas, json.spec.metrics], ['autoscaling/v2', 5, metrics]);
});

const failed = 'Internal error occurred: failed calling webhook "0.m.example.com": ';
const ANSWERS: readonly [string, ReturnType<Decide>, string][] = [
  ['a patch without a type', { allowed: true, patch: 'W10=' }, `${failed}received invalid webhook response: webhook returned response.patch but not response.patchType`],
  ['a type without a patch', { allowed: true, patchType: 'JSONPatch' }, `${failed}received invalid webhook response: webhook returned response.patchType but not response.patch`],
  ['a patch of another type', { allowed: true, patchType: 'X', patch: 'W3t9XQ==' }, `${failed}unsupported patch type "X"`],
  ['a patch that is none', { allowed: true, patchType: 'JSONPatch', patch: 'e30=' }, `${failed}received undecodable patch in webhook response: json: cannot unmarshal object into Go value of type jsonpatch.Patch`],
  ['a patch that does not fit', patchOf({ op: 'remove', path: '/data/z' }), 'Internal error occurred: '],
]; // biome-ignore format: one case a line

for (const [what, decided, message] of ANSWERS)
  test(`fail with ${what}`, async () => {
    await using webhook = await startWebhook(() => decided);
    await using server = await startConfigured(configuration('Mutating', 'm', webhook));
    const { status, json } = await createConfigMap(server);
    assert.equal([status, json.reason], [500, 'InternalError']);
    assert.ok(json.message.startsWith(message), json.message);
  });

test('cannot change what is being deleted', async () => {
  await using webhook = await startWebhook(({ request }) =>
    request.operation === 'DELETE' ? add('b', '2') : { allowed: true },
  );
  await using server = await startConfigured(configuration('Mutating', 'm', webhook));
  await createConfigMap(server);
  const { json } = await server.ask('DELETE /api/v1/namespaces/default/configmaps/c');
  assert.is(
    json.message,
    'Internal error occurred: admission webhook "0.m.example.com" attempted to modify the object, which is not supported for this operation',
  );
});

test('that refuse end the matter', async () => {
  await using webhook = await startWebhook(() => ({ allowed: false, status: { code: 418, message: 'no' } }));
  await using other = await startWebhook();
  await using server = await startConfigured(configuration('Mutating', 'm', webhook, other));
  const { status, json } = await createConfigMap(server);
  assert.equal([status, json.message], [418, 'admission webhook "0.m.example.com" denied the request: no']);
  assert.equal(other.reviews, []);
});

test.run();
