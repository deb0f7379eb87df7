/** What a server does that has too much to do. */
import type { ApiResponse } from '@towtank/apimachinery';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type ApiServer, type ApiServerOptions, buildApiServer, listen } from '../../src/index.ts';
import { InFlightLimits } from '../../src/server/in-flight-limits.ts';

const test = suite('in-flight limits');
const JANE = { name: 'jane' };
const ADMIN = { name: 'admin', groups: ['system:masters'] };
const MAPS = '/api/v1/namespaces/default/configmaps';

const start = (options: ApiServerOptions): Promise<ApiServer> =>
  buildApiServer({ authorization: 'AlwaysAllow', disabledAdmission: ['ServiceAccount'], ...options });

const of = (verb: string, subresource = ''): Parameters<InFlightLimits['enter']>[1] => ({
  verb,
  isResourceRequest: true,
  path: '',
  group: '',
  version: 'v1',
  resource: 'pods',
  subresource,
  namespace: '',
  name: '',
  rest: '',
});

const CASES: {
  name: string;
  before: string;
  next: [user: object, verb: string, subresource?: string];
  full: boolean;
}[] = [
  { name: 'a read finds no room behind a read', before: 'list', next: [JANE, 'get'], full: true },
  { name: 'a write finds no room behind a write', before: 'create', next: [JANE, 'deletecollection'], full: true },
  { name: 'a read finds room behind a write', before: 'patch', next: [JANE, 'get'], full: false },
  { name: 'a write finds room behind a read', before: 'get', next: [JANE, 'update'], full: false },
  { name: 'a watch needs no room', before: 'get', next: [JANE, 'watch'], full: false },
  { name: 'a log needs no room', before: 'get', next: [JANE, 'get', 'log'], full: false },
  { name: 'a command needs no room', before: 'create', next: [JANE, 'create', 'exec'], full: false },
  { name: 'an administrator always finds room', before: 'get', next: [ADMIN, 'get'], full: false },
];
for (const { name, before, next, full } of CASES)
  test(name, () => {
    const limits = new InFlightLimits({ maxRequestsInFlight: 1, maxMutatingRequestsInFlight: 1 });
    const first = limits.enter(JANE, of(before));
    const [user, ...what] = next;
    const second = limits.enter(user as typeof JANE, of(...what));
    assert.is(second === 'full', full);
    for (const place of [first, second]) if (typeof place === 'object') place.leave();
    assert.is.not(limits.enter(JANE, of(before)), 'full', 'there is room again');
  });

test('what goes on for long takes no room', () => {
  const limits = new InFlightLimits({ maxRequestsInFlight: 1 });
  limits.enter(JANE, of('watch'));
  assert.is.not(limits.enter(JANE, of('get')), 'full');
});

test('no limit is no limit', () => {
  const limits = new InFlightLimits({ maxRequestsInFlight: 0 });
  for (let count = 0; count < 1000; count += 1) assert.is.not(limits.enter(JANE, of('get')), 'full');
});

test('requests leave their places, however they end', async () => {
  const apiServer = await start({ maxRequestsInFlight: 1, maxMutatingRequestsInFlight: 1 });
  const ask = (method: string, url: string): Promise<ApiResponse> =>
    apiServer.transport(JANE).request({ method, url, headers: {} });
  for (let count = 0; count < 3; count += 1) {
    assert.is((await ask('GET', MAPS)).status, 200);
    assert.is((await ask('GET', `${MAPS}/none`)).status, 404);
    assert.is((await ask('DELETE', `${MAPS}/none`)).status, 404);
    assert.is((await ask('GET', '/version')).status, 200);
  }
  const both = await Promise.all([ask('GET', MAPS), ask('GET', MAPS)]);
  assert.equal(
    both.map(({ status }) => status),
    [200, 429],
  );
  apiServer.close();
});

test('clients are told when to come back, until there is room', async () => {
  const apiServer = await start({ tokens: { t: JANE } });
  await using listener = await listen(apiServer);
  const ask = (path: string): Promise<Response> =>
    fetch(listener.url + path, { headers: { authorization: 'Bearer t' } });
  {
    using _ = apiServer.throttle(({ user, resource }) => user.name === 'jane' && resource === 'configmaps');
    const answer = await ask(MAPS);
    assert.is(answer.status, 429);
    assert.is(answer.headers.get('retry-after'), '1');
    assert.is(answer.headers.get('content-type'), 'text/plain; charset=utf-8');
    assert.is(await answer.text(), 'Too many requests, please try again later.\n');
    assert.is((await ask('/api/v1/namespaces')).status, 200, 'what does not match is served');
  }
  assert.is((await ask(MAPS)).status, 200);
  apiServer.close();
});

test.run();
