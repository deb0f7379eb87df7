/** What goes over the wire: sizes, flags, EDNS, malformed packets, streams. */
import { once } from 'node:events';
import { createServer } from 'node:net';
import { FakeClock } from '@towtank/apimachinery';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type DnsServer, decodeMessage, type Message, queryDns } from '../src/index.ts';
import { serve } from './_ask.ts';
import { namespace, service, slice } from './_fake-cluster.ts';
import { bytesOf, edns, framed, queryMessage, TcpClient, UdpClient } from './_wire.ts';

const NS = 'ns.svc.cluster.local';
const PORT = { name: 'http', port: 80, protocol: 'TCP' };
const WEB = `A web.${NS}`;
const SIXTY = `A hl.${NS}`;

const addresses = (count: number): string[] => Array.from({ length: count }, (_, at) => `10.1.${at >> 8}.${at & 0xff}`);

const objects = (endpoints: number): Parameters<typeof serve>[0] => [
  namespace('ns'),
  service('ns/web', { clusterIP: '10.96.0.10', ports: [PORT] }),
  service('ns/hl', { clusterIP: 'None', ports: [PORT] }),
  slice('ns/hl', addresses(endpoints)),
];

const start = (endpoints = 60, options: Parameters<typeof serve>[1] = {}): Promise<DnsServer> =>
  serve(objects(endpoints), options);

async function overUdp(dns: DnsServer, query: Message | Buffer): Promise<{ message: Message; bytes: Buffer }> {
  await using client = new UdpClient(dns);
  const bytes = await client.exchange(Buffer.isBuffer(query) ? query : bytesOf(query));
  return { message: decodeMessage(bytes), bytes };
}

const test = suite('dns transport');

test('the header says: authoritative answer, recursion wanted but not offered', async () => {
  await using dns = await start();
  const { message } = await overUdp(dns, queryMessage(WEB, { checkingDisabled: true }));
  const { id, response, opcode, authoritative, truncated, recursionDesired, recursionAvailable } = message;
  assert.equal(
    { id, response, opcode, authoritative, truncated, recursionDesired, recursionAvailable },
    {
      id: 0x1234,
      response: true,
      opcode: 0,
      authoritative: true,
      truncated: false,
      recursionDesired: true,
      recursionAvailable: false,
    },
  );
  assert.ok(message.checkingDisabled);
  assert.equal(message.questions, [{ name: `web.${NS}`, type: 'A', class: 'IN' }]);
});

test('the same question gets its own id back, whether or not it was asked before', async () => {
  await using dns = await start();
  for (const id of [1, 2, 0xffff]) {
    const { message } = await overUdp(dns, queryMessage(WEB, { id }));
    assert.is(message.id, id);
    assert.is(message.answers.length, 1);
    assert.is((await queryDns({ name: `web.${NS}` }, { ...dns, transport: 'tcp' })).answers.length, 1);
  }
});

test('sixty addresses without EDNS give 29 and TC, within 512 bytes', async () => {
  await using dns = await start();
  const { message, bytes } = await overUdp(dns, queryMessage(SIXTY));
  assert.ok(message.truncated);
  assert.is(message.answers.length, 29);
  assert.ok(bytes.length <= 512);
});

test('an EDNS size below 512 counts as 512, which leaves room for 28 addresses beside the EDNS record', async () => {
  await using dns = await start();
  for (const size of [0, 100, 512]) {
    const { message, bytes } = await overUdp(dns, queryMessage(SIXTY, { edns: edns(size) }));
    assert.ok(message.truncated);
    assert.is(message.answers.length, 28);
    assert.is(message.edns?.udpSize, size);
    assert.ok(bytes.length <= 512);
  }
});

test('an EDNS size that is large enough gives all', async () => {
  await using dns = await start();
  const { message } = await overUdp(dns, queryMessage(SIXTY, { edns: edns(1232) }));
  assert.not.ok(message.truncated);
  assert.is(message.answers.length, 60);
});

test('names are spelled out as long as the message fits', async () => {
  await using dns = await start();
  const { bytes } = await overUdp(dns, queryMessage(WEB));
  const name = 2 + `web.${NS}`.length;
  assert.is(bytes.length, 12 + (name + 4) + (name + 14));
});

test('a datagram that would be sent in fragments is compressed', async () => {
  await using dns = await start();
  const { bytes, message } = await overUdp(dns, queryMessage(`SRV hl.${NS}`, { edns: edns(8192) }));
  assert.not.ok(message.truncated);
  assert.is(message.answers.length, 60);
  assert.is(message.additionals.length, 60);
  const spelledOut = bytesOf(message).length;
  assert.ok(bytes.length < spelledOut * 0.75, `${bytes.length} of ${spelledOut} bytes`);
});

