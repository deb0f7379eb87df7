/** What a container does with a name. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  candidatesFor,
  createResolver,
  type DnsServer,
  parseResolvConf,
  type ResolvConf,
  ResolveError,
  type Resolver,
  resolvConfFor,
  resolvConfOutside,
} from '../src/index.ts';
import { serve } from './_ask.ts';
import { namespace, service, slice } from './_fake-cluster.ts';

const Z = 'cluster.local';
const PORTS = [{ name: 'http', port: 80, protocol: 'TCP' }];
const OBJECTS = [
  namespace('default'),
  namespace('shop'),
  service('shop/web', { clusterIP: '10.96.0.10', clusterIPs: ['10.96.0.10', 'fd00:10:96::a'], ports: PORTS }),
  service('default/web', { clusterIP: '10.96.0.11', ports: PORTS }),
  service('shop/alias', { type: 'ExternalName', externalName: `web.shop.svc.${Z}` }),
  service('shop/out', { type: 'ExternalName', externalName: 'db.example.com' }),
  service('shop/hl', { clusterIP: 'None', ports: PORTS }),
  slice('shop/hl', ['10.1.0.1', '10.1.0.2']),
];

const POD = { metadata: { name: 'a', namespace: 'shop' }, spec: {} };
const CONTEXT = { nameserver: '10.96.0.2' };

const resolverOf = (dns: DnsServer, resolvConf: ResolvConf = resolvConfFor(POD, CONTEXT)): Resolver =>
  createResolver({ query: (question) => dns.query({ ...question, client: { pod: 'shop/a' } }), resolvConf });

const failure = async (failing: Promise<unknown>): Promise<ResolveError> => {
  const error = await failing.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  assert.instance(error, ResolveError);
  return error as ResolveError;
};

const test = suite('resolver');

const ORDER: readonly { name: string; asks: string; resolvConf: string; tries: readonly string[] }[] = [
  {
    name: 'a name with fewer dots than ndots goes through the search list first',
    asks: 'web',
    resolvConf: 'search a b\noptions ndots:5',
    tries: ['web.a', 'web.b', 'web'],
  },
  {
    name: 'a name with as many dots as ndots is tried as it stands first',
    asks: 'a.b.c',
    resolvConf: 'search x\noptions ndots:2',
    tries: ['a.b.c', 'a.b.c.x'],
  },
  { name: 'a dot at the end makes a name absolute', asks: 'web.', resolvConf: 'search a', tries: ['web'] },
  { name: 'without the option ndots is 1', asks: 'a.b', resolvConf: 'search x', tries: ['a.b', 'a.b.x'] },
  {
    name: 'a search path of one dot is the root',
    asks: 'web',
    resolvConf: 'search . a\noptions ndots:5',
    tries: ['web', 'web.a'],
  },
  {
    name: 'underscores in search paths are fine',
    asks: '_http._tcp.web',
    resolvConf: 'search _a.b\noptions ndots:5',
    tries: ['_http._tcp.web._a.b', '_http._tcp.web'],
  },
];

for (const { name, asks, resolvConf, tries } of ORDER)
  test(name, () => assert.equal(candidatesFor(asks, parseResolvConf(resolvConf)), tries));

test('a pod reaches Services by short names, the closest first', async () => {
  await using dns = await serve(OBJECTS);
  const resolver = resolverOf(dns);
  const addresses = async (name: string): Promise<unknown[]> =>
    (await resolver.resolve(name)).records.map(({ data }) => data);
  assert.equal(await addresses('web'), ['10.96.0.10']);
  assert.equal(await addresses('web.default'), ['10.96.0.11']);
  assert.equal(await addresses('web.shop.svc'), ['10.96.0.10']);
  assert.equal(await addresses(`web.shop.svc.${Z}`), ['10.96.0.10']);
  assert.equal(await addresses('hl'), ['10.1.0.1', '10.1.0.2']);
});

test('what was tried is told, and is in the log of the server', async () => {
  await using dns = await serve(OBJECTS);
  const { name, tried } = await resolverOf(dns).resolve('web.default');
  assert.is(name, `web.default.svc.${Z}`);
  assert.equal(tried, [
    { name: `web.default.shop.svc.${Z}`, type: 'A', rcode: 'NXDOMAIN' },
    { name: `web.default.svc.${Z}`, type: 'A', rcode: 'NOERROR' },
  ]);
  assert.equal(
    dns.queries.list({ pod: 'shop/a' }).map((query) => query.name),
    tried.map((attempt) => attempt.name),
  );
});

test('a service of a port is found by its short name', async () => {
  await using dns = await serve(OBJECTS);
  const { records } = await resolverOf(dns).resolve('_http._tcp.web', 'SRV');
  assert.equal(records[0]?.data, { priority: 0, weight: 50, port: 80, target: `web.shop.svc.${Z}` });
});

test('aliases are followed to the records behind them', async () => {
  await using dns = await serve(OBJECTS, { hosts: { 'db.example.com': '203.0.113.1' } });
  const resolver = resolverOf(dns);
  const alias = await resolver.resolve('alias');
  assert.equal(alias.aliases, [`web.shop.svc.${Z}`]);
  assert.equal(
    alias.records.map(({ data }) => data),
    ['10.96.0.10'],
  );
  assert.equal(
    (await resolver.resolve('out')).records.map(({ data }) => data),
    ['203.0.113.1'],
  );
  assert.equal(
    (await resolver.resolve('out', 'cname')).records.map(({ data }) => data),
    ['db.example.com'],
  );
});

test('an alias that the server did not follow is asked for', async () => {
  const asked: string[] = [];
  const resolver = createResolver({
    resolvConf: parseResolvConf('nameserver 127.0.0.1'),
    query: async ({ name, type }) => {
      asked.push(`${type} ${name}`);
      const answers =
        name === 'a.test'
          ? [{ name, type: 'CNAME' as const, ttl: 5, data: 'b.test' }]
          : [{ name, type: 'A' as const, ttl: 5, data: '203.0.113.1' }];
      return { rcode: 'NOERROR', authoritative: false, answers, authorities: [], additionals: [] };
    },
  });
  const { records, aliases } = await resolver.resolve('a.test');
  assert.equal(
    [aliases, records.map(({ data }) => data), asked],
    [['b.test'], ['203.0.113.1'], ['A a.test', 'A b.test']],
  );
});

test('aliases in a circle lead nowhere', async () => {
  const resolver = createResolver({
    resolvConf: parseResolvConf(''),
    query: async ({ name }) => ({
      rcode: 'NOERROR',
      authoritative: false,
      answers: [{ name, type: 'CNAME', ttl: 5, data: name === 'a.test' ? 'b.test' : 'a.test' }],
      authorities: [],
      additionals: [],
    }),
  });
  assert.is((await failure(resolver.resolve('a.test'))).code, 'ENODATA');
});

test('lookup gives both families, or the one asked for', async () => {
  await using dns = await serve(OBJECTS);
  const resolver = resolverOf(dns);
  const v4 = { address: '10.96.0.10', family: 4 as const };
  const v6 = { address: 'fd00:10:96::a', family: 6 as const };
  assert.equal(await resolver.lookup('web'), [v4, v6]);
  assert.equal(await resolver.lookup('web', { family: 4 }), [v4]);
  assert.equal(await resolver.lookup('web', { family: 6 }), [v6]);
  assert.equal(await resolver.lookup('web.default'), [{ address: '10.96.0.11', family: 4 }]);
});

test('lookup asks nobody for addresses and localhost', async () => {
  await using dns = await serve(OBJECTS);
  const resolver = resolverOf(dns);
  assert.equal(await resolver.lookup('203.0.113.1'), [{ address: '203.0.113.1', family: 4 }]);
  assert.equal(await resolver.lookup('fd00::1'), [{ address: 'fd00::1', family: 6 }]);
  assert.equal(await resolver.lookup('LocalHost'), [{ address: '127.0.0.1', family: 4 }]);
  assert.is((await failure(resolver.lookup('203.0.113.1', { family: 6 }))).code, 'ENOTFOUND');
  assert.is(dns.queries.count, 0);
});

test('a failure looks like one of node:dns and lists what was asked', async () => {
  await using dns = await serve(OBJECTS);
  const resolver = resolverOf(dns);
  const missing = await failure(resolver.resolve('nosuch'));
  assert.equal(
    { code: missing.code, syscall: missing.syscall, hostname: missing.hostname, tried: missing.tried.length },
    { code: 'ENOTFOUND', syscall: 'queryA', hostname: 'nosuch', tried: 4 },
  );
  assert.match(missing.message, `queryA ENOTFOUND nosuch (nosuch.shop.svc.${Z} NXDOMAIN, `);
  assert.is((await failure(resolver.resolve('hl', 'AAAA'))).code, 'ENODATA');
  dns.faults.add({ effect: { rcode: 'SERVFAIL' } });
  assert.is((await failure(resolver.resolve('web', 'SRV'))).code, 'ESERVFAIL');
  assert.is((await failure(resolver.lookup('web'))).code, 'ESERVFAIL');
});

test('a server that does not answer is asked once', async () => {
  await using dns = await serve(OBJECTS);
  dns.faults.add({ effect: 'drop' });
  const { code, tried } = await failure(resolverOf(dns).resolve('web'));
  assert.equal([code, tried.length], ['ETIMEOUT', 1]);
});

test('from outside of every pod names are absolute first, then as inside of a namespace', async () => {
  await using dns = await serve(OBJECTS, { hosts: { web: '203.0.113.9' } });
  const addressFrom = async (name: string, space?: string): Promise<unknown> => {
    const resolvConf = resolvConfOutside({ ...CONTEXT, ...(space === undefined ? {} : { namespace: space }) });
    return (await resolverOf(dns, resolvConf).resolve(name)).records[0]?.data;
  };
  assert.is(await addressFrom('web'), '203.0.113.9');
  dns.hosts.clear();
  assert.is(await addressFrom('web'), '10.96.0.11');
  assert.is(await addressFrom('web', 'shop'), '10.96.0.10');
  assert.is(await addressFrom('web.shop'), '10.96.0.10');
  assert.is(await addressFrom('web.shop.svc'), '10.96.0.10');
});

test.run();
