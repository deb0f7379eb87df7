/** The plugins around the cluster's own records. */
import { delay, FakeClock, realClock, seededRandom } from '@towtank/apimachinery';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  type DnsOptions,
  type Plugin,
  type Question,
  queryDns,
  respond,
  startDns,
  type UpstreamResolver,
} from '../src/index.ts';
import { ask, response, say, serve, short } from './_ask.ts';
import { FakeCluster, namespace, service, slice } from './_fake-cluster.ts';
import { bytesOf, queryMessage, TcpClient, UdpClient } from './_wire.ts';

const NS = 'ns.svc.cluster.local';
const PORTS = [{ name: 'http', port: 80, protocol: 'TCP' }];
const WEB = `A web.${NS}`;
const OBJECTS = [
  namespace('ns'),
  service('ns/web', { clusterIP: '10.96.0.10', ports: PORTS }),
  service('ns/hl', { clusterIP: 'None', ports: PORTS }),
  slice('ns/hl', ['10.1.0.1', '10.1.0.2', '10.1.0.3']),
  service('ns/out', { type: 'ExternalName', externalName: 'db.example.com' }),
];

const start = (options: Omit<DnsOptions, 'informers'> = {}): ReturnType<typeof serve> => serve(OBJECTS, options);

const message = async (failing: Promise<unknown>): Promise<string> =>
  failing.then(
    () => 'no error',
    (error: Error) => error.message,
  );

const test = suite('dns plugins');

test('hosts win over the cluster and the upstream, and count at once', async () => {
  await using dns = await start({ hosts: { 'API.test': ['203.0.113.1', 'fd00::1'] }, upstream: () => undefined });
  assert.is(await say(dns, 'A api.TEST'), 'A 203.0.113.1');
  assert.is(await say(dns, 'AAAA api.test'), 'AAAA fd00::1');
  assert.is(await say(dns, 'PTR 1.113.0.203.in-addr.arpa'), 'PTR api.test');
  assert.is(await say(dns, 'A other.test'), 'NXDOMAIN');
  const onTheWire = async (): Promise<unknown> => (await queryDns({ name: `web.${NS}` }, dns)).answers[0]?.data;
  assert.is(await onTheWire(), '10.96.0.10');
  dns.hosts.set(`web.${NS}`, '203.0.113.2');
  assert.is(await onTheWire(), '203.0.113.2');
  assert.is((await ask(dns, `AAAA web.${NS}`)).rcode, 'NODATA');
  assert.ok(dns.hosts.delete(`WEB.${NS}`));
  assert.is(await onTheWire(), '10.96.0.10');
  assert.not.ok(dns.hosts.delete('nobody'));
});

test('what an external name points to may be in hosts', async () => {
  await using dns = await start({ hosts: { 'db.example.com': '203.0.113.5' } });
  assert.is(await say(dns, `A out.${NS}`), 'CNAME db.example.com, A 203.0.113.5');
});

test('hosts take addresses and nothing else', async () => {
  assert.match(await message(start({ hosts: { a: 'b' } })), /"b" is not an IP address/);
});

const REWRITES: readonly {
  name: string;
  rule: NonNullable<DnsOptions['rewrite']>[number];
  says: Record<string, string>;
}[] = [
  {
    name: 'a whole name becomes another',
    rule: { name: { exact: 'Web.Test' }, to: `web.${NS}` },
    says: { 'A web.test': 'A 10.96.0.10', 'A a.web.test': 'SERVFAIL' },
  },
  {
    name: 'the beginning of a name is replaced',
    rule: { name: { prefix: 'old-' }, to: '' },
    says: { [`A old-web.${NS}`]: 'A 10.96.0.10' },
  },
  {
    name: 'the end of a name is replaced',
    rule: { name: { suffix: '.test' }, to: `.${NS}` },
    says: { 'A web.test': 'A 10.96.0.10' },
  },
  {
    name: 'a part of a name is replaced',
    rule: { name: { substring: '.test.' }, to: '.ns.' },
    says: { 'A web.test.svc.cluster.local': 'A 10.96.0.10' },
  },
  {
    name: 'an expression takes its groups along',
    rule: { name: { pattern: /^([a-z]+)\.([a-z]+)\.test$/ }, to: '$1.$2.svc.cluster.local' },
    says: { 'A web.ns.test': 'A 10.96.0.10' },
  },
  {
    name: 'only the type given is rewritten, into another type',
    rule: { type: 'ANY', toType: 'A' },
    says: { [`ANY web.${NS}`]: 'A 10.96.0.10' },
  },
];

