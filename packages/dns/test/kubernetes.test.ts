/** The rules of cluster DNS that surprise people, one by one. */
import type { KubeObject } from '@towtank/apimachinery';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type DnsOptions, reverseNameOf } from '../src/index.ts';
import { response, say, serve, short } from './_ask.ts';
import { namespace, pod, service, slice } from './_fake-cluster.ts';

const Z = 'cluster.local';
const NS = `ns.svc.${Z}`;
const HTTP = { name: 'http', port: 80, protocol: 'TCP' };
const DNS = { name: 'dns', port: 53, protocol: 'UDP' };

const range = (count: number): string[] => Array.from({ length: count }, (_, at) => `10.1.0.${at + 1}`);

const headless = (key: string, extra: object = {}): KubeObject =>
  service(key, { clusterIP: 'None', ports: [HTTP], ...extra });
const external = (key: string, externalName: string): KubeObject =>
  service(key, { type: 'ExternalName', externalName });

/** The cluster that most cases share. */
const CLUSTER: readonly KubeObject[] = [
  namespace('ns'),
  service('ns/web', { clusterIP: '10.96.0.10', clusterIPs: ['10.96.0.10'], ports: [HTTP, DNS] }),
  slice('ns/web', ['10.1.0.1', '10.1.0.2']),
  service('ns/one', { clusterIP: '10.96.0.11', ports: [HTTP] }),
  service('ns/idle', { clusterIP: '10.96.0.12', ports: [HTTP] }),
  service('ns/dual', { clusterIP: '10.96.0.13', clusterIPs: ['10.96.0.13', 'fd00:10:96::d'], ports: [HTTP] }),
  service('ns/mute', { clusterIP: '10.96.0.14', ports: [{ port: 80, protocol: 'TCP' }] }),
  service('ns/front', { clusterIP: '10.96.0.15', ports: [DNS] }),
  slice('ns/front', ['10.3.0.1']),
  headless('ns/three'),
  slice('ns/three', ['10.2.0.1', '10.2.0.2', '10.2.0.3']),
  headless('ns/asleep'),
  slice('ns/asleep', [{ addresses: ['10.2.1.1'], conditions: { ready: false } }]),
  headless('ns/early', { publishNotReadyAddresses: true }),
  slice('ns/early', [{ addresses: ['10.2.2.1'], conditions: { ready: true, serving: false } }]),
  headless('ns/named'),
  slice('ns/named', [{ addresses: ['10.2.3.1'], hostname: 'db-0' }, { addresses: ['10.2.3.2'] }]),
  headless('ns/shared'),
  slice('ns/shared', [
    { addresses: ['10.2.4.1'], hostname: 'db' },
    { addresses: ['10.2.4.2'], hostname: 'db' },
  ]),
  headless('ns/portless', { ports: undefined }),
  slice('ns/portless', ['10.2.5.1'], { ports: null }),
  headless('ns/six'),
  slice('ns/six', ['fd00:10:244::1', 'fd00:10:244::'], { addressType: 'IPv6' }),
  slice('ns/six/2', ['10.2.6.1']),
  headless('ns/sixty'),
  slice('ns/sixty', range(60)),
  external('ns/out', 'db.example.com'),
  external('ns/lost', `nothing.${NS}`),
  external('ns/in', `web.${NS}`),
  external('ns/self', `self.${NS}`),
  external('ns/below', `a.below.${NS}`),
  external('ns/ping', `pong.${NS}`),
  external('ns/pong', `ping.${NS}`),
  external('ns/address', '1.2.3.4'),
  external('ns/short', 'web'),
  pod('ns/p', '10.1.0.1'),
  pod('ns/done', '10.1.9.1', { phase: 'Succeeded' }),
];

interface Case {
  readonly name: string;
  readonly says: Readonly<Record<string, string>>;
  readonly options?: Omit<DnsOptions, 'informers'>;
}

const SRV = (weight: number, port: number, target: string): string => `SRV 0 ${weight} ${port} ${target}`;

