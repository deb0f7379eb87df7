import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Answer, startServer, type TestServer } from '../../endpoints/_server.ts';
import { ABOUT_CONFIG_MAPS, CONFIG_MAPS, createConfigMap } from '../webhooks/_webhooks.ts';

const test = suite('validating admission policies');

const GROUP = '/apis/admissionregistration.k8s.io/v1';
const API = 'admissionregistration.k8s.io/v1';

const policy = (spec: object): object => ({
  apiVersion: API,
  kind: 'ValidatingAdmissionPolicy',
  metadata: { name: 'p' },
  spec: { matchConstraints: { resourceRules: [ABOUT_CONFIG_MAPS] }, ...spec },
});
const binding = (spec: object = {}): object => ({
  apiVersion: API,
  kind: 'ValidatingAdmissionPolicyBinding',
  metadata: { name: 'b' },
  spec: { policyName: 'p', validationActions: ['Deny'], ...spec },
});

const write = (server: TestServer, body: object): Promise<Answer> => {
  const { kind } = body as { kind: string };
  const plural = kind.endsWith('Policy') ? 'validatingadmissionpolicies' : 'validatingadmissionpolicybindings';
  return server.ask(`POST ${GROUP}/${plural}`, { body });
};

async function start(spec: object, bound: object = {}): Promise<TestServer> {
  const server = await startServer();
  for (const body of [policy(spec), binding(bound)]) {
    const answer = await write(server, body);
    assert.is(answer.status, 201, answer.text);
  }
  return server;
}

const denied = (message: string): string =>
  `configmaps "c" is forbidden: ValidatingAdmissionPolicy 'p' with binding 'b' denied request: ${message}`;

const DENIALS: readonly [string, object, number, string][] = [
  ['the expression', { validations: [{ expression: " object.data.a == '2' " }] }, 422, "failed expression: object.data.a == '2'"],
  ['the message', { validations: [{ expression: 'false', message: 'never' }] }, 422, 'never'],
  ['the message that is computed', { validations: [{ expression: 'false', message: 'never', messageExpression: "'not ' + object.data.a" }] }, 422, 'not 1'],
  ['the message, when none can be computed', { validations: [{ expression: 'false', message: 'never', messageExpression: 'object.data.z' }] }, 422, 'never'],
  ['the first validation that fails', { validations: [{ expression: 'true', message: 'x' }, { expression: 'false', message: 'y' }, { expression: 'false', message: 'z' }] }, 422, 'y'],
  ['the code of its reason', { validations: [{ expression: 'false', message: 'never', reason: 'Forbidden' }] }, 403, 'never'],
  ['what an expression fails by', { validations: [{ expression: "object.data.z == '1'" }] }, 422, `expression 'object.data.z == '1'' resulted in error: no such key: z`],
  ['what a variable holds', { variables: [{ name: 'n', expression: 'size(object.data)' }, { name: 'm', expression: 'variables.n + 1' }], validations: [{ expression: 'variables.m == 3', messageExpression: 'string(variables.m)' }] }, 422, '2'],
  ['what a variable fails by', { variables: [{ name: 'n', expression: 'object.data.z' }], validations: [{ expression: "variables.n == 'x'" }] }, 422, `expression 'variables.n == 'x'' resulted in error: composited variable "n" fails to evaluate: no such key: z`],
  ['the namespace', { validations: [{ expression: 'false', messageExpression: "namespaceObject.metadata.name + ' ' + namespaceObject.status.phase" }] }, 422, 'default Active'],
  ['the request', { validations: [{ expression: 'false', messageExpression: "request.operation + ' by ' + request.userInfo.username" }] }, 422, 'CREATE by tester'],
]; // biome-ignore format: one case a line

for (const [what, spec, code, message] of DENIALS)
  test(`deny with ${what}`, async () => {
    await using server = await start(spec);
    const { status, json } = await createConfigMap(server);
    assert.equal([status, json.message], [code, denied(message)]);
    assert.is(json.details.causes[0].message, json.message.slice('configmaps "c" is forbidden: '.length));
    assert.is((await server.ask(`GET ${CONFIG_MAPS}/c`)).status, 404);
  });

const NEVER = { validations: [{ expression: 'false', message: 'never' }] };
const ALLOWED: readonly [string, object, object][] = [
  ['what holds', { validations: [{ expression: "object.data.a == '1' && oldObject == null" }] }, {}],
  ['what their conditions leave out', { ...NEVER, matchConditions: [{ name: 'c', expression: "object.metadata.name != 'c'" }] }, {}],
  ['what they fail by, where they say so', { validations: [{ expression: "object.data.z == '1'" }], failurePolicy: 'Ignore' }, {}],
  ['what they exclude', { ...NEVER, matchConstraints: { resourceRules: [ABOUT_CONFIG_MAPS], excludeResourceRules: [{ ...ABOUT_CONFIG_MAPS, resourceNames: ['c'] }] } }, {}],
  ['what their bindings are not about', NEVER, { matchResources: { namespaceSelector: { matchLabels: { a: 'b' } } } }],
  ['what bindings are only to be told of', NEVER, { validationActions: ['Audit'] }],
]; // biome-ignore format: one case a line