for (const { name, rule, says } of REWRITES) {
  test(`rewrite: ${name}`, async () => {
    await using dns = await start({ rewrite: [rule] });
    for (const [asked, said] of Object.entries(says)) assert.is(await say(dns, asked), said);
  });
}

test('a rewritten answer has the name that was asked for, unless told otherwise', async () => {
  const rule = { name: { exact: 'Web.Test' }, to: `web.${NS}`, ttl: 1 };
  await using restoring = await start({ rewrite: [rule] });
  assert.equal((await response(restoring, 'A wEB.test')).answers, [
    { name: 'wEB.test', type: 'A', ttl: 1, data: '10.96.0.10' },
  ]);
  await using plain = await start({ rewrite: [{ ...rule, restoreNames: false }] });
  assert.is((await response(plain, 'A web.test')).answers[0]?.name, `web.${NS}`);
});

test('faults strike the queries they are meant for, as often as they are told', async () => {
  await using dns = await start();
  const end = dns.faults.add({ name: `WEB.${NS}`, type: 'A', effect: { rcode: 'SERVFAIL' }, times: 2 });
  assert.is((await ask(dns, `AAAA web.${NS}`)).rcode, 'NODATA');
  assert.is(await say(dns, WEB), 'SERVFAIL');
  assert.is((await queryDns({ name: `web.${NS}` }, dns)).rcode, 2);
  assert.is(await say(dns, WEB), 'A 10.96.0.10');
  assert.is(dns.faults.size, 0);
  end();
  const stop = dns.faults.add({ name: /^web\./, effect: { rcode: 'REFUSED' } });
  assert.is(await say(dns, WEB), 'REFUSED');
  stop();
  assert.is(await say(dns, WEB), 'A 10.96.0.10');
});

test('a fault counts at once for answers that were given before', async () => {
  await using dns = await start();
  const rcode = async (): Promise<number> => (await queryDns({ name: `web.${NS}` }, dns)).rcode;
  assert.is(await rcode(), 0);
  dns.faults.add({ effect: { rcode: 'NXDOMAIN' } });
  assert.is(await rcode(), 3);
  dns.faults.clear();
  assert.is(await rcode(), 0);
});

test('a fault may be meant for one pod', async () => {
  await using dns = await start();
  dns.faults.add({ pod: 'ns/a', effect: { rcode: 'SERVFAIL' } });
  const rcode = async (pod: string): Promise<string | undefined> =>
    (await dns.query({ name: `web.${NS}`, client: { pod } }))?.rcode;
  assert.is(await rcode('ns/a'), 'SERVFAIL');
  assert.is(await rcode('ns/b'), 'NOERROR');
});

test('a fault with a probability strikes some queries, the same ones for the same seed', async () => {
  const pattern = async (): Promise<string[]> => {
    await using dns = await start({ random: seededRandom('dice') });
    dns.faults.add({ effect: { rcode: 'SERVFAIL' }, probability: 0.5 });
    const codes: string[] = [];
    for (let round = 0; round < 40; round += 1) codes.push((await response(dns, WEB)).rcode);
    return codes;
  };
  const first = await pattern();
  assert.equal(first, await pattern());
  const struck = first.filter((code) => code === 'SERVFAIL').length;
  assert.ok(struck > 5 && struck < 35, `${struck} of 40`);
});

test('a dropped query gets no answer, and is in the log without a code', async () => {
  await using dns = await start();
  dns.faults.add({ effect: 'drop', times: 1 });
  await using client = new UdpClient(dns);
  client.send(bytesOf(queryMessage(WEB, { id: 1 })));
  const reply = await client.exchange(bytesOf(queryMessage(WEB, { id: 2 })));
  assert.is(reply.readUInt16BE(0), 2);
  assert.equal(
    dns.queries.list().map(({ rcode }) => rcode),
    [undefined, 'NOERROR'],
  );
  dns.faults.add({ effect: 'drop' });
  assert.is(await dns.query({ name: 'a' }), undefined);
});