test('over TCP everything comes uncompressed', async () => {
  await using dns = await start();
  await using client = new TcpClient(dns);
  client.send(queryMessage(SIXTY));
  const bytes = await client.receiveBytes();
  const message = decodeMessage(bytes);
  assert.not.ok(message.truncated);
  assert.is(message.answers.length, 60);
  assert.is(bytes.length, bytesOf(message).length);
});

test('over TCP an answer beyond 64 KiB is compressed, and cut where that does not help', async () => {
  await using dns = await start(5000);
  const whole = await queryDns({ name: `hl.${NS}` }, { ...dns, transport: 'tcp' });
  assert.ok(whole.truncated);
  assert.is(whole.answers.length, Math.floor((65_535 - 12 - (2 + `hl.${NS}`.length + 4)) / 16));
});

test('DO, the size and the cookie come back, unknown options do not', async () => {
  await using dns = await start();
  const cookie = { code: 10, data: Buffer.from('0123456789abcdef', 'hex') };
  const options = [
    cookie,
    { code: 8, data: Buffer.from([0, 1, 24, 0, 10, 0, 0]) },
    { code: 65_001, data: Buffer.of(1) },
  ];
  const { message } = await overUdp(dns, queryMessage(WEB, { edns: edns(4096, { flags: 0x8001, options }) }));
  assert.equal(message.edns, edns(4096, { flags: 0x8000, options: [cookie] }));
});

test('another version of EDNS gets BADVERS and nothing else', async () => {
  await using dns = await start();
  const { message } = await overUdp(dns, queryMessage(WEB, { edns: edns(4096, { version: 1 }) }));
  assert.is(message.rcode, 0);
  assert.is(message.edns?.extendedRcode, 1);
  assert.is(message.edns?.version, 0);
  assert.is(message.answers.length, 0);
});

test('without EDNS in the query there is none in the answer', async () => {
  await using dns = await start();
  assert.is((await overUdp(dns, queryMessage(WEB))).message.edns, undefined);
});

test('another class is refused, echoed as it came', async () => {
  await using dns = await start();
  for (const klass of ['CH', 'ANY', 'CLASS7']) {
    const question = { name: `web.${NS}`, type: 'A', class: klass };
    const { message } = await overUdp(dns, queryMessage(WEB, { questions: [question] }));
    assert.is(message.rcode, 5);
    assert.equal(message.questions, [question]);
    assert.not.ok(message.authoritative);
  }
});

const header = (flags: number, counts: readonly number[]): Buffer => {
  const bytes = Buffer.alloc(12);
  for (const [at, number] of [0x4321, flags, ...counts].entries()) bytes.writeUInt16BE(number, at * 2);
  return bytes;
};

const MALFORMED: Readonly<Record<string, { bytes: Buffer; rcode: number; opcode?: number }>> = {
  'a query without a question': { bytes: header(0x0100, [0, 0, 0, 0]), rcode: 1 },
  'a query with two questions': { bytes: header(0x0100, [2, 0, 0, 0]), rcode: 1 },
  'a question that is cut short': {
    bytes: Buffer.concat([header(0x0100, [1, 0, 0, 0]), Buffer.from('\x03web')]),
    rcode: 1,
  },
  'a name that points to itself': {
    bytes: Buffer.concat([header(0x0100, [1, 0, 0, 0]), Buffer.of(0xc0, 0x0c, 0, 1, 0, 1)]),
    rcode: 1,
  },
  'an EDNS option beyond its record': {
    bytes: Buffer.concat([
      header(0x0100, [1, 0, 0, 1]),
      Buffer.of(0, 0, 1, 0, 1),
      Buffer.of(0, 0, 41, 16, 0, 0, 0, 0, 0, 0, 4, 0, 10, 0, 9),
    ]),
    rcode: 1,
  },
  'an update': { bytes: header(0x2800, [1, 0, 0, 0]), rcode: 4, opcode: 5 },
};

for (const [name, { bytes, rcode, opcode = 0 }] of Object.entries(MALFORMED)) {
  test(`${name} is answered with code ${rcode}`, async () => {
    await using dns = await start();
    const { message } = await overUdp(dns, bytes);
    assert.is(message.id, 0x4321);
    assert.is(message.rcode, rcode);
    assert.is(message.opcode, opcode);
    assert.is(message.questions.length, 0);
  });
}

test('responses and crumbs are dropped, and the server goes on', async () => {
  await using dns = await start();
  await using client = new UdpClient(dns);
  client.send(header(0x8000, [1, 0, 0, 0]));
  client.send(Buffer.from('crumbs'));
  client.send(Buffer.alloc(0));
  const reply = decodeMessage(await client.exchange(bytesOf(queryMessage(WEB, { id: 7 }))));
  assert.is(reply.id, 7);
  assert.is(dns.queries.count, 1);
});