const CASES: readonly Case[] = [
  {
    name: 'a Service with IPv4 alone has a name without AAAA data',
    says: { [`A web.${NS}`]: 'A 10.96.0.10', [`AAAA web.${NS}`]: 'NODATA' },
  },
  {
    name: 'a dual-stack Service answers each family with its own address',
    says: { [`A dual.${NS}`]: 'A 10.96.0.13', [`AAAA dual.${NS}`]: 'AAAA fd00:10:96::d' },
  },
  {
    name: 'a missing Service does not exist, its namespace does, a missing namespace does not',
    says: { [`A nosuch.${NS}`]: 'NXDOMAIN', [`A ${NS}`]: 'NODATA', [`A nosuch.svc.${Z}`]: 'NXDOMAIN' },
  },
  {
    name: 'the top of the zone exists, but not for TXT',
    says: { [`A ${Z}`]: 'NODATA', [`TXT ${Z}`]: 'NXDOMAIN', [`TXT svc.${Z}`]: 'NXDOMAIN', [`A pod.${Z}`]: 'NODATA' },
  },
  {
    name: 'dns-version has a text and nothing else',
    says: { [`TXT dns-version.${Z}`]: 'TXT "1.1.0"', [`A dns-version.${Z}`]: 'NXDOMAIN' },
  },
  {
    name: 'types that no cluster has are empty where the name exists and missing where it does not',
    says: {
      [`MX web.${NS}`]: 'NODATA',
      [`HTTPS web.${NS}`]: 'NODATA',
      [`ANY web.${NS}`]: 'NODATA',
      [`TYPE65280 web.${NS}`]: 'NODATA',
      [`HINFO nosuch.${NS}`]: 'NXDOMAIN',
      [`NS nosuch.${NS}`]: 'NXDOMAIN',
    },
  },
  {
    name: 'SRV of a port names the Service, of a wrong protocol or port nothing',
    says: {
      [`SRV _http._tcp.web.${NS}`]: SRV(100, 80, `web.${NS}`),
      [`SRV _http._udp.web.${NS}`]: 'NXDOMAIN',
      [`SRV _ftp._tcp.web.${NS}`]: 'NXDOMAIN',
      [`SRV _tcp.web.${NS}`]: 'NXDOMAIN',
    },
  },
  {
    name: 'SRV without a port gives all ports, each with its share of 100',
    says: { [`SRV web.${NS}`]: `${SRV(50, 80, `web.${NS}`)}, ${SRV(50, 53, `web.${NS}`)}` },
  },
  {
    name: 'a port without a name has SRV at the Service and at the wildcard',
    says: {
      [`SRV mute.${NS}`]: SRV(100, 80, `mute.${NS}`),
      [`SRV _._tcp.mute.${NS}`]: SRV(100, 80, `mute.${NS}`),
      [`SRV _80._tcp.mute.${NS}`]: 'NXDOMAIN',
    },
  },
  {
    name: 'the address of a port is that of the Service',
    says: { [`A _http._tcp.web.${NS}`]: 'A 10.96.0.10', [`A _http._udp.web.${NS}`]: 'NXDOMAIN' },
  },
  {
    name: 'SRV of three headless endpoints weighs 33 each and gives the target port',
    says: {
      [`SRV _http._tcp.three.${NS}`]: [1, 2, 3].map((n) => SRV(33, 8080, `10-2-0-${n}.three.${NS}`)).join(', '),
    },
  },
  {
    name: 'a headless Service without ready endpoints does not exist, unless it publishes those that are not ready',
    says: { [`A asleep.${NS}`]: 'NXDOMAIN', [`A early.${NS}`]: 'A 10.2.2.1' },
  },
  {
    name: 'an endpoint with a hostname goes by that name alone',
    says: {
      [`A db-0.named.${NS}`]: 'A 10.2.3.1',
      [`A 10-2-3-1.named.${NS}`]: 'NXDOMAIN',
      [`A 10-2-3-2.named.${NS}`]: 'A 10.2.3.2',
      [`SRV db-0.named.${NS}`]: SRV(100, 8080, `db-0.named.${NS}`),
      [`SRV _http._tcp.db-0.named.${NS}`]: 'NXDOMAIN',
    },
  },
  {
    name: 'endpoints that share a hostname have several addresses and one SRV',
    says: {
      [`A db.shared.${NS}`]: 'A 10.2.4.1, A 10.2.4.2',
      [`SRV _http._tcp.shared.${NS}`]: SRV(50, 8080, `db.shared.${NS}`),
    },
  },
  {
    name: 'a headless Service without ports has addresses and no SRV',
    says: { [`A portless.${NS}`]: 'A 10.2.5.1', [`SRV portless.${NS}`]: 'NODATA' },
  },
  {
    name: 'endpoints of an IPv6 slice have dashed names, a dash at the end being followed by 0',
    says: {
      [`AAAA six.${NS}`]: 'AAAA fd00:10:244::1, AAAA fd00:10:244::',
      [`A six.${NS}`]: 'A 10.2.6.1',
      [`AAAA fd00-10-244--1.six.${NS}`]: 'AAAA fd00:10:244::1',
      [`AAAA fd00-10-244--0.six.${NS}`]: 'AAAA fd00:10:244::',
      [`A fd00-10-244--1.six.${NS}`]: 'NODATA',
    },
  },
  {
    name: 'endpoints of a Service with a cluster IP have names, too',
    says: { [`A 10-1-0-1.web.${NS}`]: 'A 10.1.0.1', [`A 10-1-0-9.web.${NS}`]: 'NXDOMAIN' },
  },
  {
    name: 'an external name whose upstream knows nothing is an alias on its own',
    says: { [`A out.${NS}`]: 'CNAME db.example.com', [`CNAME out.${NS}`]: 'CNAME db.example.com' },
    options: { upstream: () => ({ rcode: 'NXDOMAIN' }) },
  },
  {
    name: 'an external name whose upstream fails to answer has no address, yet stays an alias',
    says: { [`A out.${NS}`]: 'NODATA', [`CNAME out.${NS}`]: 'CNAME db.example.com' },
    options: {
      upstream: () => {
        throw new Error('down');
      },
    },
  },
  {
    name: 'an external name comes with what the upstream says of it',
    says: { [`A out.${NS}`]: 'CNAME db.example.com, A 203.0.113.9', [`AAAA out.${NS}`]: 'CNAME db.example.com' },
    options: {
      upstream: ({ name, type }) => ({
        answers: type === 'A' ? [{ name, type, ttl: 60, data: '203.0.113.9' }] : [],
      }),
    },
  },
  {
    name: 'an external name inside the zone is followed where it leads somewhere',
    says: {
      [`A in.${NS}`]: `CNAME web.${NS}, A 10.96.0.10`,
      [`AAAA in.${NS}`]: 'NODATA',
      [`A lost.${NS}`]: 'NODATA',
      [`CNAME lost.${NS}`]: `CNAME nothing.${NS}`,
    },
  },
  {
    name: 'an external name that leads back to itself has no address',
    says: {
      [`A self.${NS}`]: 'NODATA',
      [`A below.${NS}`]: 'NODATA',
      [`A ping.${NS}`]: 'NODATA',
      [`AAAA pong.${NS}`]: 'NODATA',
      [`CNAME ping.${NS}`]: `CNAME pong.${NS}`,
    },
  },
  {
    name: 'an external name that is an address is no name',
    says: { [`A address.${NS}`]: 'NXDOMAIN', [`CNAME address.${NS}`]: 'NXDOMAIN', [`SRV address.${NS}`]: 'NXDOMAIN' },
  },
  {
    name: 'an external Service has neither ports nor endpoints nor texts',
    says: {
      [`SRV out.${NS}`]: 'NODATA',
      [`TXT out.${NS}`]: 'NODATA',
      [`SRV _http._tcp.out.${NS}`]: 'NXDOMAIN',
      [`A a.out.${NS}`]: 'NXDOMAIN',
    },
  },
  {
    name: 'a short external name is absolute',
    says: { [`A short.${NS}`]: 'CNAME web' },
  },
  {
    name: 'verified pods have names as long as they live',
    says: {
      [`A 10-1-0-1.ns.pod.${Z}`]: 'A 10.1.0.1',
      [`A 1-2-3-4.ns.pod.${Z}`]: 'NXDOMAIN',
      [`A 10-1-9-1.ns.pod.${Z}`]: 'NXDOMAIN',
      [`A ns.pod.${Z}`]: 'NODATA',
    },
  },
  {
    name: 'insecure pods need not exist, their namespace must',
    says: {
      [`A 1-2-3-4.ns.pod.${Z}`]: 'A 1.2.3.4',
      [`AAAA fd00--7.ns.pod.${Z}`]: 'AAAA fd00::7',
      [`SRV 1-2-3-4.ns.pod.${Z}`]: SRV(100, 0, `1-2-3-4.ns.pod.${Z}`),
      [`A 1-2-3-400.ns.pod.${Z}`]: 'NXDOMAIN',
      [`A nothing.ns.pod.${Z}`]: 'NXDOMAIN',
      [`A 1-2-3-4.nosuch.pod.${Z}`]: 'NXDOMAIN',
    },
    options: { pods: 'insecure' },
  },
  {
    name: 'disabled pods have no names',
    says: { [`A 10-1-0-1.ns.pod.${Z}`]: 'NXDOMAIN' },
    options: { pods: 'disabled' },
  },
  {
    name: 'no name is a wildcard, and underscores may be left out',
    says: {
      [`A *.${NS}`]: 'NXDOMAIN',
      [`SRV any.any.web.${NS}`]: 'NXDOMAIN',
      [`SRV http.tcp.web.${NS}`]: SRV(100, 80, `web.${NS}`),
      [`A a.b.c.web.${NS}`]: 'NXDOMAIN',
    },
  },
  {
    name: 'a Service without endpoints still resolves',
    says: { [`A idle.${NS}`]: 'A 10.96.0.12' },
  },
  {
    name: 'a Service without endpoints does not exist where that is asked for',
    says: {
      [`A idle.${NS}`]: 'NXDOMAIN',
      [`A web.${NS}`]: 'A 10.96.0.10',
      [`CNAME out.${NS}`]: 'CNAME db.example.com',
    },
    options: { ignoreEmptyServices: true },
  },
  {
    name: 'namespaces that are not served do not exist',
    says: { [`A web.${NS}`]: 'NXDOMAIN', 'PTR 10.0.96.10.in-addr.arpa': 'NXDOMAIN' },
    options: { namespaces: ['other'] },
  },
  {
    name: 'names outside of the cluster fail without an upstream',
    says: { 'A example.com': 'SERVFAIL', 'PTR 1.2.3.4.in-addr.arpa': 'SERVFAIL', 'A localhost': 'SERVFAIL' },
  },
  {
    name: 'names outside of the zones served are refused',
    says: { 'A example.com': 'REFUSED', [`A web.${NS}`]: 'A 10.96.0.10' },
    options: { serve: ['cluster.local', 'in-addr.arpa'] },
  },
  {
    name: 'a cluster of another domain answers for that one',
    says: { 'A web.ns.svc.corp.test': 'A 10.96.0.10', [`A web.${NS}`]: 'SERVFAIL' },
    options: { zone: 'Corp.Test.' },
  },
  {
    name: 'the zone has no name server where the server has no address of its own',
    says: { [`NS ${Z}`]: 'NODATA', [`A ns.dns.${Z}`]: 'NODATA', [`SOA nosuch.${NS}`]: 'NODATA' },
  },
  {
    name: 'the zone names the server by its own address',
    says: { [`NS ${Z}`]: `NS ns.dns.${Z}`, [`A ns.dns.${Z}`]: 'A 10.9.9.9', [`AAAA ns.dns.${Z}`]: 'NODATA' },
    options: { localAddresses: ['10.9.9.9'] },
  },
  {
    name: 'the zone names the Services that front the server',
    says: { [`NS ${Z}`]: `NS front.${NS}`, [`A ns.dns.${Z}`]: 'A 10.96.0.15', 'NS CLUSTER.local': 'NODATA' },
    options: { localAddresses: ['10.3.0.1'] },
  },
  {
    name: 'the reverse of a cluster IP is its Service, that of a ready endpoint one name per Service',
    says: {
      'PTR 10.0.96.10.in-addr.arpa': `PTR web.${NS}`,
      'PTR 1.0.1.10.in-addr.arpa': `PTR 10-1-0-1.web.${NS}, PTR 10-1-0-1.sixty.${NS}`,
      'PTR 1.3.2.10.in-addr.arpa': `PTR db-0.named.${NS}`,
      [`PTR ${reverseNameOf('fd00:10:96::d')}`]: `PTR dual.${NS}`,
      [`PTR ${reverseNameOf('fd00:10:244::1')}`]: `PTR fd00-10-244--1.six.${NS}`,
    },
  },
  {
    name: 'a reverse name in a range of the cluster is missing unless something has the address',
    says: {
      'PTR 99.0.96.10.in-addr.arpa': 'NXDOMAIN',
      'PTR 0.96.10.in-addr.arpa': 'NXDOMAIN',
      'A 10.0.96.10.in-addr.arpa': 'NXDOMAIN',
      'A 96.10.in-addr.arpa': 'NODATA',
      'PTR 1.1.2.10.in-addr.arpa': 'SERVFAIL',
    },
  },
  {
    name: 'reverse names outside of the ranges are left to others where that is asked for',
    says: { 'PTR 1.0.1.10.in-addr.arpa': 'SERVFAIL', 'PTR 10.0.96.10.in-addr.arpa': `PTR web.${NS}` },
    options: { reverseAnywhere: false },
  },
];

