/** Every answer names its request, so that it is found again in logs. */
import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { buildApiServer, type Listener, type ListenOptions, listen } from '../../src/index.ts';

const test = suite('audit id');
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

async function withListener(use: (listener: Listener) => Promise<void>, options: ListenOptions = {}): Promise<void> {
  const apiServer = await buildApiServer();
  await using listener = await listen(apiServer, {
    userOf: () => ({ name: 'a', groups: ['system:masters'] }),
    ...options,
  });
  await use(listener);
  apiServer.close();
}

async function auditIdOf({ url }: Listener, path: string, headers: Record<string, string> = {}): Promise<unknown> {
  const request = httpRequest(url + path, { headers }).end();
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  response.destroy();
  return response.headers['audit-id'];
}

for (const path of ['/api/v1/namespaces', '/api/v1/namespaces?watch=true', '/version', '/nonsense', '/openapi/v3'])
  test(`the answer to ${path} has an id of its own`, () =>
    withListener(async (listener) => {
      const [first, second] = [await auditIdOf(listener, path), await auditIdOf(listener, path)];
      assert.match(String(first), UUID);
      assert.match(String(second), UUID);
      assert.is.not(first, second);
    }));

test('so has the refusal of who is not known', () =>
  withListener(
    async (listener) =>
      assert.match(String(await auditIdOf(listener, '/api/v1/pods', { authorization: 'Bearer x' })), UUID),
    { userOf: () => undefined },
  ));

test('a client may name its request itself', () =>
  withListener(async (listener) => {
    assert.is(await auditIdOf(listener, '/api/v1/namespaces', { 'audit-id': 'mine' }), 'mine');
    assert.is(await auditIdOf(listener, '/nonsense', { 'audit-id': 'mine', 'accept-encoding': 'gzip' }), 'mine');
  }));

test('an upgrade that is refused is named too', () =>
  withListener(async (listener) => {
    const headers = { connection: 'upgrade', upgrade: 'websocket', 'audit-id': 'mine' };
    assert.is(await auditIdOf(listener, '/api/v1/nonsense', headers), 'mine');
  }));

test.run();
