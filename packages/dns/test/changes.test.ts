/** Answers follow the cluster at once, and only what matters changes them. */
import { FakeClock, type KubeObject } from '@towtank/apimachinery';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type DnsServer, queryDns, startDns } from '../src/index.ts';
import { response, say, short } from './_ask.ts';
import { FakeCluster, namespace, pod, service, slice } from './_fake-cluster.ts';

const NS = 'ns.svc.cluster.local';
const PORTS = [{ name: 'http', port: 80, protocol: 'TCP' }];
const REVERSE = 'PTR 1.0.1.10.in-addr.arpa';

interface Step {
  readonly does: string;
  readonly change: (cluster: FakeCluster) => void;
  readonly says: Readonly<Record<string, string>>;
}

const virtual = (ip: string): KubeObject => service('ns/web', { clusterIP: ip, clusterIPs: [ip], ports: PORTS });
const headless = service('ns/web', { clusterIP: 'None', clusterIPs: ['None'], ports: PORTS });

/** One life of a Service; each step starts where the one before ended. */
const LIFE: readonly Step[] = [
  {
    does: 'endpoints without a Service are no name',
    change: (cluster) => cluster.put(slice('ns/web', ['10.1.0.1'])),
    says: { [`A web.${NS}`]: 'NXDOMAIN', [`A 10-1-0-1.web.${NS}`]: 'NXDOMAIN' },
  },
  {
    does: 'a Service without its namespace is no name',
    change: (cluster) => cluster.put(virtual('10.96.0.1')),
    says: { [`A web.${NS}`]: 'NXDOMAIN' },
  },
  {
    does: 'the namespace makes it one',
    change: (cluster) => cluster.put(namespace('ns')),
    says: { [`A web.${NS}`]: 'A 10.96.0.1', 'PTR 1.0.96.10.in-addr.arpa': `PTR web.${NS}` },
  },
  {
    does: 'another cluster IP takes over, forward and back',
    change: (cluster) => cluster.put(virtual('10.96.0.2')),
    says: {
      [`A web.${NS}`]: 'A 10.96.0.2',
      'PTR 1.0.96.10.in-addr.arpa': 'NXDOMAIN',
      'PTR 2.0.96.10.in-addr.arpa': `PTR web.${NS}`,
    },
  },
  {
    does: 'a Service that becomes headless shows its endpoints',
    change: (cluster) => cluster.put(headless),
    says: {
      [`A web.${NS}`]: 'A 10.1.0.1',
      'PTR 2.0.96.10.in-addr.arpa': 'NXDOMAIN',
      [REVERSE]: `PTR 10-1-0-1.web.${NS}`,
    },
  },
  {
    does: 'an endpoint more is there at once',
    change: (cluster) => cluster.put(slice('ns/web', ['10.1.0.1', '10.1.0.2'])),
    says: { [`A web.${NS}`]: 'A 10.1.0.1, A 10.1.0.2' },
  },
  {
    does: 'a second slice adds to the first, what both hold counts once',
    change: (cluster) => cluster.put(slice('ns/web/2', ['10.1.0.2', '10.1.0.3'])),
    says: {
      [`A web.${NS}`]: 'A 10.1.0.1, A 10.1.0.2, A 10.1.0.3',
      'PTR 2.0.1.10.in-addr.arpa': `PTR 10-1-0-2.web.${NS}`,
    },
  },
  {
    does: 'an endpoint that is no longer ready is gone, its reverse, too',
    change: (cluster) =>
      cluster.put(slice('ns/web', [{ addresses: ['10.1.0.1'], conditions: { ready: false } }, '10.1.0.2'])),
    says: { [`A web.${NS}`]: 'A 10.1.0.2, A 10.1.0.3', [REVERSE]: 'SERVFAIL' },
  },
  {
    does: 'a slice that moves to another Service leaves the old one',
    change: (cluster) => {
      const moved = slice('ns/web/2', ['10.1.0.3']);
      moved.metadata.labels = { 'kubernetes.io/service-name': 'other' };
      cluster.put(moved);
    },
    says: { [`A web.${NS}`]: 'A 10.1.0.2' },
  },
  {
    does: 'a slice that is deleted takes its endpoints along',
    change: (cluster) => cluster.delete(slice('ns/web', [])),
    says: { [`A web.${NS}`]: 'NXDOMAIN' },
  },
  {
    does: 'a Service that becomes an alias is one',
    change: (cluster) => cluster.put(service('ns/web', { type: 'ExternalName', externalName: 'a.example' })),
    says: { [`A web.${NS}`]: 'CNAME a.example' },
  },
  {
    does: 'a Service that is deleted is gone',
    change: (cluster) => cluster.delete(virtual('')),
    says: { [`A web.${NS}`]: 'NXDOMAIN', [`CNAME web.${NS}`]: 'NXDOMAIN' },
  },
  {
    does: 'a namespace that is deleted is gone with all its names',
    change: (cluster) => {
      cluster.put(virtual('10.96.0.9'));
      cluster.delete(namespace('ns'));
    },
    says: { [`A web.${NS}`]: 'NXDOMAIN', [`A ${NS}`]: 'NXDOMAIN' },
  },
];

const RCODES = ['NOERROR', 'FORMERR', 'SERVFAIL', 'NXDOMAIN'];