for (const [what, spec, bound] of ALLOWED)
  test(`allow ${what}`, async () => {
    await using server = await start(spec, bound);
    const { status, text } = await createConfigMap(server);
    assert.is(status, 201, text);
  });

test('warn when their binding wants no more', async () => {
  await using server = await start(NEVER, { validationActions: ['Warn'] });
  const { status, headers } = await createConfigMap(server);
  assert.equal(
    [status, headers.warning],
    [201, `299 - "Validation failed for ValidatingAdmissionPolicy 'p' with binding 'b': never"`],
  );
});

test('do nothing until they are bound', async () => {
  await using server = await startServer();
  await write(server, policy(NEVER));
  assert.is((await createConfigMap(server)).status, 201);
  await write(server, binding());
  assert.is((await createConfigMap(server, { metadata: { name: 'd' } })).status, 422);
  await server.ask(`DELETE ${GROUP}/validatingadmissionpolicybindings/b`);
  assert.is((await createConfigMap(server, { metadata: { name: 'd' } })).status, 201);
});

const WITH_PARAMS = {
  paramKind: { apiVersion: 'v1', kind: 'ConfigMap' },
  validations: [{ expression: 'object.data.a != params.data.a', messageExpression: "'not ' + params.data.a" }],
  matchConditions: [{ name: 'c', expression: "object.metadata.name != 'limits'" }],
};
const paramRef = { name: 'limits', parameterNotFoundAction: 'Deny' };

test('compare with the parameters that their binding names', async () => {
  await using server = await start(WITH_PARAMS, { paramRef: { ...paramRef, parameterNotFoundAction: 'Allow' } });
  assert.is((await createConfigMap(server, { metadata: { name: 'limits' } })).status, 201);
  assert.is((await createConfigMap(server)).json.message, denied('not 1'));
  assert.is((await createConfigMap(server, { data: { a: '2' } })).status, 201);
});

const MISCONFIGURED: readonly [string, object, object, string][] = [
  ['parameters do not exist', WITH_PARAMS, { paramRef }, ` with binding 'b' denied request: failed to configure binding: no params found for policy binding with \`Deny\` parameterNotFoundAction`],
  ['the kind of parameters is not served', { ...WITH_PARAMS, paramKind: { apiVersion: 'a.io/v1', kind: 'No' } }, { paramRef }, " denied request: failed to configure policy: failed to find resource referenced by paramKind: 'a.io/v1, Kind=No'"],
]; // biome-ignore format: one case a line

for (const [what, spec, bound, message] of MISCONFIGURED)
  test(`deny when ${what}`, async () => {
    await using server = await start(spec, bound);
    const { json } = await createConfigMap(server);
    assert.is(json.message, `configmaps "c" is forbidden: ValidatingAdmissionPolicy 'p'${message}`);
  });

test('are not asked about policies, so that a bad one can be mended', async () => {
  await using server = await start({
    ...NEVER,
    matchConstraints: {
      resourceRules: [{ operations: ['*'], apiGroups: ['*'], apiVersions: ['*'], resources: ['*'] }],
    },
  });
  assert.is((await server.ask(`DELETE ${GROUP}/validatingadmissionpolicies/p`)).status, 200);
});

const FAULTS: readonly [string, object, string][] = [
  ['reads', { validations: [{ expression: 'object.a ==' }] }, 'spec.validations[0].expression: Invalid value: "object.a ==": compilation failed: ERROR: <input>:1:12: Syntax error'],
  ['knows its names', { validations: [{ expression: 'authorizer.group("").check("get").allowed()' }] }, `spec.validations[0].expression: Invalid value: "authorizer.group(\\"\\").check(\\"get\\").allowed()": compilation failed: ERROR: <input>:1:1: undeclared reference to 'authorizer' (in container '')`],
  ['knows its variables', { validations: [{ expression: 'variables.x == 1' }] }, `spec.validations[0].expression: Invalid value: "variables.x == 1": compilation failed: ERROR: <input>:1:10: undefined field 'x'`],
  ['says yes or no', { validations: [{ expression: "'yes'" }] }, `spec.validations[0].expression: Invalid value: "'yes'": must evaluate to bool but got string`],
  ['says something', { validations: [{ expression: 'true', messageExpression: '1' }] }, 'spec.validations[0].messageExpression: Invalid value: "1": must evaluate to string but got int'],
]; // biome-ignore format: one case a line

for (const [what, spec, message] of FAULTS)
  test(`are refused unless every expression ${what}`, async () => {
    await using server = await startServer();
    const { status, json } = await write(server, policy(spec));
    assert.is(status, 422);
    assert.ok(json.message.includes(message), json.message);
  });

test.run();