test('a truncated answer makes a client ask again over TCP', async () => {
  await using dns = await start();
  dns.faults.add({ effect: 'truncate' });
  const { answers, truncated } = await queryDns({ name: `web.${NS}` }, dns);
  assert.not.ok(truncated);
  assert.equal(answers.map(short), ['A 10.96.0.10']);
  assert.equal(
    dns.queries.list().map(({ client, answers: { length } }) => [client.transport, length]),
    [
      ['udp', 0],
      ['tcp', 1],
    ],
  );
});

test('a delayed answer comes when the clock says so', async () => {
  const clock = new FakeClock();
  await using dns = await start({ clock });
  dns.faults.add({ effect: { delayMs: 5000 }, times: 1 });
  let answered = false;
  const pending = say(dns, WEB).then((said) => {
    answered = true;
    return said;
  });
  clock.advance(4999);
  await delay(realClock, 1);
  assert.not.ok(answered);
  clock.advance(1);
  assert.is(await pending, 'A 10.96.0.10');
});

test('closing the server lets delayed queries go', async () => {
  const clock = new FakeClock();
  const dns = await start({ clock });
  dns.faults.add({ effect: { delayMs: 5000 } });
  const pending = say(dns, WEB);
  await dns.close();
  assert.is(await pending, 'A 10.96.0.10');
  assert.is(clock.timers, 0);
});

test('the cache keeps answers for their TTL, counting down, missing names included', async () => {
  const clock = new FakeClock();
  const cluster = new FakeCluster(OBJECTS);
  await using dns = await startDns({ informers: cluster, clock, cache: true, ttl: 30 });
  assert.is(await say(dns, `A new.${NS}`), 'NXDOMAIN');
  assert.is(await say(dns, WEB), 'A 10.96.0.10');
  cluster.put(service('ns/new', { clusterIP: '10.96.0.11', ports: PORTS }));
  cluster.put(service('ns/web', { clusterIP: '10.96.0.12', ports: PORTS }));
  clock.advance(29_000);
  assert.is(await say(dns, `A new.${NS}`), 'NXDOMAIN');
  assert.equal((await response(dns, `A WEB.${NS}`)).answers, [
    { name: `WEB.${NS}`, type: 'A', ttl: 1, data: '10.96.0.10' },
  ]);
  assert.is((await queryDns({ name: `web.${NS}` }, dns)).answers[0]?.ttl, 1);
  clock.advance(1000);
  assert.is(await say(dns, `A new.${NS}`), 'A 10.96.0.11');
  assert.is(await say(dns, WEB), 'A 10.96.0.12');
  cluster.put(service('ns/web', { clusterIP: '10.96.0.13', ports: PORTS }));
  dns.flushCache();
  assert.is(await say(dns, WEB), 'A 10.96.0.13');
});

test('the cache has room for as much as it is told, and does not keep failures', async () => {
  const asked: string[] = [];
  const upstream: UpstreamResolver = ({ name, type }) => {
    asked.push(name);
    return name === 'bad'
      ? { rcode: 'SERVFAIL' }
      : { answers: [{ name, type: type as 'A', ttl: 900, data: '203.0.113.1' }] };
  };
  const clock = new FakeClock();
  await using dns = await start({ upstream, clock, cache: { capacity: 2, maxTtlSeconds: 10 } });
  for (const name of ['a', 'a', 'b', 'c', 'a', 'bad', 'bad']) await say(dns, `A ${name}`);
  assert.equal(asked, ['a', 'b', 'c', 'a', 'bad', 'bad']);
  assert.is((await response(dns, 'A a')).answers[0]?.ttl, 10);
  clock.advance(10_000);
  await say(dns, 'A a');
  assert.is(asked.length, 7);
});

test('addresses rotate from answer to answer where that is asked for, behind the alias', async () => {
  const upstream: UpstreamResolver = ({ name }) => ({
    answers: ['203.0.113.1', '203.0.113.2'].map((data) => ({ name, type: 'A' as const, ttl: 5, data })),
  });
  await using dns = await start({ loadBalance: 'rotate', upstream });
  const seen: string[] = [];
  for (let round = 0; round < 4; round += 1) seen.push(await say(dns, `A hl.${NS}`));
  assert.equal(seen, [
    'A 10.1.0.1, A 10.1.0.2, A 10.1.0.3',
    'A 10.1.0.2, A 10.1.0.3, A 10.1.0.1',
    'A 10.1.0.3, A 10.1.0.1, A 10.1.0.2',
    'A 10.1.0.1, A 10.1.0.2, A 10.1.0.3',
  ]);
  const first = new Set<unknown>();
  for (let round = 0; round < 3; round += 1) first.add((await queryDns({ name: `hl.${NS}` }, dns)).answers[0]?.data);
  assert.is(first.size, 3);
  assert.match(await say(dns, `A out.${NS}`), /^CNAME db\.example\.com, A 203/);
});

