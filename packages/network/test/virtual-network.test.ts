import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Journey, type Rejection, type Source, type VirtualAddress, VirtualNetwork } from '../src/index.ts';
import { codeOf } from './_error-code.ts';
import { ManualClock } from './_manual-clock.ts';

const test = suite('virtual network');

const WEB: VirtualAddress = { ip: '10.244.0.5', port: 80 };
const SERVICE: VirtualAddress = { ip: '10.96.0.10', port: 80 };

/** A server that answers each byte stream with its name and the bytes that it got. */
function echo(name: string): Server & AsyncDisposable {
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.write(`${name}:`);
    socket.pipe(socket);
    socket.on('error', () => {});
  });
  return Object.assign(server, {
    [Symbol.asyncDispose]: async () => {
      server.close();
    },
  });
}

async function say(socket: Socket, text: string): Promise<string> {
  socket.end(text);
  const chunks: Buffer[] = [];
  for await (const chunk of socket) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

/** A router that walks through the addresses, and notes what became of the connection. */
function walk(addresses: readonly VirtualAddress[], outcomes: string[], verdict?: Rejection) {
  return {
    connect(): Journey | Rejection {
      if (verdict !== undefined) return verdict;
      const left = [...addresses];
      return {
        next: () => left.shift(),
        connected: () => void outcomes.push('connected'),
        failed: (error) => void outcomes.push(`failed: ${(error as NodeJS.ErrnoException).code ?? error.message}`),
      };
    },
  };
}

test('a bound address is reached through a real socket, and the socket shows the virtual address', async () => {
  const network = new VirtualNetwork();
  await using server = echo('web');
  await network.listen(WEB, server);
  const socket = await network.dial({ host: '10.244.0.5', port: 80 });
  assert.is(socket.remoteAddress, '10.244.0.5');
  assert.is(socket.remotePort, 80);
  assert.is(await say(socket, 'hello'), 'web:hello');
});

const REFUSALS: { name: string; host: string; attach?: string; allow?: string[]; code: string }[] = [
  { name: 'a known host without the port refuses', host: '10.244.0.9', attach: '10.244.0.9', code: 'ECONNREFUSED' },
  { name: 'an unknown virtual host is unreachable', host: '10.244.0.9', code: 'EHOSTUNREACH' },
  { name: 'a real address is never dialled', host: '192.0.2.7', code: 'EHOSTUNREACH' },
  { name: 'a closed loopback port refuses', host: '127.0.0.1', code: 'ECONNREFUSED' },
  { name: 'an IPv6 host is known by any spelling', host: 'FD00:0::9', attach: 'fd00::9', code: 'ECONNREFUSED' },
  { name: 'a name that nobody resolves is not found', host: 'nobody.example', code: 'ENOTFOUND' },
];
for (const { name, host, attach, code } of REFUSALS) {
  test(name, async () => {
    const network = new VirtualNetwork();
    if (attach !== undefined) network.attach(attach);
    assert.is(await codeOf(network.dial({ host, port: 9 })), code);
  });
}

test('a host stays known while it is attached or a port of it is bound', async () => {
  const network = new VirtualNetwork();
  const host = network.attach(WEB.ip);
  const binding = network.bind(WEB, { host: '127.0.0.1', port: 1 });
  host.close();
  host.close();
  assert.is(await codeOf(network.dial({ host: WEB.ip, port: 81 })), 'ECONNREFUSED');
  binding.close();
  assert.is(await codeOf(network.dial({ host: WEB.ip, port: 81 })), 'EHOSTUNREACH');
});

test('an address can be bound once per protocol', () => {
  const network = new VirtualNetwork();
  const target = { host: '127.0.0.1', port: 1 };
  const binding = network.bind(WEB, target);
  network.bind({ ...WEB, protocol: 'udp' }, target);
  assert.throws(
    () => network.bind(WEB, target),
    (error: NodeJS.ErrnoException) => error.code === 'EADDRINUSE',
  );
  binding.close();
  network.bind(WEB, target);
});

test('an established connection outlives its binding', async () => {
  const network = new VirtualNetwork();
  await using server = echo('web');
  const binding = await network.listen(WEB, server);
  const socket = await network.dial({ host: WEB.ip, port: 80 });
  binding.close();
  assert.is(await say(socket, 'still here'), 'web:still here');
});

test('a router is asked for the next address until one takes the connection', async () => {
  const network = new VirtualNetwork();
  await using server = echo('web');
  await network.listen(WEB, server);
  network.bind({ ip: '10.244.0.7', port: 80 }, { host: '127.0.0.1', port: 1 });
  const outcomes: string[] = [];
  const unknown = { ip: '10.244.0.6', port: 80 };
  network.bind(SERVICE, walk([unknown, { ip: '10.244.0.7', port: 80 }, WEB], outcomes));
  const socket = await network.dial({ host: SERVICE.ip, port: 80 });
  assert.is(socket.remoteAddress, SERVICE.ip);
  assert.is(await say(socket, 'hi'), 'web:hi');
  assert.equal(outcomes, ['connected']);
});

test('what is written before the connection stands arrives, retries included', async () => {
  const network = new VirtualNetwork();
  await using server = echo('web');
  await network.listen(WEB, server);
  network.bind({ ip: '10.244.0.7', port: 80 }, { host: '127.0.0.1', port: 1 });
  network.bind(SERVICE, walk([{ ip: '10.244.0.7', port: 80 }, WEB], []));
  assert.is(await say(network.connect({ host: SERVICE.ip, port: 80 }), 'early'), 'web:early');
});

test('a router without any address left refuses with the address that was dialled', async () => {
  const network = new VirtualNetwork();
  const outcomes: string[] = [];
  network.bind({ ip: '10.244.0.7', port: 80 }, { host: '127.0.0.1', port: 1 });
  network.bind(SERVICE, walk([{ ip: '10.244.0.7', port: 80 }], outcomes));
  const error = await network.dial({ host: SERVICE.ip, port: 80 }).catch((reason) => reason);
  assert.is(error.message, 'connect ECONNREFUSED 10.96.0.10:80');
  assert.equal(outcomes, ['failed: ECONNREFUSED']);
});

test('a Service may point at another Service', async () => {
  const network = new VirtualNetwork();
  await using server = echo('web');
  await network.listen(WEB, server);
  const outcomes: string[] = [];
  network.bind({ ip: '10.96.0.11', port: 80 }, walk([WEB], outcomes));
  network.bind(SERVICE, walk([{ ip: '10.96.0.11', port: 80 }], outcomes));
  assert.is(await say(await network.dial({ host: SERVICE.ip, port: 80 }), '!'), 'web:!');
  assert.equal(outcomes, ['connected', 'connected']);
});

test('Services that point at each other in a circle refuse', async () => {
  const network = new VirtualNetwork();
  network.bind(SERVICE, walk([SERVICE], []));
  assert.is(await codeOf(network.dial({ host: SERVICE.ip, port: 80 })), 'ECONNREFUSED');
});

test('a dropped connection hangs until the timeout of the network', async () => {
  const clock = new ManualClock();
  const network = new VirtualNetwork({ clock, dropTimeoutMs: 5000 });
  network.bind(SERVICE, walk([], [], 'drop'));
  const dialled = codeOf(network.dial({ host: SERVICE.ip, port: 80 }));
  await new Promise(setImmediate);
  clock.advance(4999);
  assert.is(clock.timers, 1);
  clock.advance(1);
  assert.is(await dialled, 'ETIMEDOUT');
});

test('a dropped connection ends when its caller aborts, and leaves no timer', async () => {
  const clock = new ManualClock();
  const network = new VirtualNetwork({ clock });
  network.bind(SERVICE, walk([], [], 'drop'));
  const abort = new AbortController();
  const dialled = codeOf(network.dial({ host: SERVICE.ip, port: 80, signal: abort.signal }));
  await new Promise(setImmediate);
  abort.abort();
  assert.is(await dialled, 'ABORT_ERR');
  await new Promise(setImmediate);
  assert.is(clock.timers, 0);
});

test('a name is resolved as the caller sees it, and its addresses are tried in order', async () => {
  const network = new VirtualNetwork();
  await using server = echo('web');
  await network.listen(WEB, server);
  network.attach('10.244.0.4');
  const asked: Source[] = [];
  network.setResolver({
    lookup: async (_name, { from }) => {
      asked.push(from);
      return ['10.244.0.4', WEB.ip];
    },
  });
  const from = { ip: '10.244.1.1', pod: 'shop/cart' };
  const socket = await network.dial({ host: 'web', port: 80, from });
  assert.is(socket.remoteAddress, WEB.ip);
  socket.destroy();
  assert.equal(asked, [from]);
});

test('the server can tell who connects', async () => {
  const network = new VirtualNetwork();
  const server = createServer();
  await network.listen(WEB, server);
  const from = { ip: '10.244.1.1', nodeName: 'node-1', pod: 'shop/cart' };
  const accepted = once(server, 'connection');
  const socket = await network.runAs(from, async () => network.dial({ host: WEB.ip, port: 80 }));
  const [peer] = (await accepted) as [Socket];
  assert.equal(network.peerOf(peer), from);
  socket.destroy();
  await once(socket, 'close');
  assert.is(network.peerOf(peer), undefined);
  server.close();
});

test('a reset travels to the caller', async () => {
  const network = new VirtualNetwork();
  const server = createServer((socket) => socket.once('data', () => socket.resetAndDestroy()));
  await network.listen(WEB, server);
  const socket = await network.dial({ host: WEB.ip, port: 80 });
  socket.write('x');
  assert.is(await codeOf(once(socket, 'end')), 'ECONNRESET');
  server.close();
});

const OWNED: [host: string, owned: boolean][] = [
  ['10.96.3.4', true],
  ['10.244.0.5', true],
  ['192.168.7.7', false],
  ['127.0.0.1', false],
  ['web.shop.svc.cluster.local', true],
  ['web.shop.svc', true],
  ['web.shop.SVC.Cluster.Local.', true],
  ['example.com', false],
  ['notcluster.local', false],
];
for (const [host, owned] of OWNED) {
  test(`${host} is ${owned ? '' : 'not '}the network's own`, () => {
    const network = new VirtualNetwork({ ranges: ['10.96.0.0/16'] });
    network.attach('10.244.0.5');
    assert.is(network.owns(host), owned);
  });
}

test('datagrams reach a bound address, and replies name it', async () => {
  const network = new VirtualNetwork();
  const server = createSocket('udp4');
  server.on('message', (data, { port }) => server.send(`echo ${data}`, port, '127.0.0.1'));
  await network.listen({ ip: '10.244.0.5', port: 53 }, server);
  using socket = network.datagram();
  const reply = once(socket, 'message');
  await socket.send('ping', { ip: '10.244.0.5', port: 53 });
  const [data, from] = await reply;
  assert.is(String(data), 'echo ping');
  assert.equal(from, { ip: '10.244.0.5', port: 53 });
  server.close();
});

test('a datagram to a port without a server is refused, and to an unknown host unreachable', async () => {
  const network = new VirtualNetwork();
  network.attach(WEB.ip);
  using socket = network.datagram();
  assert.is(await codeOf(socket.send('x', { ip: WEB.ip, port: 53 })), 'ECONNREFUSED');
  assert.is(await codeOf(socket.send('x', { ip: '10.244.9.9', port: 53 })), 'EHOSTUNREACH');
});

test.run();
