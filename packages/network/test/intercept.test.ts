import { createSocket } from 'node:dgram';
import dns, { promises as dnsPromises, lookup as namedLookup } from 'node:dns';
import { once } from 'node:events';
import http from 'node:http';
import net from 'node:net';
import { promisify } from 'node:util';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type LookupRequest, VirtualNetwork } from '../src/index.ts';
import { codeOf } from './_error-code.ts';

const test = suite('interception');

const WEB = { ip: '10.244.0.5', port: 80 };
const NAME = 'web.shop.svc.cluster.local';

interface Web extends AsyncDisposable {
  readonly network: VirtualNetwork;
  /** Of the server, on this machine. */
  readonly realPort: number;
}

async function startWeb(greeting = 'hello'): Promise<Web> {
  const network = new VirtualNetwork({ ranges: ['10.96.0.0/16'] });
  const server = http.createServer((request, response) => response.end(`${greeting} ${request.headers.host}`));
  await network.listen(WEB, server);
  const records: Record<string, unknown> = {
    A: [WEB.ip],
    SRV: [{ name: NAME, port: 80, priority: 0, weight: 100 }],
    PTR: [NAME],
  };
  network.setResolver({
    lookup: async (name, { family }: LookupRequest) => (name === NAME && family !== 6 ? [WEB.ip] : []),
    resolve: async (_name, type) => records[type] ?? [],
  });
  return {
    network,
    realPort: (server.address() as net.AddressInfo).port,
    [Symbol.asyncDispose]: async () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

async function get(url: string): Promise<string> {
  const [response] = (await once(http.get(url, { agent: false }), 'response')) as [http.IncomingMessage];
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

test('fetch, http and net reach names and addresses of the network', async () => {
  await using web = await startWeb();
  using _interception = web.network.intercept();
  const response = await fetch(`http://${NAME}/`, { headers: { connection: 'close' } });
  assert.is(await response.text(), `hello ${NAME}`);
  assert.is(await get(`http://${NAME}/`), `hello ${NAME}`);
  assert.is(await get('http://10.244.0.5/'), 'hello 10.244.0.5');
  for (const connect of [
    () => net.connect(80, WEB.ip),
    () => net.connect({ host: NAME, port: 80 }),
    () => net.createConnection({ host: NAME, port: 80, family: 4 }),
    () => new net.Socket().connect(80, NAME),
    () => new net.Socket().connect({ host: NAME, port: 80 }),
  ]) {
    const socket = connect();
    await once(socket, 'connect');
    assert.is(socket.remoteAddress, WEB.ip);
    socket.destroy();
  }
});

test('the callback of connect is called once', async () => {
  await using web = await startWeb();
  using _interception = web.network.intercept();
  let calls = 0;
  const socket = net.connect({ host: NAME, port: 80 }, () => {
    calls += 1;
  });
  await once(socket, 'connect');
  assert.is(calls, 1);
  socket.destroy();
});

test('a socket can be connected again after it was destroyed', async () => {
  await using web = await startWeb();
  using _interception = web.network.intercept();
  const socket = new net.Socket();
  for (let round = 0; round < 2; round += 1) {
    socket.connect(80, NAME);
    await once(socket, 'connect');
    socket.destroy();
    await once(socket, 'close');
  }
});

test('what the network does not own passes through untouched', async () => {
  await using web = await startWeb();
  using _interception = web.network.intercept();
  const { realPort: port } = web;
  assert.is(await get(`http://127.0.0.1:${port}/`), `hello 127.0.0.1:${port}`);
  assert.is(await get(`http://localhost:${port}/`), `hello localhost:${port}`);
  assert.is((await dns.promises.lookup('localhost', { family: 4 })).address, '127.0.0.1');
});

test('errors are those of the network', async () => {
  await using web = await startWeb();
  using _interception = web.network.intercept();
  assert.is(await codeOf(get(`http://${NAME}:81/`)), 'ECONNREFUSED');
  assert.is(await codeOf(get('http://10.96.0.77/')), 'EHOSTUNREACH');
  assert.is(await codeOf(get('http://nobody.shop.svc.cluster.local/')), 'ENOTFOUND');
});

test('dns.lookup answers in all its forms', async () => {
  await using web = await startWeb();
  using _interception = web.network.intercept();
  assert.equal(await dnsPromises.lookup(NAME), { address: WEB.ip, family: 4 });
  assert.equal(await dnsPromises.lookup(NAME, { all: true }), [{ address: WEB.ip, family: 4 }]);
  assert.equal(await promisify(dns.lookup)(NAME), { address: WEB.ip, family: 4 });
  assert.equal(await promisify(namedLookup)(NAME, { all: true }), [{ address: WEB.ip, family: 4 }]);
  assert.is(await codeOf(dnsPromises.lookup(NAME, 6)), 'ENOTFOUND');
  const [error, address] = await new Promise<unknown[]>((resolve) =>
    dns.lookup(NAME, (...results) => resolve(results)),
  );
  assert.equal([error, address], [null, WEB.ip]);
});

test('dns.resolve answers by callback and by promise, from the module and from a Resolver', async () => {
  await using web = await startWeb();
  using _interception = web.network.intercept();
  assert.equal(await dns.promises.resolve(NAME), [WEB.ip]);
  assert.equal(await dns.promises.resolve4(NAME, { ttl: true }), [{ address: WEB.ip, ttl: 5 }]);
  assert.equal(await promisify(dns.resolveSrv)(NAME), [{ name: NAME, port: 80, priority: 0, weight: 100 }]);
  assert.equal(await new dns.promises.Resolver().resolve4(NAME), [WEB.ip]);
  const resolver = new dns.Resolver();
  const records = await new Promise((resolve) => resolver.resolve(NAME, 'A', (_error, found) => resolve(found)));
  assert.equal(records, [WEB.ip]);
  assert.equal(await dns.promises.reverse(WEB.ip), [NAME]);
});

test('datagrams reach the network, and replies come to the socket that sent', async () => {
  await using web = await startWeb();
  const server = createSocket('udp4');
  server.on('message', (data, { port }) => server.send(`echo ${data}`, port, '127.0.0.1'));
  await web.network.listen({ ip: WEB.ip, port: 53 }, server);
  using _interception = web.network.intercept();
  const client = createSocket('udp4');
  for (const send of [
    () => client.send('ping', 53, WEB.ip),
    () => client.send(Buffer.from('xxpingxx'), 2, 4, 53, NAME),
    () => client.send([Buffer.from('pi'), Buffer.from('ng')], 53, WEB.ip, () => {}),
  ]) {
    const reply = once(client, 'message');
    send();
    const [data, remote] = await reply;
    assert.is(String(data), 'echo ping');
    assert.equal(remote, { address: WEB.ip, port: 53, family: 'IPv4', size: 9 });
  }
  client.close();
  server.close();
});

test('a connected datagram socket hears of a refusal', async () => {
  await using web = await startWeb();
  using _interception = web.network.intercept();
  const client = createSocket('udp4');
  client.connect(54, WEB.ip);
  await once(client, 'connect');
  assert.is(client.remoteAddress().address, WEB.ip);
  const failed = once(client, 'error');
  client.send('ping');
  assert.is((await failed)[0].code, 'ECONNREFUSED');
  client.close();
});

test('inside a pod every name is looked up as the pod', async () => {
  await using web = await startWeb();
  const askers: unknown[] = [];
  web.network.setResolver({
    lookup: async (name, { from }) => {
      askers.push([name, from.pod]);
      return [WEB.ip];
    },
  });
  using _interception = web.network.intercept();
  const from = { ip: '10.244.0.9', pod: 'shop/cart' };
  assert.is(await web.network.runAs(from, () => get('http://web/')), 'hello web');
  assert.equal(askers, [['web', 'shop/cart']]);
});

test('the newest network that owns a name has it, until it ends', async () => {
  await using first = await startWeb('first');
  await using second = await startWeb('second');
  const outer = first.network.intercept();
  const inner = second.network.intercept();
  assert.is(await get('http://10.244.0.5/'), 'second 10.244.0.5');
  inner[Symbol.dispose]();
  inner[Symbol.dispose]();
  assert.is(await get('http://10.244.0.5/'), 'first 10.244.0.5');
  outer[Symbol.dispose]();
});

test('networks may end in any order', async () => {
  await using first = await startWeb('first');
  await using second = await startWeb('second');
  const outer = first.network.intercept();
  using _inner = second.network.intercept();
  outer[Symbol.dispose]();
  assert.is(await get(`http://${NAME}/`), `second ${NAME}`);
});

test('every function is restored, the named exports of ES modules too', async () => {
  const state = (): unknown[] => [
    net.Socket.prototype.connect,
    dns.lookup,
    namedLookup,
    dns.promises.lookup,
    dns.resolve4,
    Object.getOwnPropertyDescriptor(dns.Resolver.prototype, 'resolve4')?.value,
    Object.getOwnPropertyDescriptor(dns.promises.Resolver.prototype, 'reverse')?.value,
  ];
  const before = state();
  await using web = await startWeb();
  {
    using _interception = web.network.intercept();
    assert.ok(state().every((method, index) => method !== before[index]));
  }
  assert.ok(state().every((method, index) => method === before[index]));
});

test('a replacement that somebody else has put on top stays, and works', async () => {
  await using web = await startWeb();
  const original = dns.lookup;
  const interception = web.network.intercept();
  const ours = dns.lookup;
  let calls = 0;
  const theirs = ((...args: Parameters<typeof ours>) => {
    calls += 1;
    return ours(...args);
  }) as typeof dns.lookup;
  dns.lookup = theirs;
  interception[Symbol.dispose]();
  assert.is(dns.lookup, theirs);
  assert.equal(await new Promise((resolve) => dns.lookup('127.0.0.1', (_error, found) => resolve(found))), '127.0.0.1');
  assert.is(calls, 1);
  dns.lookup = original;
});

test.run();
