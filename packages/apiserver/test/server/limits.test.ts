/** What the listener bears, refuses and frees. */
import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type ApiServer, buildApiServer, type Listener, listen } from '../../src/index.ts';

const test = suite('limits');
const MIB = 1024 * 1024;

interface World extends AsyncDisposable {
  readonly apiServer: ApiServer;
  readonly listener: Listener;
}

async function startWorld(): Promise<World> {
  const apiServer = await buildApiServer({ authorization: 'AlwaysAllow' });
  const listener = await listen(apiServer);
  return {
    apiServer,
    listener,
    [Symbol.asyncDispose]: async () => {
      await listener.close();
      apiServer.close();
    },
  };
}

/** Sends text as it is and answers what comes until the server closes. */
async function raw({ port }: Listener, text: string | Buffer): Promise<string> {
  const socket = connect(port, '127.0.0.1', () => socket.write(text));
  let answer = '';
  socket.on('data', (data) => {
    answer += data.toString();
  });
  socket.on('error', () => {});
  await once(socket, 'close');
  return answer;
}

test('a body over 3 MiB is refused as too large, and the connection serves on', async () => {
  await using world = await startWorld();
  const url = `${world.listener.url}/api/v1/namespaces/default/configmaps`;
  const send = (bytes: number): Promise<Response> =>
    fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: 'x'.repeat(bytes) });
  const answer = await send(3 * MIB + 1);
  assert.is(answer.status, 413);
  assert.equal(await answer.json(), {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message: 'Request entity too large: limit is 3145728',
    reason: 'RequestEntityTooLarge',
    code: 413,
  });
  assert.is((await send(3 * MIB)).status, 400, 'what fits is read, and found to be no JSON');
});

const BROKEN: [string, string, number][] = [
  ['no HTTP at all', 'hello\r\n\r\n', 400],
  ['a header without a colon', 'GET / HTTP/1.1\r\nHost x\r\n\r\n', 400],
  ['a length that is no number', 'POST /api HTTP/1.1\r\nHost: x\r\nContent-Length: ten\r\n\r\n', 400],
  ['a chunk of unknown size', 'POST /api HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n', 400],
  ['headers of two MiB', `GET / HTTP/1.1\r\nHost: x\r\nX: ${'y'.repeat(2 * MIB)}\r\n\r\n`, 431],
  ['a URL of two MiB', `GET /${'y'.repeat(2 * MIB)} HTTP/1.1\r\nHost: x\r\n\r\n`, 431],
];
for (const [name, text, status] of BROKEN)
  test(`${name} is answered ${status}, and the server goes on`, async () => {
    await using world = await startWorld();
    assert.match(await raw(world.listener, text), new RegExp(`^HTTP/1\\.1 ${status} `));
    assert.is((await fetch(`${world.listener.url}/version`)).status, 200);
  });

test('a URL of half a MiB is served', async () => {
  await using world = await startWorld();
  const selector = `a in (${'b,'.repeat(MIB / 4)}b)`;
  const answer = await fetch(`${world.listener.url}/api/v1/pods?labelSelector=${encodeURIComponent(selector)}`);
  assert.is(answer.status, 200);
});

test('a client that asks first whether it may send its body is told to go on', async () => {
  await using world = await startWorld();
  const body = JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' } });
  const request = httpRequest(`${world.listener.url}/api/v1/namespaces/default/configmaps`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', expect: '100-continue', 'content-length': body.length },
  });
  request.flushHeaders();
  await once(request, 'continue');
  request.end(body);
  const [answer] = await once(request, 'response');
  assert.is(answer.statusCode, 201);
  answer.resume();
});

test('HEAD has the headers of GET and no body', async () => {
  await using world = await startWorld();
  const url = `${world.listener.url}/api/v1/namespaces/default`;
  const [head, get] = [await fetch(url, { method: 'HEAD' }), await fetch(url)];
  assert.is(head.headers.get('content-length'), get.headers.get('content-length'));
  assert.is(await head.text(), '');
});

test('a client that goes away frees its watch at once', async () => {
  await using world = await startWorld();
  let open = 0;
  const { storage } = world.apiServer;
  const watch = storage.watch.bind(storage);
  storage.watch = (...given) => {
    const stop = watch(...given);
    open += 1;
    return () => {
      open -= 1;
      stop();
    };
  };
  const socket = connect(world.listener.port, '127.0.0.1', () =>
    socket.write('GET /api/v1/configmaps?watch=true HTTP/1.1\r\nHost: x\r\n\r\n'),
  );
  await once(socket, 'data');
  assert.is(open, 1);
  socket.destroy();
  while (open > 0) await new Promise((resolve) => setImmediate(resolve));
  assert.is(open, 0);
});

test.run();
