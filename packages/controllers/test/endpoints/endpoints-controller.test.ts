import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { TestCluster } from '../_cluster.ts';

const test = suite('Endpoints controller');

const start = (): Promise<TestCluster> => TestCluster.start(['endpoints-controller']);
const HOLD = { metadata: { finalizers: ['example.com/hold'] } };

interface Case {
  readonly name: string;
  readonly when: (cluster: TestCluster) => Promise<void>;
  readonly subsets: readonly string[] | undefined;
}

/** Each case ends with the Endpoints of the Service `web`. */
const CASES: Case[] = [
  {
    name: 'an ExternalName gives none',
    when: (cluster) => cluster.service('web', { type: 'ExternalName', externalName: 'example.com', ports: [] }),
    subsets: undefined,
  },
  {
    name: 'ready and not ready Pods are told apart',
    when: async (cluster) => {
      await cluster.service('web');
      await cluster.pod('one', { ip: '10.5.0.1' });
      await cluster.pod('two', { ip: '10.5.0.2', ready: false });
    },
    subsets: ['.1 !.2 http:80'],
  },
  {
    name: 'a Pod that turns ready moves over',
    when: async (cluster) => {
      await cluster.service('web');
      await cluster.pod('one', { ready: false });
      await cluster.podStatus('one', { ready: true });
    },
    subsets: ['.1 http:80'],
  },
  {
    name: 'a pending Pod that is ready counts',
    when: async (cluster) => {
      await cluster.service('web');
      await cluster.pod('one', { phase: 'Pending' });
    },
    subsets: ['.1 http:80'],
  },
  {
    name: 'a change of phase alone goes unnoticed',
    when: async (cluster) => {
      await cluster.service('web');
      await cluster.pod('one');
      await cluster.podStatus('one', { phase: 'Failed' });
    },
    subsets: ['.1 http:80'],
  },
  {
    name: 'a Pod that is not ready and terminates is published as ready where not ready ones are',
    when: async (cluster) => {
      await cluster.service('web', { publishNotReadyAddresses: true });
      await cluster.pod('one', { ...HOLD, ready: false });
      await cluster.delete('pods', 'one');
    },
    subsets: ['.1 http:80'],
  },
  {
    name: 'Endpoints that somebody deletes come back',
    when: async (cluster) => {
      await cluster.service('web');
      await cluster.pod('one');
      await cluster.delete('endpoints', 'web');
    },
    subsets: ['.1 http:80'],
  },
  {
    name: 'Endpoints go with their Service',
    when: async (cluster) => {
      await cluster.service('web');
      await cluster.delete('services', 'web');
    },
    subsets: undefined,
  },
];

for (const { name, when, subsets } of CASES) {
  test(name, async () => {
    await using cluster = await start();
    await when(cluster);
    assert.equal(await cluster.subsets('web'), subsets);
  });
}

test('labels are those of the Service, with the manager and the mark of a headless one', async () => {
  await using cluster = await start();
  await cluster.service('web', { clusterIP: 'None' }, { labels: { team: 'shop' } });
  assert.equal((await cluster.endpoints('web'))?.metadata.labels, {
    team: 'shop',
    'endpoints.kubernetes.io/managed-by': 'endpoint-controller',
    'service.kubernetes.io/headless': '',
  });
  await cluster.patch('services', 'web', { metadata: { labels: { team: 'web' } } });
  assert.is((await cluster.endpoints('web'))?.metadata.labels?.team, 'web');
});

test('a Pod that is ready without being bound freezes the Endpoints and says so', async () => {
  await using cluster = await start();
  await cluster.service('web');
  await cluster.pod('one', { ip: '10.5.0.1' });
  await cluster.pod('unbound', { ip: '10.5.0.2', node: '' });
  assert.equal(await cluster.subsets('web'), ['.1 http:80']);
  assert.ok((await cluster.reasons('web')).includes('FailedToUpdateEndpoint'));
});

test('the primary family of the Service picks the address', async () => {
  await using cluster = await TestCluster.start(['endpoints-controller'], { dualStack: true });
  await cluster.service('web', { ipFamilies: ['IPv6'] });
  await cluster.pod('both', { ips: ['10.5.0.1', 'fd00:5::1'] });
  await cluster.pod('four', { ips: ['10.5.0.2'] });
  assert.equal(await cluster.subsets('web'), ['fd00:5::1 http:80']);
});

test.run();
