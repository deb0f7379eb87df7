import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  ABOUT_CONFIG_MAPS,
  CONFIG_MAPS,
  configuration,
  createConfigMap,
  type Decide,
  type Review,
  startConfigured,
  startWebhook,
} from './_webhooks.ts';

const test = suite('validating webhooks');

test('get the request with its object, its user and its options', async () => {
  await using webhook = await startWebhook();
  await using server = await startConfigured(configuration('Validating', 'v', webhook));
  assert.is((await createConfigMap(server, {}, '?fieldManager=me')).status, 201);
  const { apiVersion, kind, request } = webhook.reviews[0] as Review;
  assert.equal([apiVersion, kind], ['admission.k8s.io/v1', 'AdmissionReview']);
  const { uid, object, ...rest } = request;
  assert.match(uid, /^[0-9a-f-]{36}$/);
  assert.equal(object.data, { a: '1' });
  assert.is(object.kind, 'ConfigMap');
  assert.equal(rest, {
    kind: { group: '', version: 'v1', kind: 'ConfigMap' },
    resource: { group: '', version: 'v1', resource: 'configmaps' },
    requestKind: { group: '', version: 'v1', kind: 'ConfigMap' },
    requestResource: { group: '', version: 'v1', resource: 'configmaps' },
    name: 'c',
    namespace: 'default',
    operation: 'CREATE',
    userInfo: { username: 'tester', groups: ['system:authenticated'] },
    dryRun: false,
    options: { kind: 'CreateOptions', apiVersion: 'meta.k8s.io/v1', fieldManager: 'me' },
    oldObject: null,
  });
});

test('get the old object of an update and of a deletion', async () => {
  await using webhook = await startWebhook();
  await using server = await startConfigured(configuration('Validating', 'v', webhook));
  await createConfigMap(server);
  const headers = { 'content-type': 'application/merge-patch+json' };
  await server.ask(`PATCH ${CONFIG_MAPS}/c`, { body: { data: { a: '2' } }, headers });
  await server.ask(`DELETE ${CONFIG_MAPS}/c`);
  const seen = webhook.reviews.map(({ request: { operation, object, oldObject, options } }) => [
    operation,
    object?.data.a,
    oldObject?.data.a,
    options.kind,
  ]);
  assert.equal(seen, [
    ['CREATE', '1', undefined, 'CreateOptions'],
    ['UPDATE', '2', '1', 'UpdateOptions'],
    ['DELETE', undefined, '2', 'DeleteOptions'],
  ]);
});

const failed = 'Internal error occurred: failed calling webhook "0.v.example.com"';
const ANSWERS: readonly [string, ReturnType<Decide>, number, string][] = [
  ['a refusal without a word', { allowed: false }, 400, 'admission webhook "0.v.example.com" denied the request without explanation'],
  ['a refusal with a message', { allowed: false, status: { message: 'too big' } }, 400, 'admission webhook "0.v.example.com" denied the request: too big'],
  ['a refusal with a reason', { allowed: false, status: { reason: 'Forbidden', code: 403 } }, 403, 'admission webhook "0.v.example.com" denied the request: Forbidden'],
  ['another uid', { uid: 'x', allowed: true }, 500, `${failed}: received invalid webhook response: expected response.uid="`],
  ['a patch', { allowed: true, patchType: 'JSONPatch', patch: 'W10=' }, 500, `${failed}: received invalid webhook response: validating webhook may not return response.patch`],
  ['no response', { status: 200, body: '{"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview"}' }, 500, `${failed}: received invalid webhook response: webhook response was absent`],
  ['a broken server', { status: 500, body: 'oh' }, 500, `${failed}: failed to call webhook: an error on the server ("oh") has prevented the request from succeeding`],
  ['a missing page', { status: 404, body: '' }, 500, `${failed}: failed to call webhook: the server could not find the requested resource`],
  ['something without a kind', { status: 200, body: '{}' }, 500, `${failed}: failed to call webhook: Object 'Kind' is missing in '{}'`],
]; // biome-ignore format: one case a line

for (const [what, decided, code, message] of ANSWERS)
  test(`answers with ${what}`, async () => {
    await using webhook = await startWebhook(() => decided);
    await using server = await startConfigured(configuration('Validating', 'v', webhook));
    const { status, json } = await createConfigMap(server);
    assert.is(status, code);
    assert.ok(json.message.startsWith(message), json.message);
    assert.is((await server.ask(`GET ${CONFIG_MAPS}/c`)).status, 404);
  });

const UNREACHABLE: readonly [string, object, RegExp][] = [
  ['nobody listens', { clientConfig: { url: 'https://127.0.0.1:1/x' } }, /^Post "https:\/\/127.0.0.1:1\/x\?timeout=10s": dial tcp 127.0.0.1:1: connect: connection refused$/],
  ['it lies outside of this machine', { clientConfig: { url: 'https://203.0.113.9/x' } }, /^Post "https:\/\/203.0.113.9\/x\?timeout=10s": dial tcp 203.0.113.9:443: no network of a cluster is attached to this API server$/],
  ['its service does not exist', { clientConfig: { service: { namespace: 'default', name: 's' } }, timeoutSeconds: 3 }, /^Post "https:\/\/s.default.svc\/\?timeout=3s": service "s" not found$/],
]; // biome-ignore format: one case a line