const test = suite('kubernetes plugin');

for (const { name, says, options = {} } of CASES) {
  test(name, async () => {
    await using dns = await serve(CLUSTER, options);
    const said: Record<string, string> = {};
    for (const asked of Object.keys(says)) said[asked] = await say(dns, asked);
    assert.equal(said, says);
  });
}

test('the spelling of the question comes back in owners, that of the zone in the names made from it', async () => {
  await using dns = await serve(CLUSTER);
  const address = await response(dns, 'A WeB.Ns.sVc.cluster.local');
  assert.equal(address.answers, [{ name: 'WeB.Ns.sVc.cluster.local', type: 'A', ttl: 5, data: '10.96.0.10' }]);
  const location = await response(dns, 'SRV _HTTP._TCP.Web.NS.svc.Cluster.LOCAL');
  assert.is(location.answers[0]?.name, '_HTTP._TCP.Web.NS.svc.Cluster.LOCAL');
  assert.equal(location.answers.map(short), ['SRV 0 100 80 web.ns.svc.Cluster.LOCAL']);
  const missing = await response(dns, 'A nosuch.ns.svc.Cluster.LOCAL');
  assert.is(missing.authorities[0]?.name, 'Cluster.LOCAL');
});

test('SRV brings the address of each target once', async () => {
  await using dns = await serve(CLUSTER);
  const additionals = async (asked: string): Promise<string[]> =>
    (await response(dns, asked)).additionals.map((record) => `${record.name} ${short(record)}`);
  assert.equal(await additionals(`SRV _http._tcp.web.${NS}`), [`web.${NS} A 10.96.0.10`]);
  assert.equal(await additionals(`SRV web.${NS}`), [`web.${NS} A 10.96.0.10`]);
  assert.equal(await additionals(`SRV dual.${NS}`), [`dual.${NS} A 10.96.0.13`, `dual.${NS} AAAA fd00:10:96::d`]);
  assert.equal(await additionals(`SRV shared.${NS}`), [`db.shared.${NS} A 10.2.4.1`, `db.shared.${NS} A 10.2.4.2`]);
});

