/** The resolver configuration of pods. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { formatResolvConf, parseResolvConf, resolvConfFor } from '../src/index.ts';

const HOST = 'search corp.test\nnameserver 192.0.2.1\noptions attempts:3 ndots:1\n';
const CLUSTER_SEARCH = 'search shop.svc.cluster.local svc.cluster.local cluster.local';

interface Case {
  readonly name: string;
  readonly spec: Record<string, unknown>;
  readonly host?: string;
  readonly file: string;
}

const CASES: readonly Case[] = [
  {
    name: 'a pod asks the cluster first and has the search list of its namespace',
    spec: {},
    file: `${CLUSTER_SEARCH}\nnameserver 10.96.0.10\noptions ndots:5\n`,
  },
  {
    name: 'the search list of the host follows, its options do not',
    spec: { dnsPolicy: 'ClusterFirst' },
    host: HOST,
    file: `${CLUSTER_SEARCH} corp.test\nnameserver 10.96.0.10\noptions ndots:5\n`,
  },
  { name: 'Default is the configuration of the host', spec: { dnsPolicy: 'Default' }, host: HOST, file: HOST },
  {
    name: 'ClusterFirst on the network of the host is Default',
    spec: { dnsPolicy: 'ClusterFirst', hostNetwork: true },
    host: HOST,
    file: HOST,
  },
  {
    name: 'ClusterFirstWithHostNet is ClusterFirst wherever the pod runs',
    spec: { dnsPolicy: 'ClusterFirstWithHostNet', hostNetwork: true },
    file: `${CLUSTER_SEARCH}\nnameserver 10.96.0.10\noptions ndots:5\n`,
  },
  {
    name: 'None is what dnsConfig says and nothing else',
    spec: {
      dnsPolicy: 'None',
      dnsConfig: {
        nameservers: ['192.0.2.9'],
        searches: ['a.test'],
        options: [{ name: 'ndots', value: '2' }, { name: 'edns0' }],
      },
    },
    host: HOST,
    file: 'search a.test\nnameserver 192.0.2.9\noptions ndots:2 edns0\n',
  },
  {
    name: 'dnsConfig is added to a policy, duplicates go, options are overridden by name',
    spec: {
      dnsConfig: {
        nameservers: ['10.96.0.10', '192.0.2.9'],
        searches: ['svc.cluster.local', 'a.test'],
        options: [
          { name: 'timeout', value: '1' },
          { name: 'ndots', value: '2' },
        ],
      },
    },
    file: `${CLUSTER_SEARCH} a.test\nnameserver 10.96.0.10\nnameserver 192.0.2.9\noptions ndots:2 timeout:1\n`,
  },
];

const test = suite('resolv.conf');

const confOf = (spec: Record<string, unknown>, host = ''): ReturnType<typeof resolvConfFor> =>
  resolvConfFor(
    { metadata: { name: 'a', namespace: 'shop' }, spec },
    { nameserver: '10.96.0.10', hostResolvConf: parseResolvConf(host) },
  );

for (const { name, spec, host, file } of CASES) {
  test(name, () => {
    const conf = confOf(spec, host);
    assert.is(formatResolvConf(conf), file);
    assert.equal(conf.warnings, []);
  });
}

test('a cluster of another domain and two families has them in the file', () => {
  const pod = { metadata: { name: 'a', namespace: 'shop' }, spec: {} };
  const conf = resolvConfFor(pod, { nameserver: ['10.96.0.10', 'fd00:10:96::a'], zone: 'corp.test' });
  assert.equal(conf.nameservers, ['10.96.0.10', 'fd00:10:96::a']);
  assert.equal(conf.search, ['shop.svc.corp.test', 'svc.corp.test', 'corp.test']);
});

test('a fourth nameserver is cut, with a warning', () => {
  const nameservers = ['192.0.2.1', '192.0.2.2', '192.0.2.3'];
  const conf = confOf({ dnsConfig: { nameservers } });
  assert.equal(conf.nameservers, ['10.96.0.10', '192.0.2.1', '192.0.2.2']);
  assert.equal(conf.warnings, [
    'Nameserver limits were exceeded, some nameservers have been omitted, the applied nameserver line is: 10.96.0.10 192.0.2.1 192.0.2.2',
  ]);
});

test('a search list is cut at 32 paths, with a warning', () => {
  const searches = Array.from({ length: 32 }, (_, at) => `s${at}`);
  const conf = confOf({ dnsPolicy: 'None', dnsConfig: { nameservers: ['192.0.2.1'], searches } });
  assert.is(conf.search.length, 32);
  assert.equal(conf.warnings, []);
  const cut = confOf({ dnsConfig: { searches } });
  assert.is(cut.search.length, 32);
  assert.is(cut.search.at(-1), 's28');
  assert.is(cut.warnings.length, 1);
  assert.match(cut.warnings[0] ?? '', /^Search Line limits were exceeded.*applied search line is: shop\.svc/);
});

test('a search list is cut at 2048 characters, paths that no name can have are dropped', () => {
  const searches = Array.from({ length: 20 }, (_, at) => `${String(at).padStart(3, '0')}${'x'.repeat(147)}`);
  const conf = confOf({ dnsPolicy: 'None', dnsConfig: { searches } });
  assert.is(conf.search.length, 13);
  const long = confOf({ dnsPolicy: 'None', dnsConfig: { searches: ['x'.repeat(254), 'a.test'] } });
  assert.equal(long.search, ['a.test']);
  assert.is(long.warnings.length, 1);
});

test('a file is read with comments, tabs, several search lines and options', () => {
  assert.equal(
    parseResolvConf(
      '# generated\ndomain x\nsearch a b\nsearch\tc. .  ; last\nnameserver 10.0.0.1 # one\nnameserver\noptions ndots:2\noptions ndots:3 rotate\n',
    ),
    {
      nameservers: ['10.0.0.1'],
      search: ['c', '.'],
      options: [{ name: 'ndots', value: '3' }, { name: 'rotate' }],
    },
  );
});

test.run();