async function sayOverUdp({ host, port }: DnsServer, asked: string): Promise<string> {
  const [type = '', name = ''] = asked.split(' ');
  const { answers, rcode } = await queryDns({ name, type }, { host, port });
  return answers.length > 0 ? answers.map(short).join(', ') : (RCODES[rcode] ?? String(rcode));
}

const test = suite('dns changes');

test('a Service is answered for as it is, from its birth to its end', async () => {
  const cluster = new FakeCluster();
  await using dns = await startDns({ informers: cluster });
  for (const { does, change, says } of LIFE) {
    change(cluster);
    for (const [asked, said] of Object.entries(says)) {
      assert.is(await say(dns, asked), said, `${does}: ${asked}`);
      // Twice over the wire, where answers are kept until something changes.
      assert.is(await sayOverUdp(dns, asked), said, `${does}, on the wire: ${asked}`);
      assert.is(await sayOverUdp(dns, asked), said, `${does}, again: ${asked}`);
    }
  }
});

test('a pod has a name from its address to its end, deletion included', async () => {
  const cluster = new FakeCluster([namespace('ns')]);
  await using dns = await startDns({ informers: cluster });
  const asked = 'A 10-1-0-1.ns.pod.cluster.local';
  const said = async (change: KubeObject): Promise<string> => {
    cluster.put(change);
    return say(dns, asked);
  };
  assert.is(await said(pod('ns/a', '')), 'NXDOMAIN');
  assert.is(await said(pod('ns/a', '10.1.0.1')), 'A 10.1.0.1');
  const dying = pod('ns/a', '10.1.0.1');
  dying.metadata.deletionTimestamp = '2026-01-01T00:00:00Z';
  assert.is(await said(dying), 'A 10.1.0.1');
  cluster.put(pod('ns/b', '10.1.0.1'));
  cluster.delete(dying);
  assert.is(await say(dns, asked), 'A 10.1.0.1');
  assert.is(await said(pod('ns/b', '10.1.0.1', { phase: 'Failed' })), 'NXDOMAIN');
  const late = pod('ns/c', '10.1.0.1');
  late.metadata.deletionTimestamp = '2026-01-01T00:00:00Z';
  assert.is(await said(late), 'NXDOMAIN');
});

test('a name that is not found may still exist until the first lists have come', async () => {
  const cluster = new FakeCluster([namespace('ns'), virtual('10.96.0.1')]);
  cluster.source('services').hasSynced = false;
  await using dns = await startDns({ informers: cluster });
  assert.is(await say(dns, `A web.${NS}`), 'A 10.96.0.1');
  const unknown = await response(dns, `A nosuch.${NS}`);
  assert.is(unknown.rcode, 'SERVFAIL');
  assert.equal(
    unknown.authorities.map(({ type }) => type),
    ['SOA'],
  );
  assert.is(await sayOverUdp(dns, `A nosuch.${NS}`), 'SERVFAIL');
  cluster.source('services').hasSynced = true;
  assert.is(await sayOverUdp(dns, `A nosuch.${NS}`), 'NXDOMAIN');
});

test('the serial is the second of the last change that alters records', async () => {
  const clock = new FakeClock(1_000_000);
  const cluster = new FakeCluster([namespace('ns')]);
  await using dns = await startDns({ informers: cluster, clock });
  const serial = async (): Promise<number> => {
    const [soa] = (await response(dns, 'SOA cluster.local')).answers;
    return soa?.type === 'SOA' ? soa.data.serial : -1;
  };
  clock.advance(5000);
  cluster.put(virtual('10.96.0.1'));
  assert.is(await serial(), 1005);
  clock.advance(5000);
  const labelled = virtual('10.96.0.1');
  labelled.metadata.labels = { a: 'b' };
  cluster.put(labelled);
  assert.is(await serial(), 1005);
  cluster.put(slice('ns/web', ['10.1.0.1']));
  assert.is(await serial(), 1010);
  clock.advance(5000);
  cluster.put(slice('ns/web', [{ addresses: ['10.1.0.1'], conditions: { ready: true } }]));
  assert.is(await serial(), 1010);
});

test('a closed server hears no more of the cluster', async () => {
  const cluster = new FakeCluster([namespace('ns')]);
  const dns = await startDns({ informers: cluster });
  await dns.close();
  for (const resource of ['namespaces', 'services', 'endpointslices', 'pods'])
    assert.is(cluster.source(resource).handlers.size, 0, resource);
});

test('a Service of a thousand pods follows a change at once', async () => {
  const cluster = new FakeCluster([namespace('ns'), headless]);
  const addresses = (part: number): string[] => Array.from({ length: 100 }, (_, at) => `10.2.${part}.${at}`);
  for (let part = 0; part < 10; part += 1) cluster.put(slice(`ns/web/${part}`, addresses(part)));
  await using dns = await startDns({ informers: cluster });
  const times: number[] = [];
  for (let round = 0; round < 50; round += 1) {
    const start = performance.now();
    cluster.put(slice('ns/web/0', [...addresses(0).slice(1), `10.3.0.${round}`]));
    const { answers } = await response(dns, `A web.${NS}`);
    times.push(performance.now() - start);
    assert.is(answers.length, 1000);
    assert.ok(answers.some(({ data }) => data === `10.3.0.${round}`));
  }
  const median = times.sort((a, b) => a - b)[25] ?? 0;
  assert.ok(median < 20, `median ${median} ms`);
});

test.run();