for (const [what, more, expected] of UNREACHABLE) {
  test(`refuse the request when ${what}`, async () => {
    await using server = await startConfigured(configuration('Validating', 'v', { url: '', ...more }));
    const { status, json } = await createConfigMap(server);
    const start = `${failed}: failed to call webhook: `;
    assert.equal([status, json.reason, json.message.slice(0, start.length)], [500, 'InternalError', start]);
    assert.match(json.message.slice(start.length), expected);
  });

  test(`are passed by, where they say so, when ${what}`, async () => {
    const hook = { url: '', ...more, failurePolicy: 'Ignore' };
    await using server = await startConfigured(configuration('Validating', 'v', hook));
    assert.is((await createConfigMap(server)).status, 201);
  });
}

test('must show a certificate of the authority that their configuration names', async () => {
  await using webhook = await startWebhook();
  const clientConfig = { url: webhook.url };
  await using server = await startConfigured(configuration('Validating', 'v', { url: '', clientConfig }));
  const { json } = await createConfigMap(server);
  assert.match(json.message, /tls: failed to verify certificate: x509: certificate signed by unknown authority$/);
  assert.equal(webhook.reviews, []);
});

test('have as many seconds as they say, by the clock of the cluster', async () => {
  const { promise, resolve } = withResolvers();
  await using webhook = await startWebhook(() => {
    resolve();
    return new Promise(() => {});
  });
  await using server = await startConfigured(configuration('Validating', 'v', { ...webhook, timeoutSeconds: 7 }));
  const answer = createConfigMap(server);
  await promise;
  server.clock.advance(7000);
  const { json } = await answer;
  assert.match(json.message, /\?timeout=7s": context deadline exceeded$/);
});

const MATCHES: readonly [string, object, boolean][] = [
  ['another operation', { rules: [{ ...ABOUT_CONFIG_MAPS, operations: ['DELETE'] }] }, false],
  ['another resource', { rules: [{ ...ABOUT_CONFIG_MAPS, resources: ['secrets'] }] }, false],
  ['every resource', { rules: [{ ...ABOUT_CONFIG_MAPS, apiGroups: ['*'], apiVersions: ['*'], resources: ['*'] }] }, true],
  ['a subresource', { rules: [{ ...ABOUT_CONFIG_MAPS, resources: ['*/status'] }] }, false],
  ['things outside of namespaces', { rules: [{ ...ABOUT_CONFIG_MAPS, scope: 'Cluster' }] }, false],
  ['namespaces with a label that this one has', { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'default' } } }, true],
  ['namespaces with a label that this one has not', { namespaceSelector: { matchLabels: { a: 'b' } } }, false],
  ['objects with a label that this one has', { objectSelector: { matchLabels: { app: 'x' } } }, true],
  ['objects with a label that this one has not', { objectSelector: { matchLabels: { app: 'y' } } }, false],
  ['a condition that holds', { matchConditions: [{ name: 'c', expression: "object.data.a == '1' && request.operation == 'CREATE'" }] }, true],
  ['a condition that does not', { matchConditions: [{ name: 'c', expression: "request.userInfo.username != 'tester'" }] }, false],
]; // biome-ignore format: one case a line

for (const [what, more, asked] of MATCHES)
  test(`${asked ? 'are' : 'are not'} asked about the request when they are about ${what}`, async () => {
    await using webhook = await startWebhook();
    await using server = await startConfigured(configuration('Validating', 'v', { ...webhook, ...more }));
    assert.is((await createConfigMap(server, { metadata: { name: 'c', labels: { app: 'x' } } })).status, 201);
    assert.is(webhook.reviews.length > 0, asked);
  });

test('refuse what a condition cannot be told of', async () => {
  await using webhook = await startWebhook();
  const matchConditions = [{ name: 'c', expression: 'object.data.missing == "1"' }];
  await using server = await startConfigured(configuration('Validating', 'v', { ...webhook, matchConditions }));
  const { status, json } = await createConfigMap(server);
  assert.is(status, 403);
  const error = `expression 'object.data.missing == "1"' resulted in error: no such key: missing`;
  assert.is(json.message, `configmaps "c" is forbidden: ${error}`);
});

test('see a request in the version of their rules', async () => {
  await using webhook = await startWebhook();
  const rules = [{ operations: ['*'], apiGroups: ['autoscaling'], apiVersions: ['v1'], resources: ['*'] }];
  await using server = await startConfigured(configuration('Validating', 'v', { ...webhook, rules }));
  const spec = { scaleTargetRef: { kind: 'Deployment', name: 'd', apiVersion: 'apps/v1' }, maxReplicas: 3 };
  const body = { apiVersion: 'autoscaling/v2', kind: 'HorizontalPodAutoscaler', metadata: { name: 'h' }, spec };
  const path = '/apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers';
  assert.is((await server.ask(`POST ${path}`, { body })).status, 201);
  const { kind, requestKind, object } = webhook.reviews[0]?.request ?? {};
  assert.equal([kind.version, requestKind.version, object.apiVersion], ['v1', 'v2', 'autoscaling/v1']);
});