test('an endpoint is named after its pod where that is asked for, unless it has a hostname', async () => {
  const endpoints = [
    { addresses: ['10.2.0.1'], targetRef: { kind: 'Pod', name: 'web-x' } },
    { addresses: ['10.2.0.2'], hostname: 'db-0', targetRef: { kind: 'Pod', name: 'web-y' } },
    { addresses: ['10.2.0.3'], targetRef: { kind: 'Pod', name: 'x'.repeat(64) } },
  ];
  await using dns = await serve([namespace('ns'), headless('ns/web'), slice('ns/web', endpoints)], {
    endpointPodNames: true,
  });
  assert.is(await say(dns, `A web-x.web.${NS}`), 'A 10.2.0.1');
  assert.is(await say(dns, `A 10-2-0-1.web.${NS}`), 'NXDOMAIN');
  assert.is(await say(dns, `A db-0.web.${NS}`), 'A 10.2.0.2');
  assert.is(await say(dns, `A 10-2-0-3.web.${NS}`), 'A 10.2.0.3');
});

test('every negative answer carries the SOA, whose TTL never exceeds 300', async () => {
  await using dns = await serve(CLUSTER, { ttl: 600 });
  for (const asked of [`A nosuch.${NS}`, `AAAA web.${NS}`]) {
    const { authorities, authoritative } = await response(dns, asked);
    const [soa] = authorities;
    assert.ok(authoritative);
    assert.is(soa?.ttl, 300);
    assert.ok(soa?.type === 'SOA');
    assert.equal(
      { ...soa.data, serial: 0 },
      {
        mname: `ns.dns.${Z}`,
        rname: `hostmaster.${Z}`,
        serial: 0,
        refresh: 7200,
        retry: 1800,
        expire: 86_400,
        minimum: 600,
      },
    );
  }
});

test('a TTL beyond an hour, or below nothing, is refused', async () => {
  for (const ttl of [-1, 3601, 1.5]) {
    const failure = await serve([], { ttl }).then(
      () => undefined,
      (error: Error) => error.message,
    );
    assert.match(failure ?? '', /TTL must be a whole number/);
  }
});

test('reverse names of IPv6 addresses are read in any spelling of the address', () => {
  assert.is(reverseNameOf('fd00::1'), reverseNameOf('FD00:0::0001'));
});

test.run();