test('addresses are shuffled by the seed where that is asked for', async () => {
  const orders = async (): Promise<string[]> => {
    await using dns = await start({ loadBalance: 'random', random: seededRandom('x') });
    const seen: string[] = [];
    for (let round = 0; round < 20; round += 1) seen.push(await say(dns, `A hl.${NS}`));
    return seen;
  };
  const first = await orders();
  assert.equal(first, await orders());
  assert.ok(new Set(first).size > 2);
});

test('by default the order of addresses is that of the slices', async () => {
  await using dns = await start();
  for (let round = 0; round < 3; round += 1)
    assert.is(await say(dns, `A hl.${NS}`), 'A 10.1.0.1, A 10.1.0.2, A 10.1.0.3');
});

test("the upstream is asked for what is not the cluster's, and only for that", async () => {
  const asked: Question[] = [];
  await using dns = await start({
    upstream: (question) => {
      asked.push(question);
      return { answers: [{ name: question.name, type: 'CAA', ttl: 60, data: { flags: 0, tag: 'issue', value: 'x' } }] };
    },
  });
  await say(dns, `A nosuch.${NS}`);
  const { answers, authoritative } = await queryDns({ name: 'Example.com', type: 'CAA' }, dns);
  assert.equal(asked, [{ name: 'Example.com', type: 'CAA', class: 'IN' }]);
  assert.not.ok(authoritative);
  assert.is(answers[0]?.type, 'CAA');
});

test('an upstream that throws fails the query and tells the listener', async () => {
  const errors: unknown[] = [];
  await using dns = await start({
    onError: (error, request) => errors.push([(error as Error).message, request?.question.name]),
    upstream: () => Promise.reject(new Error('down')),
  });
  assert.is(await say(dns, 'A example.com'), 'SERVFAIL');
  assert.equal(errors, [['down', 'example.com']]);
});

test('an upstream answer that no message can hold fails the query', async () => {
  const errors: unknown[] = [];
  await using dns = await start({
    onError: (error) => errors.push((error as Error).message),
    upstream: ({ name }) => ({ answers: [{ name, type: 'A', ttl: 5, data: 'not an address' }] }),
  });
  assert.is((await queryDns({ name: 'example.com' }, dns)).rcode, 2);
  assert.equal(errors, ['"not an address" is not an IP address']);
});

test('another server may be the upstream', async () => {
  await using other = await serve([], { hosts: { 'db.example.com': '203.0.113.7' } });
  await using dns = await start({ upstream: { host: other.host, port: other.port } });
  assert.is(await say(dns, `A out.${NS}`), 'CNAME db.example.com, A 203.0.113.7');
  assert.is(await say(dns, 'A nowhere.example'), 'SERVFAIL');
  assert.is(other.queries.count, 2);
});

test('an upstream server that does not answer in time fails the query', async () => {
  await using other = await serve([]);
  other.faults.add({ effect: 'drop' });
  const clock = new FakeClock();
  await using dns = await start({ clock, upstream: { host: other.host, port: other.port }, upstreamTimeoutMs: 700 });
  const pending = say(dns, 'A example.com');
  await other.queries.waitFor({ name: 'example.com' });
  clock.advance(700);
  assert.is(await pending, 'SERVFAIL');
});

test('names that rewriting leads in a circle come to an end', async () => {
  await using dns = await start({ rewrite: [{ name: { exact: 'db.example.com' }, to: `out.${NS}` }] });
  for (const asked of [`A out.${NS}`, 'A db.example.com']) {
    const { rcode, answers } = await response(dns, asked);
    assert.is(rcode, 'NOERROR');
    assert.ok(answers.length < 10, asked);
  }
});

