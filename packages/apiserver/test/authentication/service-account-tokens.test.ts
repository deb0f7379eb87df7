import { FakeClock, type KubeObject, seededRandom } from '@towtank/apimachinery';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Claims, createSigningKey, unverifiedClaims } from '../../src/authentication/json-web-token.ts';
import { jsonWebKeySet, openidConfiguration } from '../../src/authentication/openid-documents.ts';
import { requestToken } from '../../src/authentication/reviews/token-request.ts';
import { ServiceAccountTokens } from '../../src/authentication/service-account-tokens.ts';
import type { ObjectReader } from '../../src/storage/object-reader.ts';

const test = suite('service account tokens');

interface World {
  readonly objects: Map<string, KubeObject>;
  readonly clock: FakeClock;
  readonly tokens: ServiceAccountTokens;
  request(spec: object, name?: string): Promise<KubeObject>;
}

function world(): World {
  const objects = new Map<string, KubeObject>();
  const add = (prefix: string, name: string, object: Partial<KubeObject> = {}): void => {
    const metadata = {
      name,
      uid: `uid-${name}`,
      ...(prefix === 'nodes' ? {} : { namespace: 'x' }),
      ...object.metadata,
    };
    objects.set(`${prefix}/${prefix === 'nodes' ? '' : 'x/'}${name}`, { ...object, metadata });
  };
  add('serviceaccounts', 'robot');
  add('serviceaccounts', 'other');
  add('pods', 'p', { spec: { serviceAccountName: 'robot', nodeName: 'n' } });
  add('nodes', 'n');
  add('secrets', 's');
  const reader: ObjectReader = {
    get: (prefix, name, namespace) => objects.get([prefix, ...(namespace ? [namespace] : []), name].join('/')),
    list: () => [],
  };
  const clock = new FakeClock(Date.parse('2026-01-01T00:00:00Z'));
  const tokens = new ServiceAccountTokens({ reader, clock, random: seededRandom('tokens') });
  const request: World['request'] = (spec, name = 'robot') =>
    requestToken({ metadata: {}, spec }, { tokens, reader, clock, namespace: 'x', name });
  return { objects, clock, tokens, request };
}

const claimsOf = ({ status }: KubeObject): Claims => unverifiedClaims(status.token) as Claims;

test('a token request is answered with a token for its audiences', async () => {
  const answer = await world().request({ audiences: ['x'], expirationSeconds: 700 });
  assert.equal(
    { ...answer, status: { ...answer.status, token: '' } },
    {
      kind: 'TokenRequest',
      apiVersion: 'authentication.k8s.io/v1',
      metadata: { name: 'robot', namespace: 'x', uid: 'uid-robot', creationTimestamp: '2026-01-01T00:00:00Z' },
      spec: { audiences: ['x'], expirationSeconds: 700, boundObjectRef: null },
      status: { token: '', expirationTimestamp: '2026-01-01T00:11:40Z' },
    },
  );
  const { iss, sub, aud } = claimsOf(answer);
  assert.equal(
    { iss, sub, aud },
    {
      iss: 'https://kubernetes.default.svc',
      sub: 'system:serviceaccount:x:robot',
      aud: ['x'],
    },
  );
});

const REFUSED = [
  {
    name: 'a lifetime under ten minutes',
    spec: { expirationSeconds: 5 },
    message:
      'TokenRequest.authentication.k8s.io "" is invalid: spec.expirationSeconds: Invalid value: 5: may not specify a duration less than 10 minutes',
  },
  { name: 'a service account that is missing', spec: {}, account: 'none', message: 'serviceaccounts "none" not found' },
  {
    name: 'a pod that is missing',
    spec: { boundObjectRef: { apiVersion: 'v1', kind: 'Pod', name: 'q' } },
    message: 'pods "q" not found',
  },
  {
    name: 'a pod of another account',
    account: 'other',
    spec: { boundObjectRef: { apiVersion: 'v1', kind: 'Pod', name: 'p' } },
    message: 'cannot bind token for serviceaccount "other" to pod running with different serviceaccount name.',
  },
  {
    name: 'a pod that has been made anew',
    spec: { boundObjectRef: { apiVersion: 'v1', kind: 'Pod', name: 'p', uid: 'old' } },
    message:
      'Operation cannot be fulfilled on Pod "p": the UID in the bound object reference (old) does not match the UID in record. The object might have been deleted and then recreated',
  },
  {
    name: 'an object of another kind',
    spec: { boundObjectRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'd' } },
    message: 'cannot bind token to object of type apps/v1, Kind=Deployment',
  },
];
for (const { name, spec, account, message } of REFUSED) {
  test(`a token request names ${name}`, async () => {
    const refusal: Error | undefined = await world()
      .request(spec, account)
      .then(
        () => undefined,
        (reason) => reason,
      );
    assert.is(refusal?.message, message);
  });
}

