import { once } from 'node:events';
import http from 'node:http';
import { connect, createServer } from 'node:net';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Journey, VirtualNetwork } from '../src/index.ts';

const test = suite('http clients');

const WEB = { ip: '10.244.0.5', port: 80 };

interface Web extends AsyncDisposable {
  readonly network: VirtualNetwork;
  /** How many connections the server has seen. */
  connections: number;
}

async function startWeb(): Promise<Web> {
  const network = new VirtualNetwork({ dropTimeoutMs: 60_000 });
  const server = http.createServer((request, response) => {
    request.pipe(response.setHeader('x-host', request.headers.host ?? ''));
  });
  await network.listen(WEB, server);
  network.setResolver({ lookup: async (name) => (name === 'web.shop.svc' ? [WEB.ip] : []) });
  const web: Web = {
    network,
    connections: 0,
    [Symbol.asyncDispose]: async () => {
      server.close();
      server.closeAllConnections();
    },
  };
  server.on('connection', () => {
    web.connections += 1;
  });
  return web;
}

async function get(agent: http.Agent): Promise<number | undefined> {
  const [response] = (await once(http.get('http://web.shop.svc/', { agent }), 'response')) as [http.IncomingMessage];
  response.resume();
  await once(response, 'close');
  return response.statusCode;
}

test('fetch connects anew for each call', async () => {
  await using web = await startWeb();
  for (let call = 0; call < 3; call += 1) {
    const response = await web.network.fetch('http://web.shop.svc/', { method: 'POST', body: 'hello' });
    assert.ok(response instanceof Response);
    assert.is(response.headers.get('x-host'), 'web.shop.svc');
    assert.is(await response.text(), 'hello');
  }
  assert.is(web.connections, 3);
});

test('fetch takes a Request, and reports errors as their cause', async () => {
  await using web = await startWeb();
  const request = new Request('http://web.shop.svc/', { method: 'PUT', body: 'x' });
  assert.is((await web.network.fetch(request)).status, 200);
  const error = await web.network.fetch('http://10.244.0.5:81/').catch((reason) => reason);
  assert.is(error.cause.code, 'ECONNREFUSED');
});

test('a dispatcher keeps connections alive', async () => {
  await using web = await startWeb();
  const dispatcher = await web.network.dispatcher({ connections: 1 });
  for (let call = 0; call < 3; call += 1)
    await (await fetch('http://web.shop.svc/', { dispatcher } as unknown as RequestInit)).text();
  assert.is(web.connections, 1);
  await dispatcher.close();
});

test('an agent with keep-alive stays on one connection, and one without does not', async () => {
  await using web = await startWeb();
  const agent = web.network.httpAgent({ keepAlive: true });
  for (let call = 0; call < 3; call += 1) assert.is(await get(agent), 200);
  assert.is(web.connections, 1);
  agent.destroy();
  for (let call = 0; call < 3; call += 1) assert.is(await get(web.network.httpAgent()), 200);
  assert.is(web.connections, 4);
});

test('the timeout of a request runs while its connection is dropped', async () => {
  await using web = await startWeb();
  web.network.bind({ ip: '10.96.0.1', port: 80 }, { connect: () => 'drop' as const });
  const request = http.get('http://10.96.0.1/', { agent: web.network.httpAgent(), timeout: 5 });
  request.on('error', () => {});
  await once(request, 'timeout');
  const closed = new Promise((resolve) => request.once('close', resolve));
  request.destroy();
  await closed;
});

test('a real port forwards to a virtual address, and resets what is refused', async () => {
  await using web = await startWeb();
  await using forwarder = await web.network.forward(WEB);
  const response = await fetch(`http://127.0.0.1:${forwarder.address.port}/`, { headers: { connection: 'close' } });
  assert.is(response.status, 200);
  await using dead = await web.network.forward({ ip: WEB.ip, port: 81 });
  const socket = connect(dead.address.port, '127.0.0.1');
  assert.is((await once(socket, 'error'))[0].code, 'ECONNRESET');
});

test('a forwarder that stops frees its port and keeps its connections', async () => {
  const network = new VirtualNetwork();
  const server = createServer((socket) => socket.pipe(socket));
  await network.listen(WEB, server);
  const forwarder = await network.forward(WEB);
  const socket = connect(forwarder.address.port, '127.0.0.1');
  await once(socket, 'connect');
  await forwarder.stop();
  socket.write('still there');
  assert.is(String((await once(socket, 'data'))[0]), 'still there');
  assert.is((await once(connect(forwarder.address.port, '127.0.0.1'), 'error'))[0].code, 'ECONNREFUSED');
  const closed = once(socket, 'close');
  await forwarder.close();
  await closed;
  server.close();
});

test('a reset behind a forwarder resets its client', async () => {
  const network = new VirtualNetwork();
  const server = createServer((socket) => socket.once('data', () => socket.resetAndDestroy()));
  await network.listen(WEB, server);
  await using forwarder = await network.forward(WEB);
  const socket = connect(forwarder.address.port, '127.0.0.1');
  socket.write('x');
  assert.is((await once(socket, 'error'))[0].code, 'ECONNRESET');
  server.close();
});

test('a client that gives up while it is forwarded ends the way behind it', async () => {
  const network = new VirtualNetwork();
  const failed = new Promise<Error>((resolve) => {
    const journey: Journey = { next: () => WEB, connected: () => {}, failed: resolve };
    network.bind({ ip: '10.96.0.1', port: 80 }, { connect: () => journey });
  });
  network.bind(WEB, { connect: () => 'drop' as const });
  await using forwarder = await network.forward({ ip: '10.96.0.1', port: 80 });
  const socket = connect(forwarder.address.port, '127.0.0.1');
  await once(socket, 'connect');
  socket.destroy();
  assert.ok((await failed) instanceof Error);
});

test.run();