test('see no other version when their rules are meant to the letter', async () => {
  await using webhook = await startWebhook();
  const rules = [{ operations: ['*'], apiGroups: ['events.k8s.io'], apiVersions: ['*'], resources: ['*'] }];
  const hook = { ...webhook, rules, matchPolicy: 'Exact' };
  await using server = await startConfigured(configuration('Validating', 'v', hook));
  const involvedObject = { kind: 'Pod', name: 'p', namespace: 'default' };
  const body = { apiVersion: 'v1', kind: 'Event', metadata: { name: 'e' }, involvedObject };
  assert.is((await server.ask('POST /api/v1/namespaces/default/events', { body })).status, 201);
  assert.equal(webhook.reviews, []);
});

test('are asked of a dry run only when they promise to do nothing', async () => {
  await using webhook = await startWebhook();
  await using server = await startConfigured(configuration('Validating', 'v', webhook));
  assert.is((await createConfigMap(server, {}, '?dryRun=All')).status, 201);
  assert.equal(webhook.reviews[0]?.request.options, {
    kind: 'CreateOptions',
    apiVersion: 'meta.k8s.io/v1',
    dryRun: ['All'],
  });
  assert.is(webhook.reviews[0]?.request.dryRun, true);
});

test('may warn whoever asks', async () => {
  await using webhook = await startWebhook(() => ({ allowed: true, warnings: ['mind the gap'] }));
  await using server = await startConfigured(configuration('Validating', 'v', webhook));
  assert.is((await createConfigMap(server)).headers.warning, '299 - "mind the gap"');
});

test('are not asked about configurations of webhooks, nor when theirs is gone', async () => {
  await using webhook = await startWebhook(() => ({ allowed: false }));
  const rules = [{ operations: ['*'], apiGroups: ['*'], apiVersions: ['*'], resources: ['*/*'] }];
  await using server = await startConfigured(configuration('Validating', 'v', { ...webhook, rules }));
  assert.is((await createConfigMap(server)).status, 400);
  const path = '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations/v';
  assert.is((await server.ask(`DELETE ${path}`)).status, 200);
  assert.is((await createConfigMap(server)).status, 201);
  assert.is(webhook.reviews.length, 1);
});

test('are not shown what bindings and evictions do to pods and budgets', async () => {
  await using webhook = await startWebhook();
  const rules = [{ operations: ['UPDATE', 'DELETE'], apiGroups: ['*'], apiVersions: ['*'], resources: ['*/*'] }];
  await using server = await startConfigured(configuration('Validating', 'v', { ...webhook, rules }));
  const inDefault = '/api/v1/namespaces/default';
  const metadata = { name: 'p', labels: { app: 'x' } };
  const spec = { containers: [{ name: 'main', image: 'i' }] };
  const budget = { minAvailable: 0, selector: { matchLabels: { app: 'x' } } };
  const budgets = '/apis/policy/v1/namespaces/default/poddisruptionbudgets';
  await server.ask(`POST ${inDefault}/pods`, { body: { metadata, spec } });
  await server.ask(`POST ${budgets}`, { body: { metadata: { name: 'b' }, spec: budget } });
  const target = { kind: 'Node', name: 'n' };
  const bound = await server.ask(`POST ${inDefault}/bindings`, { body: { metadata: { name: 'p' }, target } });
  assert.is(bound.status, 201, bound.text);
  await server.ask(`POST ${inDefault}/pods/p/eviction`, {
    body: { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name: 'p' } },
  });
  assert.equal(webhook.reviews, []);
});

test('are understood in the older version of reviews', async () => {
  await using webhook = await startWebhook(() => ({ uid: '', allowed: true }));
  const hook = { ...webhook, admissionReviewVersions: ['v2', 'v1beta1', 'v1'] };
  await using server = await startConfigured(configuration('Validating', 'v', hook));
  assert.is((await createConfigMap(server)).status, 201);
  assert.is(webhook.reviews[0]?.apiVersion, 'admission.k8s.io/v1beta1');
});

test('are announced as deaf to what is not reviewed', async () => {
  await using server = await startConfigured();
  const rules = [{ ...ABOUT_CONFIG_MAPS, operations: ['CONNECT'], resources: ['pods/exec', 'pods/*'] }];
  const path = '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations';
  const body = configuration('Validating', 'v', { url: 'https://127.0.0.1:1/', rules });
  const { headers } = await server.ask(`POST ${path}`, { body });
  assert.is(
    headers.warning,
    '299 - "webhooks[0].rules[0].operations: CONNECT is not reviewed by this server", 299 - "webhooks[0].rules[0].resources[0]: pods/exec is not reviewed by this server"',
  );
});

function withResolvers(): { promise: Promise<void>; resolve: () => void } {
  let resolve = (): void => {};
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}

test.run();