test('a token authenticates its service account', async () => {
  const { tokens, request } = world();
  const answer = await request({});
  const identity = await tokens.authenticate(answer.status.token);
  assert.equal(identity, {
    user: {
      name: 'system:serviceaccount:x:robot',
      uid: 'uid-robot',
      groups: ['system:serviceaccounts', 'system:serviceaccounts:x', 'system:authenticated'],
      extra: { 'authentication.kubernetes.io/credential-id': [`JTI=${claimsOf(answer).jti}`] },
    },
    audiences: ['https://kubernetes.default.svc'],
  });
});

test('a token of a pod tells pod and node, and lives for a year where the kubelet asks for it', async () => {
  const { tokens, request } = world();
  const answer = await request({
    expirationSeconds: 3607,
    boundObjectRef: { apiVersion: 'v1', kind: 'Pod', name: 'p' },
  });
  const { exp, iat } = claimsOf(answer) as { exp: number; iat: number };
  assert.is(exp - iat, 365 * 24 * 3600);
  const { extra = {} } = (await tokens.authenticate(answer.status.token))?.user ?? {};
  assert.equal(extra['authentication.kubernetes.io/pod-name'], ['p']);
  assert.equal(extra['authentication.kubernetes.io/pod-uid'], ['uid-p']);
  assert.equal(extra['authentication.kubernetes.io/node-name'], ['n']);
  assert.equal(extra['authentication.kubernetes.io/node-uid'], ['uid-n']);
});

const LOST: { name: string; spec?: object; change: (world: World) => void; audiences?: string[] }[] = [
  { name: 'its time is over', change: ({ clock }) => clock.advance(3_661_000) },
  { name: 'it is meant for others', spec: { audiences: ['x'] }, change: () => {} },
  { name: 'its account is gone', change: ({ objects }) => objects.delete('serviceaccounts/x/robot') },
  {
    name: 'its account has been made anew',
    change: ({ objects }) => objects.set('serviceaccounts/x/robot', { metadata: { name: 'robot', uid: 'new' } }),
  },
  {
    name: 'the pod that it is bound to is gone',
    spec: { boundObjectRef: { apiVersion: 'v1', kind: 'Pod', name: 'p' } },
    change: ({ objects }) => objects.delete('pods/x/p'),
  },
  {
    name: 'the secret that it is bound to is gone',
    spec: { boundObjectRef: { apiVersion: 'v1', kind: 'Secret', name: 's' } },
    change: ({ objects }) => objects.delete('secrets/x/s'),
  },
];
for (const { name, spec = {}, change } of LOST) {
  test(`a token is not valid when ${name}`, async () => {
    const it = world();
    const { token } = (await it.request(spec)).status;
    change(it);
    assert.is(await it.tokens.authenticate(token), undefined);
  });
}

test('a minute of grace forgives slow clocks', async () => {
  const { tokens, request, clock } = world();
  const { token } = (await request({ expirationSeconds: 600 })).status;
  clock.advance(659_000);
  assert.ok(await tokens.authenticate(token));
});

test('a changed or foreign token is not valid', async () => {
  const { tokens, request } = world();
  const { token } = (await request({})).status as { token: string };
  const [header, claims = '', signature] = token.split('.');
  const forged = Buffer.from(Buffer.from(claims, 'base64url').toString().replace('robot', 'admin')).toString(
    'base64url',
  );
  const unsigned = Buffer.from('{"alg":"none"}').toString('base64url');
  const foreign = (await createSigningKey()).sign(unverifiedClaims(token) as Claims);
  for (const bad of ['', 'x.y.z', `${header}.${forged}.${signature}`, `${unsigned}.${claims}.`, foreign])
    assert.is(await tokens.authenticate(bad), undefined);
});

test('a token in a secret is valid while the secret keeps it', async () => {
  const { tokens, objects } = world();
  const account = objects.get('serviceaccounts/x/robot') as KubeObject;
  const token = await tokens.issueForSecret(account, objects.get('secrets/x/s') as KubeObject);
  assert.is(await tokens.authenticate(token), undefined);
  objects.set('secrets/x/s', { metadata: { name: 's' }, data: { token: Buffer.from(token).toString('base64') } });
  assert.is((await tokens.authenticate(token))?.user.name, 'system:serviceaccount:x:robot');
});

test('others verify tokens with the published key set', async () => {
  const { tokens } = world();
  assert.equal(openidConfiguration(tokens, 'https://127.0.0.1:6443/'), {
    issuer: 'https://kubernetes.default.svc',
    jwks_uri: 'https://127.0.0.1:6443/openid/v1/jwks',
    response_types_supported: ['id_token'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['RS256'],
  });
  const { keys } = (await jsonWebKeySet(tokens)) as { keys: Record<string, string>[] };
  assert.equal(
    keys.map(({ kty, alg, use }) => [kty, alg, use]),
    [['RSA', 'RS256', 'sig']],
  );
});

test.run();
