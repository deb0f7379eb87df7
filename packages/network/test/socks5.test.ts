import { execFile } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { connect, createServer, type Socket } from 'node:net';
import { promisify } from 'node:util';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { startSocks5, VirtualNetwork } from '../src/index.ts';

const test = suite('socks5 server');

const WEB = { ip: '10.244.0.5', port: 80 };

async function startWeb(network: VirtualNetwork): Promise<AsyncDisposable> {
  const server = createHttpServer((request, response) => response.end(`hello ${request.headers.host}\n`));
  await network.listen(WEB, server);
  network.setResolver({ lookup: async (name) => (name === 'web.shop.svc' ? [WEB.ip] : []) });
  return {
    [Symbol.asyncDispose]: async () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** Sends bytes and collects what comes back until the expected number is there. */
async function exchange(socket: Socket, bytes: number[], expected: number): Promise<number[]> {
  socket.write(Buffer.from(bytes));
  let received = Buffer.alloc(0);
  while (received.length < expected) {
    const [chunk] = (await once(socket, 'data')) as [Buffer];
    received = Buffer.concat([received, chunk]);
  }
  return [...received];
}

test('curl reaches names and addresses of the network', async () => {
  const network = new VirtualNetwork();
  await using _web = await startWeb(network);
  await using socks = await startSocks5({ network });
  const curl = async (scheme: string, host: string): Promise<string> => {
    const args = ['-s', '-S', '--proxy', `${scheme}://127.0.0.1:${socks.port}`, `http://${host}/`];
    return (await promisify(execFile)('curl', args)).stdout;
  };
  assert.is(await curl('socks5h', 'web.shop.svc'), 'hello web.shop.svc\n');
  assert.is(await curl('socks5', '10.244.0.5'), 'hello 10.244.0.5\n');
  assert.is(await curl('socks5h', '10.244.0.5'), 'hello 10.244.0.5\n');
});

const REPLIES: { name: string; address: number[]; reply: number }[] = [
  { name: 'a port without a listener is refused', address: [1, 10, 244, 0, 5, 0, 81], reply: 5 },
  { name: 'an unknown host is unreachable', address: [1, 10, 244, 0, 6, 0, 80], reply: 4 },
  { name: 'an unknown name is unreachable', address: [3, 2, 0x6e, 0x6f, 0, 80], reply: 4 },
  { name: 'an unknown IPv6 host is unreachable', address: [4, 0xfd, ...Array(15).fill(1), 0, 80], reply: 4 },
  { name: 'an unknown type of address is not supported', address: [9, 1, 2, 3, 4, 5, 6], reply: 8 },
];
for (const { name, address, reply } of REPLIES) {
  test(name, async () => {
    const network = new VirtualNetwork();
    await using _web = await startWeb(network);
    await using socks = await startSocks5({ network });
    const socket = connect(socks.port, '127.0.0.1');
    assert.equal(await exchange(socket, [5, 1, 0], 2), [5, 0]);
    assert.is((await exchange(socket, [5, 1, 0, ...address], 10))[1], reply);
    await once(socket, 'close');
  });
}

test('a request may come byte by byte', async () => {
  const network = new VirtualNetwork();
  await using _web = await startWeb(network);
  await using socks = await startSocks5({ network });
  const socket = connect({ port: socks.port, host: '127.0.0.1', noDelay: true });
  for (const byte of [5, 1, 0, 5, 1, 0, 3, 12, ...Buffer.from('web.shop.svc'), 0, 80]) {
    socket.write(Buffer.from([byte]));
    await new Promise(setImmediate);
  }
  const [greeting] = (await once(socket, 'data')) as [Buffer];
  const reply = greeting.length > 2 ? greeting.subarray(2) : ((await once(socket, 'data')) as [Buffer])[0];
  assert.is(reply[1], 0);
  socket.destroy();
});

test('BIND is not supported, and a client that insists on a password is turned away', async () => {
  const network = new VirtualNetwork();
  await using socks = await startSocks5({ network });
  const binder = connect(socks.port, '127.0.0.1');
  await exchange(binder, [5, 1, 0], 2);
  assert.is((await exchange(binder, [5, 2, 0, 1, 10, 244, 0, 5, 0, 80], 10))[1], 7);
  const stranger = connect(socks.port, '127.0.0.1');
  assert.equal(await exchange(stranger, [5, 1, 2], 2), [5, 0xff]);
  binder.destroy();
  stranger.destroy();
});

test('its clients count as the configured source', async () => {
  const network = new VirtualNetwork();
  const server = createServer();
  await network.listen(WEB, server);
  const from = { ip: '10.244.0.9', pod: 'shop/debug' };
  await using socks = await startSocks5({ network, from });
  const accepted = once(server, 'connection') as Promise<[Socket]>;
  const socket = connect(socks.port, '127.0.0.1');
  await exchange(socket, [5, 1, 0], 2);
  await exchange(socket, [5, 1, 0, 1, 10, 244, 0, 5, 0, 80], 10);
  assert.equal(network.peerOf((await accepted)[0]), from);
  socket.destroy();
  server.close();
});

test('UDP ASSOCIATE carries datagrams to names and addresses, as long as the connection stands', async () => {
  const network = new VirtualNetwork();
  const server = createSocket('udp4');
  server.on('message', (data, { port }) => server.send(`echo ${data}`, port, '127.0.0.1'));
  await network.listen({ ip: '10.244.0.5', port: 53 }, server);
  network.setResolver({ lookup: async () => ['10.244.0.5'] });
  await using socks = await startSocks5({ network });
  const control = connect(socks.port, '127.0.0.1');
  await exchange(control, [5, 1, 0], 2);
  const reply = Buffer.from(await exchange(control, [5, 3, 0, 1, 0, 0, 0, 0, 0, 0], 10));
  const socket = createSocket('udp4');
  for (const address of [
    [1, 10, 244, 0, 5, 0, 53],
    [3, 3, ...Buffer.from('dns'), 0, 53],
  ]) {
    socket.send(Buffer.from([0, 0, 0, ...address, ...Buffer.from('hi')]), reply.readUInt16BE(8), '127.0.0.1');
    const [data] = (await once(socket, 'message')) as [Buffer];
    assert.equal([...data.subarray(0, 10)], [0, 0, 0, 1, 10, 244, 0, 5, 0, 53]);
    assert.is(data.toString('utf8', 10), 'echo hi');
  }
  socket.close();
  server.close();
  control.end();
  await once(control, 'close');
});

test('closing it ends its connections', async () => {
  const network = new VirtualNetwork();
  await using _web = await startWeb(network);
  const socks = await startSocks5({ network });
  const socket = connect(socks.port, '127.0.0.1');
  await exchange(socket, [5, 1, 0], 2);
  const closed = once(socket, 'close');
  await socks.close();
  await closed;
});

test.run();
