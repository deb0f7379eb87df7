import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { Redis } from 'ioredis';
import pg from 'pg';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { VirtualNetwork } from '../src/index.ts';

const test = suite('client libraries');

const IP = '10.244.0.5';

async function startNetwork(server: Server, port: number): Promise<VirtualNetwork> {
  const network = new VirtualNetwork();
  await network.listen({ ip: IP, port }, server);
  network.setResolver({ lookup: async () => [IP] });
  return network;
}

/** Just enough of Redis: commands come as arrays of strings, and each is answered with what it says. */
function startRedis(socket: Socket): void {
  socket.on('data', (data) => {
    for (const [, count = '0', rest = ''] of data.toString().matchAll(/\*(\d+)\r\n((?:\$\d+\r\n[^\r]*\r\n)+)/g)) {
      const words = [...rest.matchAll(/\$\d+\r\n([^\r]*)\r\n/g)].map(([, word]) => word ?? '').slice(0, Number(count));
      const reply = words[0]?.toLowerCase() === 'echo' ? (words[1] ?? '') : 'redis_version:7.0.0';
      socket.write(`$${reply.length}\r\n${reply}\r\n`);
    }
  });
}

const message = (type: string, body: Buffer): Buffer => {
  const head = Buffer.from(`${type}0000`);
  head.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
};

/** Just enough of PostgreSQL: anybody may enter, and every query has one row that says hello. */
function startPostgres(socket: Socket): void {
  const ready = message('Z', Buffer.from('I'));
  socket.once('data', () => {
    socket.write(Buffer.concat([message('R', Buffer.alloc(4)), ready]));
    socket.on('data', (data) => {
      if (data[0] !== 'Q'.charCodeAt(0)) return;
      const column = Buffer.concat([Buffer.from([0, 1]), Buffer.from('greeting\0'), Buffer.alloc(18)]);
      column.writeInt32BE(25, column.length - 12);
      const row = Buffer.concat([Buffer.from([0, 1, 0, 0, 0, 5]), Buffer.from('hello')]);
      const done = message('C', Buffer.from('SELECT 1\0'));
      socket.write(Buffer.concat([message('T', column), message('D', row), done, ready]));
    });
  });
}

test('ioredis reaches a server by its name in the cluster', async () => {
  const server = createServer(startRedis);
  const network = await startNetwork(server, 6379);
  using _interception = network.intercept();
  const redis = new Redis({ host: 'redis.shop.svc.cluster.local', port: 6379, enableReadyCheck: false });
  assert.is(await redis.echo('hello'), 'hello');
  const ended = once(redis, 'end');
  redis.disconnect();
  await ended;
  server.close();
});

test('pg reaches a server by its name in the cluster', async () => {
  const server = createServer(startPostgres);
  const network = await startNetwork(server, 5432);
  using _interception = network.intercept();
  const client = new pg.Client({ host: 'db.shop.svc.cluster.local', port: 5432, user: 'shop', database: 'shop' });
  await client.connect();
  assert.equal((await client.query('select')).rows, [{ greeting: 'hello' }]);
  await client.end();
  server.close();
});

test('a server that refuses is told to the library as a refusal', async () => {
  const network = new VirtualNetwork();
  network.attach(IP);
  using _interception = network.intercept();
  const client = new pg.Client({ host: IP, port: 5432 });
  const error = await client.connect().catch((reason) => reason);
  assert.is(error.code, 'ECONNREFUSED');
});

test.run();
