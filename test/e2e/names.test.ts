/** What pods find under the names that they use, with the search lists that they have. */
import type { KubeObject } from '@towtank/apimachinery';
import { createResolver, formatRecord, queryDns, type Resolver, resolvConfFor } from '@towtank/dns';
import { type Cluster, startCluster } from 'towtank';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type HandMadeCluster, startHandMade } from './_hand-made-pods.ts';

const test = suite('names in a cluster');

const Z = 'cluster.local';
const WEB = { selector: { app: 'web' }, ports: [{ name: 'http', port: 80, targetPort: 8080 }] };
const SERVICES = { group: '', version: 'v1', resource: 'services' };
const EVENTS = { group: '', version: 'v1', resource: 'events' };
const PODS = { group: '', version: 'v1', resource: 'pods' };

const reverseOf = (ip: string): string => `${ip.split('.').reverse().join('.')}.in-addr.arpa`;

/** What a container of a pod does with a name: its own search list, and datagrams or streams to the DNS port. */
async function resolverIn({ cluster }: HandMadeCluster, name: string, transport: 'udp' | 'tcp'): Promise<Resolver> {
  const pod = await cluster.client.resource(PODS).get(name, { namespace: 'default' });
  const { host, port } = cluster.dns;
  return createResolver({
    query: async (question) => {
      const { rcode, ...message } = await queryDns(question, { host, port, transport });
      return { ...message, rcode: RCODES[rcode] ?? String(rcode) };
    },
    resolvConf: resolvConfFor(pod, { nameserver: '10.96.0.10' }),
  });
}
const RCODES: Readonly<Record<number, string>> = { 0: 'NOERROR', 3: 'NXDOMAIN' };

for (const transport of ['udp', 'tcp'] as const)
  test(`Services are found by every length of their names, over ${transport}`, async () => {
    await using hand = await startHandMade({ dnsPort: 0 });
    await hand.pod('client', { labels: {} });
    await hand.pod('db-0', { labels: { app: 'db' }, spec: { hostname: 'db-0', subdomain: 'db' } });
    await hand.pod('web-1');
    const { spec } = await hand.service('web', WEB);
    await hand.service('db', { ...WEB, selector: { app: 'db' }, clusterIP: 'None' });
    const resolver = await resolverIn(hand, 'client', transport);
    const found = async (name: string, type = 'A'): Promise<string[]> =>
      (await resolver.resolve(name, type)).records.map((record) => formatRecord(record).split(' ').slice(2).join(' '));
    const lengths = ['', '.default', '.default.svc', `.default.svc.${Z}`, `.default.svc.${Z}.`];
    const pod = hand.as('db-0').ip;
    for (const length of lengths) {
      assert.equal(await found(`web${length}`), [`A ${spec.clusterIP}`]);
      assert.equal(await found(`_http._tcp.web${length}`, 'SRV'), [`SRV 0 100 80 web.default.svc.${Z}`]);
      assert.equal(await found(`db${length}`), [`A ${pod}`]);
      assert.equal(await found(`db-0.db${length}`), [`A ${pod}`]);
      assert.equal(await found(`_http._tcp.db${length}`, 'SRV'), [`SRV 0 100 8080 db-0.db.default.svc.${Z}`]);
    }
    assert.equal(await found(reverseOf(spec.clusterIP), 'PTR'), [`PTR web.default.svc.${Z}`]);
    assert.equal(await found(reverseOf(pod), 'PTR'), [`PTR db-0.db.default.svc.${Z}`]);
    assert.is((await resolver.resolve('nosuch').catch(({ code }) => code)) as unknown, 'ENOTFOUND');
    assert.ok(hand.cluster.queries.list().every(({ client }) => client.transport === transport));
  });

test('a pod finds itself by its hostname below its subdomain, and not without one', async () => {
  await using hand = await startHandMade();
  await hand.service('db', { ...WEB, clusterIP: 'None' });
  await hand.pod('db-0', { spec: { hostname: 'first', subdomain: 'db' } });
  await hand.pod('db-1', { spec: { hostname: 'second' } });
  const resolve = (name: string): Promise<unknown> =>
    hand.cluster.resolve(name, 'A', { from: 'default/db-0' }).catch(({ code }) => code);
  assert.equal(await resolve('first.db'), [hand.as('db-0').ip]);
  assert.is(await resolve('second.db'), 'ENOTFOUND');
  assert.equal(await resolve(`${hand.as('db-1').ip.replaceAll('.', '-')}.db`), [hand.as('db-1').ip]);
  assert.equal(await resolve('db'), [hand.as('db-0').ip, hand.as('db-1').ip]);
});

test('an external name may change, and become a Service with an address', async () => {
  await using hand = await startHandMade();
  const say = async (type: string): Promise<unknown> =>
    await hand.cluster.resolve('shop', type).catch(({ code }) => code);
  const external = (externalName: string): object => ({ type: 'ExternalName', externalName });
  await hand.service('shop', external('one.example.com'));
  assert.equal(await say('CNAME'), ['one.example.com']);
  await hand.service('shop', external('two.example.com'));
  assert.equal(await say('CNAME'), ['two.example.com']);
  const { spec } = await hand.service('shop', { ...WEB, type: 'ClusterIP' });
  assert.equal([await say('A'), await say('CNAME')], [[spec.clusterIP], 'ENODATA']);
});

