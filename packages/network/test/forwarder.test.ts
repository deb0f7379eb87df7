import { once } from 'node:events';
import http from 'node:http';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Forwarder, type Journey, type SocketEnd, VirtualNetwork } from '../src/index.ts';

const test = suite('forwarder');

const WEB = { ip: '10.244.0.5', port: 80 };

interface Forwarded extends AsyncDisposable {
  readonly network: VirtualNetwork;
  readonly forwarder: Forwarder;
  connect(): Socket;
}

/** A server behind a real port: one that the network knows as its own, or one that it only knows the address of. */
async function startForwarded(server: Server, behind: 'network' | 'elsewhere'): Promise<Forwarded> {
  const network = new VirtualNetwork();
  if (behind === 'network') await network.listen(WEB, server);
  else {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    network.bind(WEB, { host: '127.0.0.1', port: (server.address() as AddressInfo).port });
  }
  const forwarder = await network.forward(WEB);
  return {
    network,
    forwarder,
    connect: () => connect({ host: '127.0.0.1', port: forwarder.address.port, allowHalfOpen: true }),
    [Symbol.asyncDispose]: async () => {
      await forwarder.close();
      server.close();
    },
  };
}

async function textOf(stream: NodeJS.ReadableStream): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

const echo = (socket: Socket): void => void socket.on('error', () => {}).pipe(socket);

for (const behind of ['network', 'elsewhere'] as const) {
  const at = behind === 'network' ? 'a server of the network' : 'a server elsewhere';

  test(`${at} answers to what comes before a half-close`, async () => {
    const server = createServer({ allowHalfOpen: true }, (socket) => {
      socket.resume().on('end', () => socket.end(`${socket.bytesRead} bytes`));
    });
    await using forwarded = await startForwarded(server, behind);
    const socket = forwarded.connect();
    socket.end('x'.repeat(1_000_000));
    assert.is(await textOf(socket), '1000000 bytes');
  });

  test(`${at} that does not allow half-open connections ends with its client`, async () => {
    await using forwarded = await startForwarded(
      createServer((socket) => socket.resume()),
      behind,
    );
    const socket = forwarded.connect();
    socket.end();
    assert.is(await textOf(socket), '');
  });

  test(`${at} that resets resets its client`, async () => {
    const server = createServer((socket) => socket.once('data', () => socket.resetAndDestroy()));
    await using forwarded = await startForwarded(server, behind);
    const socket = forwarded.connect();
    socket.write('x');
    assert.is((await once(socket, 'error'))[0].code, 'ECONNRESET');
  });

  test(`${at} is reset by its client`, async () => {
    const server = createServer((socket) => {
      socket.write('hello');
      socket.on('error', (error) => server.emit('reset', error));
    });
    await using forwarded = await startForwarded(server, behind);
    const reset = once(server, 'reset');
    const socket = forwarded.connect();
    await once(socket, 'data');
    socket.resetAndDestroy();
    assert.is((await reset)[0].code, 'ECONNRESET');
  });

  test(`${at} can ask who its client is`, async () => {
    const server = createServer((socket) => socket.end(String(network.peerOf(socket)?.port)));
    await using forwarded = await startForwarded(server, behind);
    const { network } = forwarded;
    const socket = forwarded.connect();
    await once(socket, 'connect');
    const { localPort } = socket;
    assert.is(await textOf(socket), String(localPort));
  });

  test(`${at} serves HTTP with keep-alive on one connection`, async () => {
    const server = http.createServer((request, response) => request.pipe(response));
    let connections = 0;
    server.on('connection', () => (connections += 1));
    await using forwarded = await startForwarded(server, behind);
    const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
    for (const body of ['one', 'two', 'three']) {
      const { port } = forwarded.forwarder.address;
      const request = http.request({ port, host: '127.0.0.1', method: 'POST', agent }).end(body);
      const [response] = (await once(request, 'response')) as [http.IncomingMessage];
      assert.is(await textOf(response), body);
    }
    assert.is(connections, 1);
    agent.destroy();
  });

  test(`a forwarder to ${at} frees its port when it stops, and keeps its connections until it closes`, async () => {
    await using forwarded = await startForwarded(createServer(echo), behind);
    const socket = forwarded.connect();
    socket.write('hello');
    await once(socket, 'data');
    await forwarded.forwarder.stop();
    socket.write('still there');
    assert.is(String((await once(socket, 'data'))[0]), 'still there');
    assert.is((await once(forwarded.connect(), 'error'))[0].code, 'ECONNREFUSED');
    const ended = textOf(socket.on('error', () => {}));
    await forwarded.forwarder.close();
    assert.is(await ended, '');
    socket.destroy();
  });
}

for (const { name, options, limit, end } of [
  { name: 'a server of the network gets the very socket of the client', end: 'server' },
  { name: 'a server with a limit of connections accepts them itself', limit: 5, end: 'caller' },
  {
    name: 'a server that wants its connections paused accepts them itself',
    options: { pauseOnConnect: true },
    end: 'caller',
  },
] as { name: string; options?: object; limit?: number; end: SocketEnd }[]) {
  test(name, async () => {
    const server = createServer({ ...options }, (socket) => echo(socket.resume()));
    if (limit !== undefined) server.maxConnections = limit;
    await using forwarded = await startForwarded(server, 'network');
    const ends: SocketEnd[] = [];
    const service = { ip: '10.96.0.1', port: 80 };
    const hops = [WEB];
    const journey: Journey = { next: () => hops.pop(), connected: (_, which) => ends.push(which), failed: () => {} };
    forwarded.network.bind(service, { connect: () => journey });
    await using forwarder = await forwarded.network.forward(service);
    const socket = connect({ host: '127.0.0.1', port: forwarder.address.port });
    socket.end('hello');
    assert.is(await textOf(socket), 'hello');
    assert.equal(ends, [end]);
  });
}

test('what refuses is passed over for the server behind it', async () => {
  await using forwarded = await startForwarded(createServer(echo), 'network');
  const hops = [{ ip: '10.244.0.6', port: 80 }, WEB];
  forwarded.network.attach('10.244.0.6');
  const journey: Journey = { next: () => hops.shift(), connected: () => {}, failed: () => {} };
  forwarded.network.bind({ ip: '10.96.0.1', port: 80 }, { connect: () => journey });
  await using forwarder = await forwarded.network.forward({ ip: '10.96.0.1', port: 80 });
  const socket = connect({ host: '127.0.0.1', port: forwarder.address.port });
  socket.end('hello');
  assert.is(await textOf(socket), 'hello');
});

test('a real port resets what is refused', async () => {
  await using forwarded = await startForwarded(createServer(echo), 'network');
  await using dead = await forwarded.network.forward({ ip: WEB.ip, port: 81 });
  const socket = connect(dead.address.port, '127.0.0.1');
  assert.is((await once(socket, 'error'))[0].code, 'ECONNRESET');
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
