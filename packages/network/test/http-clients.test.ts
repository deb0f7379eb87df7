import { once } from 'node:events';
import http from 'node:http';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { VirtualNetwork } from '../src/index.ts';

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

test.run();
