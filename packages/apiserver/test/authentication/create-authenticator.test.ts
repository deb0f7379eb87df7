import type { ApiRequest, UserInfo } from '@towtank/apimachinery';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { offeredProtocols } from '../../src/authentication/bearer-token.ts';
import { createAuthenticator } from '../../src/authentication/create-authenticator.ts';
import { reviewSelfSubject } from '../../src/authentication/reviews/self-subject-review.ts';
import { reviewToken } from '../../src/authentication/reviews/token-review.ts';
import { createTokenAuthenticator } from '../../src/authentication/token-authenticator.ts';

const test = suite('authenticator');

const ADMIN: UserInfo = { name: 'admin', uid: 'admin', groups: ['system:masters'] };
const tokens = { 'the token': ADMIN, t: ADMIN };
const known: UserInfo = { ...ADMIN, groups: ['system:masters', 'system:authenticated'] };
const anonymous: UserInfo = { name: 'system:anonymous', groups: ['system:unauthenticated'] };
const protocol = `base64url.bearer.authorization.k8s.io.${Buffer.from('the token').toString('base64url')}`;

const CASES: { name: string; request: Partial<ApiRequest>; user: UserInfo | undefined }[] = [
  { name: 'a known token is its user', request: { headers: { authorization: 'Bearer t' } }, user: known },
  { name: 'the scheme may be written in any case', request: { headers: { authorization: 'bearer t' } }, user: known },
  { name: 'an unknown token is refused', request: { headers: { authorization: 'Bearer wrong' } }, user: undefined },
  { name: 'no token is anonymous', request: {}, user: anonymous },
  { name: 'an empty header is none', request: { headers: { authorization: '' } }, user: anonymous },
  { name: 'other schemes are not looked at', request: { headers: { authorization: 'Basic YTpi' } }, user: anonymous },
  {
    name: 'names of objects are no tokens',
    request: { headers: { authorization: 'Bearer __proto__' } },
    user: undefined,
  },
  {
    name: 'a WebSocket may carry its token as a subprotocol',
    request: { headers: { 'sec-websocket-protocol': `v5.channel.k8s.io, ${protocol}` } },
    user: known,
  },
  {
    name: 'beside a real one',
    request: { headers: { 'sec-websocket-protocol': protocol } },
    user: undefined,
  },
  {
    name: 'a proven identity goes first',
    request: { headers: { authorization: 'Bearer wrong' }, user: { name: 'jane', groups: ['devs'] } },
    user: { name: 'jane', groups: ['devs', 'system:authenticated'] },
  },
];
for (const { name, request, user } of CASES) {
  test(name, () => {
    const authenticate = createAuthenticator({ tokens });
    assert.equal(authenticate({ method: 'GET', url: '/', headers: {}, ...request }), user);
  });
}

test('anonymous access can be refused', () => {
  const authenticate = createAuthenticator({ tokens, allowAnonymous: false });
  assert.is(authenticate({ method: 'GET', url: '/', headers: {} }), undefined);
});

test('the subprotocol with the token is not offered to the handler', () => {
  assert.equal(offeredProtocols(`v5.channel.k8s.io, ${protocol}`), ['v5.channel.k8s.io']);
  assert.equal(offeredProtocols(undefined), []);
});

test('a token review tells whose token it is', async () => {
  const authenticateToken = createTokenAuthenticator({ tokens });
  const reviewOf = async (token: string): Promise<unknown> =>
    (await reviewToken({ metadata: {}, spec: { token } }, { authenticateToken })).status;
  assert.equal(await reviewOf('t'), {
    authenticated: true,
    user: { username: 'admin', uid: 'admin', groups: ['system:masters', 'system:authenticated'] },
  });
  assert.equal(await reviewOf('wrong'), { user: {}, error: 'invalid bearer token' });
});

test('a review of oneself shows the user', () => {
  const review = reviewSelfSubject({ user: { name: 'carol', groups: ['g1'] }, clock: { now: () => 0 } as never });
  assert.equal(review.metadata, { creationTimestamp: '1970-01-01T00:00:00Z' });
  assert.equal(review.status, { userInfo: { username: 'carol', groups: ['g1'] } });
});

test.run();