test('a plugin of your own comes before all others and sees every query', async () => {
  let seen = 0;
  const plugin: Plugin = (next) => async (request) => {
    seen += 1;
    if (request.question.name !== 'mine') return next(request);
    return respond({ answers: [{ name: 'mine', type: 'TXT', ttl: 1, data: ['hello', 'you'] }], stable: true });
  };
  await using dns = await start({ plugins: [plugin] });
  assert.is(await say(dns, 'TXT mine'), 'TXT "hello" "you"');
  for (let round = 0; round < 3; round += 1) await queryDns({ name: `web.${NS}` }, dns);
  assert.is(seen, 4);
});

test('the zone is transferred to those who may have it, over TCP, between two copies of its SOA', async () => {
  await using dns = await start({ transfer: { to: ['127.0.0.1'] }, localAddresses: ['10.9.9.9'] });
  const { answers, authoritative } = await queryDns(
    { name: 'cluster.local', type: 'AXFR' },
    { ...dns, transport: 'tcp' },
  );
  assert.ok(authoritative);
  const lines = answers.map((record) => `${record.name.replace('.cluster.local', '')} ${short(record)}`);
  assert.match(lines[0] ?? '', /^cluster\.local SOA ns\.dns/);
  assert.is(lines.at(-1), lines[0]);
  assert.equal(lines.slice(1, -1), [
    'cluster.local NS ns.dns.cluster.local',
    'ns.dns A 10.9.9.9',
    ...[1, 2, 3].flatMap((n) => [
      `hl.ns.svc A 10.1.0.${n}`,
      `10-1-0-${n}.hl.ns.svc A 10.1.0.${n}`,
      `_http._tcp.hl.ns.svc SRV 0 33 8080 10-1-0-${n}.hl.${NS}`,
    ]),
    'out.ns.svc CNAME db.example.com',
    'web.ns.svc A 10.96.0.10',
    `web.ns.svc SRV 0 100 80 web.${NS}`,
    `_http._tcp.web.ns.svc SRV 0 100 80 web.${NS}`,
  ]);
});

test('a transfer is refused over UDP, to strangers and by default', async () => {
  const rcode = async (options: Omit<DnsOptions, 'informers'>, transport: 'udp' | 'tcp'): Promise<number> => {
    await using dns = await start(options);
    return (await queryDns({ name: 'cluster.local', type: 'AXFR' }, { ...dns, transport })).rcode;
  };
  assert.is(await rcode({ transfer: { to: ['*'] } }, 'udp'), 5);
  assert.is(await rcode({ transfer: { to: ['10.0.0.1'] } }, 'tcp'), 5);
  assert.is(await rcode({}, 'tcp'), 5);
});

test('an incremental transfer of what is current is one SOA, of anything older all', async () => {
  await using dns = await start({ transfer: { to: ['*'] } });
  await using client = new TcpClient(dns);
  const [soa] = (await response(dns, 'SOA cluster.local')).answers;
  assert.ok(soa?.type === 'SOA');
  const ixfr = async (serial: number): Promise<number> => {
    const authorities = [{ ...soa, data: { ...soa.data, serial } }];
    client.send(queryMessage('IXFR cluster.local', { authorities }));
    return (await client.receive()).answers.length;
  };
  assert.is(await ixfr(soa.data.serial), 1);
  assert.ok((await ixfr(soa.data.serial - 1)) > 10);
  client.send(queryMessage('IXFR cluster.local'));
  assert.is((await client.receive()).rcode, 2);
});

test('a large zone is transferred in several messages', async () => {
  const endpoints = Array.from({ length: 2000 }, (_, at) => `10.1.${at >> 8}.${at & 0xff}`);
  await using dns = await serve(
    [namespace('ns'), service('ns/hl', { clusterIP: 'None', ports: PORTS }), slice('ns/hl', endpoints)],
    { transfer: { to: ['*'] } },
  );
  await using client = new TcpClient(dns);
  client.send(queryMessage('AXFR cluster.local', { id: 5 }));
  let [records, soas, messages] = [0, 0, 0];
  while (soas < 2) {
    const { answers, id, truncated } = await client.receive();
    assert.is(id, 5);
    assert.not.ok(truncated);
    records += answers.length;
    soas += answers.filter(({ type }) => type === 'SOA').length;
    messages += 1;
  }
  assert.is(records, 2 + 3 * 2000);
  assert.ok(messages > 2);
});

test.run();
