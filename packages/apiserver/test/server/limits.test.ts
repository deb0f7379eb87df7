/** What the listener bears, refuses and frees. */
import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { processCertificateAuthority } from '../../src/certificates/certificate-authority.ts';
import { type ApiServer, buildApiServer, type Listener, type ListenOptions, listen } from '../../src/index.ts';

const test = suite('limits');
const MIB = 1024 * 1024;

interface World extends AsyncDisposable {
  readonly apiServer: ApiServer;
  readonly listener: Listener;
}

async function startWorld(
  options: ListenOptions = {},
  authorization: 'AlwaysAllow' | 'RBAC' = 'AlwaysAllow',
): Promise<World> {
  const apiServer = await buildApiServer({ authorization });
  const listener = await listen(apiServer, options);
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

test('who may not write is told so, however large the body', async () => {
  await using world = await startWorld({}, 'RBAC');
  const send = async (headers: Record<string, string>): Promise<number> => {
    const url = `${world.listener.url}/api/v1/namespaces/default/configmaps`;
    return (await fetch(url, { method: 'POST', headers, body: 'x'.repeat(3 * MIB + 1) })).status;
  };
  assert.is(await send({}), 403);
  assert.is(await send({ authorization: 'Bearer nonsense' }), 401);
});

test('a large body where none is read is no reason to refuse', async () => {
  await using world = await startWorld();
  const answer = await fetch(`${world.listener.url}/api/v1/nonsense`, {
    method: 'POST',
    body: 'x'.repeat(3 * MIB + 1),
  });
  assert.is(answer.status, 404);
});

test('a connection whose headers do not come is closed without a word', async () => {
  await using world = await startWorld({ timeouts: { headersMs: 20 } });
  assert.is(await raw(world.listener, 'GET /version HTTP/1.1\r\nHost: x\r\n'), '');
});

test('a request whose body does not come is answered that it took too long', async () => {
  await using world = await startWorld({ timeouts: { headersMs: 20, requestMs: 30 } });
  const answer = await raw(
    world.listener,
    'POST /api/v1/namespaces/default/configmaps HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n{',
  );
  assert.match(answer, /^HTTP\/1\.1 504 Gateway Timeout\r\n/);
  assert.equal(JSON.parse(answer.slice(answer.indexOf('\r\n\r\n'))), {
    metadata: {},
    status: 'Failure',
    message: 'Timeout: request did not complete within the allotted timeout',
    reason: 'Timeout',
    details: {},
    code: 504,
  });
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

test('a connection that shakes no hands does not hold up the end', async () => {
  const apiServer = await buildApiServer({});
  const { certPem: cert, keyPem: key } = processCertificateAuthority().issueServingCertificate();
  const listener = await listen(apiServer, { tls: { cert, key } });
  const socket = connect(listener.port, '127.0.0.1');
  await once(socket, 'connect');
  const closed = once(socket, 'close');
  await listener.close();
  await closed;
  apiServer.close();
});

/** How many watches of storage are open. */
function countWatches({ storage }: ApiServer): () => number {
  let open = 0;
  const watch = storage.watch.bind(storage);
  storage.watch = (...given) => {
    const stop = watch(...given);
    open += 1;
    return () => {
      open -= 1;
      stop();
    };
  };
  return () => open;
}

test('a client that does not read what it watches is cut off, and nobody waits for it', async () => {
  await using world = await startWorld();
  const open = countWatches(world.apiServer);
  const socket = connect(world.listener.port, '127.0.0.1', () =>
    socket.write('GET /api/v1/configmaps?watch=true HTTP/1.1\r\nHost: x\r\n\r\n'),
  );
  await once(socket, 'data');
  socket.pause();
  const transport = world.apiServer.transport({ name: 'writer' });
  const data = { text: 'x'.repeat(MIB - 100) };
  let written = 0;
  for (; open() > 0 && written < 64; written += 1) {
    const object = { metadata: { name: `large-${written}` }, data };
    const url = '/api/v1/namespaces/default/configmaps';
    assert.is((await transport.request({ method: 'POST', url, headers: {}, object })).status, 201);
    await new Promise((resolve) => setImmediate(resolve));
  }
  assert.ok(written > 16 && written < 64, `after ${written} MiB`);
  socket.destroy();
});

test('a watch that is asked for before the answer to another request is out waits its turn', async () => {
  await using world = await startWorld();
  const socket = connect(world.listener.port, '127.0.0.1', () =>
    socket.write(
      'GET /version HTTP/1.1\r\nHost: x\r\n\r\nGET /api/v1/namespaces?watch=true&fieldSelector=metadata.name=default HTTP/1.1\r\nHost: x\r\n\r\n',
    ),
  );
  let answers = '';
  await new Promise<void>((resolve, reject) => {
    socket.on('data', (data) => {
      answers += data;
      if (answers.includes('"type":"ADDED"')) resolve();
    });
    socket.setTimeout(2000, () => reject(new Error(`the watch does not begin: ${answers}`)));
  });
  assert.match(answers, /^HTTP\/1\.1 200 OK.*"gitVersion".*HTTP\/1\.1 200 OK.*"type":"ADDED"/s);
  socket.destroy();
});

const UPGRADE =
  'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n';
for (const [name, headers] of [
  ['a client that goes away frees its watch at once', ''],
  ['a client that goes away frees its watch over a WebSocket at once', UPGRADE],
] as const)
  test(name, async () => {
    await using world = await startWorld();
    const open = countWatches(world.apiServer);
    const socket = connect(world.listener.port, '127.0.0.1', () =>
      socket.write(`GET /api/v1/configmaps?watch=true HTTP/1.1\r\nHost: x\r\n${headers}\r\n`),
    );
    await once(socket, 'data');
    assert.is(open(), 1);
    socket.destroy();
    while (open() > 0) await new Promise((resolve) => setImmediate(resolve));
  });

test.run();