test('names with odd bytes come back as they were', async () => {
  await using dns = await start();
  const label = Buffer.from([4, 0x61, 0x2e, 0xff, 0x5c]);
  const rest = bytesOf(queryMessage(WEB)).subarray(12);
  const bytes = Buffer.concat([header(0x0100, [1, 0, 0, 0]), label, rest]);
  const { message, bytes: reply } = await overUdp(dns, bytes);
  assert.is(message.rcode, 3);
  assert.equal(reply.subarray(12, 12 + label.length + rest.length), bytes.subarray(12));
  assert.is(message.questions[0]?.name, `a\\.\\255\\\\.web.${NS}`);
});

test('a connection serves many queries, in order, however they are cut', async () => {
  await using dns = await start();
  await using client = new TcpClient(dns);
  const stream = Buffer.concat([1, 2, 3, 4].map((id) => framed(queryMessage(id % 2 ? WEB : `A nosuch.${NS}`, { id }))));
  for (const byte of stream.subarray(0, 40)) client.socket.write(Buffer.of(byte));
  client.socket.write(stream.subarray(40));
  const seen: string[] = [];
  for (let count = 0; count < 4; count += 1) {
    const { id, rcode } = await client.receive();
    seen.push(`${id} ${rcode}`);
  }
  assert.equal(seen, ['1 0', '2 3', '3 0', '4 3']);
});

test('a client that ends its side still gets its answers', async () => {
  await using dns = await start();
  await using client = new TcpClient(dns);
  client.send(queryMessage(WEB));
  client.socket.end();
  assert.is((await client.receive()).answers.length, 1);
  await once(client.socket, 'end');
});

test('an idle connection is closed, one in use is not', async () => {
  const clock = new FakeClock();
  await using dns = await start(1, { clock, tcpIdleMs: 1000 });
  await using client = new TcpClient(dns);
  client.send(queryMessage(WEB));
  await client.receive();
  clock.advance(900);
  client.send(queryMessage(WEB));
  await client.receive();
  clock.advance(900);
  client.send(queryMessage(WEB));
  await client.receive();
  const closed = once(client.socket, 'close');
  client.socket.on('end', () => client.socket.destroy());
  clock.advance(1000);
  await closed;
});

test('a closed server leaves nothing open', async () => {
  const clock = new FakeClock();
  const dns = await start(1, { clock });
  await using client = new TcpClient(dns);
  client.send(queryMessage(WEB));
  await client.receive();
  const ended = once(client.socket, 'end');
  await dns.close();
  await ended;
  await dns.close();
  assert.is(clock.timers, 0);
  const again = await start(1, { port: dns.port });
  await again.close();
});

test('a port that is taken is refused', async () => {
  const other = createServer();
  other.listen(0, '127.0.0.1');
  await once(other, 'listening');
  const { port } = other.address() as { port: number };
  const failure = await start(1, { port }).then(
    () => undefined,
    (error: NodeJS.ErrnoException) => error.code,
  );
  other.close();
  assert.is(failure, 'EADDRINUSE');
});

test('what is asked over sockets is in the log, too', async () => {
  await using dns = await start();
  await queryDns({ name: `web.${NS}` }, dns);
  await queryDns({ name: `web.${NS}` }, dns);
  await queryDns({ name: `web.${NS}` }, { ...dns, transport: 'tcp' });
  const seen = dns.queries
    .list()
    .map(({ sequence, name, type, rcode, client }) => [sequence, name, type, rcode, client.transport]);
  assert.equal(seen, [
    [1, `web.${NS}`, 'A', 'NOERROR', 'udp'],
    [2, `web.${NS}`, 'A', 'NOERROR', 'udp'],
    [3, `web.${NS}`, 'A', 'NOERROR', 'tcp'],
  ]);
});

test('a hundred thousand queries are all answered, a thousand at a time', async () => {
  await using dns = await start();
  await using client = new UdpClient(dns);
  const waiting = new Set<number>();
  let [sent, answered] = [0, 0];
  const send = (): void => {
    const id = sent & 0xffff;
    waiting.add(id);
    client.send(bytesOf(queryMessage(sent % 2 === 0 ? WEB : `A nosuch-${sent % 100}.${NS}`, { id })));
    sent += 1;
  };
  while (sent < 1000) send();
  while (answered < 100_000) {
    const { id, rcode, answers } = decodeMessage(await client.receive());
    assert.ok(waiting.delete(id), 'each answer comes once');
    assert.equal([rcode, answers.length], id % 2 === 0 ? [0, 1] : [3, 0]);
    answered += 1;
    if (sent < 100_000) send();
  }
  assert.is(waiting.size, 0);
  assert.is(dns.queries.count, 100_000);
});

test.run();