test('a Service whose name begins with a digit has that name', async () => {
  await using hand = await startHandMade();
  const { spec } = await hand.service('1kubernetes', WEB);
  for (const name of ['1kubernetes', '1kubernetes.default', `1kubernetes.default.svc.${Z}`])
    assert.equal(await hand.cluster.resolve(name), [spec.clusterIP]);
});

const SEARCHES = Array.from({ length: 28 }, (_, at) => `search-${at}.example.com`);

interface Policy {
  readonly name: string;
  /** Of the pod that asks. */
  readonly spec: object;
  /** Lines of its resolv.conf. */
  readonly file: readonly string[];
  /** Names that it asks for, with what it learns: how many addresses, or the code of the error. */
  readonly finds: Readonly<Record<string, number | string>>;
  /** How many Events tell of something that was cut. */
  readonly cuts?: number;
}

const CLUSTER_SEARCH = `default.svc.${Z} svc.${Z} ${Z}`;

const POLICIES: readonly Policy[] = [
  {
    name: 'the policy None, with a name server and a search path of its own',
    spec: {
      dnsPolicy: 'None',
      dnsConfig: {
        nameservers: ['10.96.0.10'],
        searches: [`default.svc.${Z}`],
        options: [{ name: 'ndots', value: '2' }],
      },
    },
    file: [`search default.svc.${Z}`, 'nameserver 10.96.0.10', 'options ndots:2'],
    finds: { web: 1, 'web.default': 'ENOTFOUND', [`web.default.svc.${Z}`]: 1 },
  },
  {
    name: 'more than six search paths, of which the last one helps',
    spec: { dnsConfig: { searches: [...SEARCHES, `a.svc.${Z}`] } },
    file: [`search ${CLUSTER_SEARCH} ${SEARCHES.join(' ')} a.svc.${Z}`, 'nameserver 10.96.0.10', 'options ndots:5'],
    finds: { web: 1, only: 1 },
  },
  {
    name: 'more search paths than a file holds, which are cut',
    spec: { dnsConfig: { searches: [...SEARCHES, 'last.example.com', `a.svc.${Z}`] } },
    file: [
      `search ${CLUSTER_SEARCH} ${SEARCHES.join(' ')} last.example.com`,
      'nameserver 10.96.0.10',
      'options ndots:5',
    ],
    finds: { web: 1, only: 'ENOTFOUND' },
    cuts: 1,
  },
  {
    name: 'search paths with an underscore, and the root',
    spec: { dnsConfig: { searches: ['.', '_sip._tcp.abc.example.com'] } },
    file: [`search ${CLUSTER_SEARCH} . _sip._tcp.abc.example.com`, 'nameserver 10.96.0.10', 'options ndots:5'],
    finds: { web: 1, nosuch: 'ENOTFOUND' },
  },
  {
    name: 'the network of the host, and the cluster first nevertheless',
    spec: { hostNetwork: true, dnsPolicy: 'ClusterFirstWithHostNet' },
    file: [`search ${CLUSTER_SEARCH}`, 'nameserver 10.96.0.10', 'options ndots:5'],
    finds: { web: 1, 'web.default.svc': 1 },
  },
  {
    name: 'the network of the host, and no cluster name but whole ones',
    spec: { hostNetwork: true },
    file: [],
    finds: { web: 'ENOTFOUND' },
  },
];

async function startWith(spec: object): Promise<{ cluster: Cluster; file: () => string }> {
  let file = '';
  const cluster = await startCluster({
    port: false,
    dns: { upstream: () => ({ rcode: 'NXDOMAIN' }) },
    images: {
      'shop/client': ({ readFile }) => {
        file = String(readFile('/etc/resolv.conf'));
        return () => {};
      },
    },
  });
  const service = (namespace: string, name: string): object => ({
    ...{ apiVersion: 'v1', kind: 'Service', metadata: { name, namespace } },
    spec: WEB,
  });
  const client = { name: 'client', image: 'shop/client' };
  await cluster.apply([
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'a' } },
    service('default', 'web'),
    service('a', 'only'),
    {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'client', namespace: 'default' },
      spec: { containers: [client], ...spec },
    },
  ] as KubeObject[]);
  await cluster.settled();
  return { cluster, file: () => file };
}

for (const { name, spec, file: lines, finds, cuts = 0 } of POLICIES)
  test(`a pod may have ${name}`, async () => {
    const { cluster, file } = await startWith(spec);
    await using _closing = cluster;
    const { spec: dns } = await cluster.client.resource(SERVICES).get('kube-dns', { namespace: 'kube-system' });
    const expected = lines.map((line) => `${line.replace('nameserver 10.96.0.10', `nameserver ${dns.clusterIP}`)}\n`);
    assert.is(file(), expected.join(''));
    for (const [asked, found] of Object.entries(finds)) {
      const records = await cluster.resolve(asked, 'A', { from: 'default/client' }).catch(({ code }) => code);
      assert.is(Array.isArray(records) ? records.length : records, found, asked);
    }
    const events = await cluster.client.resource(EVENTS).list({ namespace: 'default' });
    assert.is(events.items.filter(({ reason }) => reason === 'DNSConfigForming').length, cuts);
  });

test.run();
