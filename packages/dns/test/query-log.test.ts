/** The log of queries: what it keeps and how to wait for a query. */
import { FakeClock } from '@towtank/apimachinery';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { serve } from './_ask.ts';
import { namespace, service } from './_fake-cluster.ts';

const NAME = 'web.ns.svc.cluster.local';
const OBJECTS = [namespace('ns'), service('ns/web', { clusterIP: '10.96.0.10', ports: [{ port: 80 }] })];

const test = suite('query log');

test('a query is kept with its answers and its client', async () => {
  const clock = new FakeClock(5000);
  await using dns = await serve(OBJECTS, { clock });
  await dns.query({ name: `${NAME}.`, client: { pod: 'ns/a', address: '10.244.0.9' } });
  assert.equal(dns.queries.list(), [
    {
      sequence: 1,
      time: 5000,
      name: NAME,
      type: 'A',
      class: 'IN',
      rcode: 'NOERROR',
      answers: [{ name: NAME, type: 'A', ttl: 5, data: '10.96.0.10' }],
      client: { transport: 'local', address: '10.244.0.9', port: 0, pod: 'ns/a' },
    },
  ]);
});

test('queries are found by name in any case, type, code and pod, or by a function', async () => {
  await using dns = await serve(OBJECTS);
  await dns.query({ name: NAME });
  await dns.query({ name: NAME, type: 'AAAA', client: { pod: 'ns/a' } });
  await dns.query({ name: 'x.ns.svc.cluster.local' });
  const found = (match: Parameters<typeof dns.queries.list>[0]): number[] =>
    dns.queries.list(match).map(({ sequence }) => sequence);
  assert.equal(found({ name: NAME.toUpperCase() }), [1, 2]);
  assert.equal(found({ name: NAME, type: 'AAAA' }), [2]);
  assert.equal(found({ rcode: 'NXDOMAIN' }), [3]);
  assert.equal(found({ pod: 'ns/a' }), [2]);
  assert.equal(
    found(({ answers }) => answers.length === 1),
    [1],
  );
  assert.equal(found({}), [1, 2, 3]);
});

test('only the newest queries are kept', async () => {
  await using dns = await serve(OBJECTS, { queryLogLimit: 3 });
  for (let count = 0; count < 8; count += 1) await dns.query({ name: `${count}` });
  assert.equal(
    [...dns.queries].map(({ name }) => name),
    ['5', '6', '7'],
  );
  assert.is(dns.queries.count, 8);
  dns.queries.clear();
  assert.equal(dns.queries.list(), []);
  await dns.query({ name: '8' });
  assert.equal(
    dns.queries.list().map(({ sequence, name }) => [sequence, name]),
    [[9, '8']],
  );
});

test('waiting ends with a query of the past, of the future, or with the time', async () => {
  const clock = new FakeClock();
  await using dns = await serve(OBJECTS, { clock });
  await dns.query({ name: 'a' });
  assert.is((await dns.queries.waitFor({ name: 'a' })).sequence, 1);
  const next = dns.queries.waitFor({ name: 'a' }, { after: dns.queries.count });
  await dns.query({ name: 'b' });
  await dns.query({ name: 'a' });
  assert.is((await next).sequence, 3);
  const never = dns.queries.waitFor({ name: 'c' }, { timeoutMs: 100 }).catch((error: Error) => error.message);
  clock.advance(100);
  assert.is(await never, 'no matching DNS query within 100 ms');
  const aborted = dns.queries
    .waitFor({ name: 'c' }, { signal: AbortSignal.abort() })
    .catch((error: Error) => error.message);
  assert.is(await aborted, 'stopped to wait for a DNS query');
  assert.is(clock.timers, 0);
});

test('listeners hear of every query until they stop', async () => {
  await using dns = await serve(OBJECTS);
  const heard: string[] = [];
  const stop = dns.queries.subscribe(({ name }) => heard.push(name));
  await dns.query({ name: 'a' });
  stop();
  await dns.query({ name: 'b' });
  assert.equal(heard, ['a']);
});

test.run();
