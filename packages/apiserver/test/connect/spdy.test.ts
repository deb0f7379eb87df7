/** Upgrades to SPDY that come to nothing; what kubectl does with it is tested with kubectl. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { startWorld, type World } from './_world.ts';

const test = suite('SPDY');
const EXEC = '/api/v1/namespaces/default/pods/web/exec?command=x&stdout=true';

function upgrade({ listener }: World, protocols: readonly string[]): Socket {
  const socket = connect(listener.port, '127.0.0.1');
  const lines = [
    `POST ${EXEC} HTTP/1.1`,
    'Host: x',
    'Authorization: Bearer admin',
    'Connection: Upgrade',
    'Upgrade: SPDY/3.1',
    ...protocols.map((protocol) => `X-Stream-Protocol-Version: ${protocol}`),
  ];
  socket.write(`${lines.join('\r\n')}\r\n\r\n`);
  return socket;
}

test('the best protocol of those that both sides know is taken', async () => {
  await using world = await startWorld({});
  const socket = upgrade(world, ['v9.channel.k8s.io', 'channel.k8s.io', 'v4.channel.k8s.io']);
  const [head] = await once(socket, 'data');
  assert.is(
    String(head),
    'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\nX-Stream-Protocol-Version: v4.channel.k8s.io\r\n\r\n',
  );
  socket.destroy();
});

test('without one that both sides know the upgrade is refused', async () => {
  await using world = await startWorld({});
  const socket = upgrade(world, ['v9.channel.k8s.io']);
  const [answer] = await once(socket, 'data');
  assert.match(String(answer), /^HTTP\/1\.1 403 Forbidden\r\n/);
  assert.match(String(answer), /client supports \[v9\.channel\.k8s\.io\], server accepts \[v4\.channel\.k8s\.io /);
  await once(socket.resume(), 'close');
});

test('a client that opens no streams is not waited for', async () => {
  await using world = await startWorld({});
  const socket = upgrade(world, ['v4.channel.k8s.io']);
  await once(socket, 'data');
  const closed = once(socket.resume(), 'close');
  world.clock.advance(30_000);
  await closed;
});

for (const [name, bytes] of [
  ['headers that cannot be unpacked', '800300010000000a0000000000010000000000ffff'],
  ['a stream that is closed before it is opened', '80030003000000080000000100000005'],
] as const)
  test(`${name} end one connection, and the server goes on`, async () => {
    await using world = await startWorld({});
    const socket = upgrade(world, ['v4.channel.k8s.io']);
    await once(socket, 'data');
    socket.end(Buffer.from(bytes, 'hex'));
    await once(socket.resume(), 'close');
    const { status } = await fetch(`${world.listener.url}/version`);
    assert.is(status, 200);
  });

test.run();
