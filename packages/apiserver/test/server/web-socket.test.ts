/** Watches over WebSocket. */
import { once } from 'node:events';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { WebSocket } from 'ws';
import { buildApiServer, listen } from '../../src/index.ts';

const test = suite('web socket');
const PATH = '/api/v1/namespaces/default/configmaps';
const HEADERS = { authorization: 'Bearer t' };

const start = async () => {
  const apiServer = await buildApiServer({ tokens: { t: { name: 'admin', groups: ['system:masters'] } } });
  return { apiServer, listener: await listen(apiServer) };
};

test('sends each event as a text message', async () => {
  const { listener } = await start();
  await using _ = listener;
  const webSocket = new WebSocket(`${listener.url.replace('http', 'ws')}${PATH}?watch=true&resourceVersion=0`, {
    headers: HEADERS,
  });
  await once(webSocket, 'open');
  const message = once(webSocket, 'message');
  await fetch(listener.url + PATH, {
    method: 'POST',
    headers: { ...HEADERS, 'content-type': 'application/json' },
    body: JSON.stringify({ metadata: { name: 'one' } }),
  });
  const [data, isBinary] = await message;
  const event = JSON.parse(String(data));
  assert.is(isBinary, false);
  assert.equal([event.type, event.object.metadata.name], ['ADDED', 'one']);
  webSocket.close();
  await once(webSocket, 'close');
});

test('takes a bearer token as a protocol', async () => {
  const { listener } = await start();
  await using _ = listener;
  const token = `base64url.bearer.authorization.k8s.io.${Buffer.from('t').toString('base64url')}`;
  const webSocket = new WebSocket(`${listener.url.replace('http', 'ws')}${PATH}?watch=true`, [
    token,
    'base64.binary.k8s.io',
  ]);
  await once(webSocket, 'open');
  webSocket.close();
  await once(webSocket, 'close');
});

test('ends with its listener', async () => {
  const { listener } = await start();
  const webSocket = new WebSocket(`${listener.url.replace('http', 'ws')}${PATH}?watch=true`, { headers: HEADERS });
  await once(webSocket, 'open');
  const closed = once(webSocket, 'close');
  await listener.close();
  await closed;
});

test('refuses who may not watch, with the Status', async () => {
  const { listener } = await start();
  await using _ = listener;
  const webSocket = new WebSocket(`${listener.url.replace('http', 'ws')}${PATH}?watch=true`);
  webSocket.on('error', () => {});
  const [, response] = await once(webSocket, 'unexpected-response');
  assert.is(response.statusCode, 403);
  response.destroy();
});

test.run();
