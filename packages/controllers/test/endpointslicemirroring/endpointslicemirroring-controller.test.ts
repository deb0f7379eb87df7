import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { TestCluster } from '../_cluster.ts';

const test = suite('EndpointSlice mirroring controller');

const start = (): Promise<TestCluster> =>
  TestCluster.start(['endpointslice-mirroring-controller', 'endpoints-controller', 'endpointslice-controller']);

const SKIP = 'endpointslice.kubernetes.io/skip-mirror';
const subset = (ips: readonly string[], port = 8443, name?: string): object => ({
  addresses: ips.map((ip) => ({ ip })),
  ports: [{ port, ...(name ? { name } : {}) }],
});

/** Writes Endpoints by hand. */
async function endpoints(cluster: TestCluster, subsets: readonly object[], metadata: object = {}): Promise<void> {
  await cluster.create('endpoints', { kind: 'Endpoints', metadata: { name: 'db', ...metadata }, subsets });
  await cluster.settled();
}

const manual = (cluster: TestCluster): Promise<void> => cluster.service('db', { selector: null });

interface Case {
  readonly name: string;
  readonly when: (cluster: TestCluster) => Promise<void>;
  readonly slices: readonly string[];
}

/** Each case ends with the slices of the Service `db`. */
const CASES: Case[] = [
  {
    name: 'Endpoints of a Service without selector are mirrored, not ready ones too',
    when: async (cluster) => {
      await manual(cluster);
      await endpoints(cluster, [{ ...subset(['192.0.2.9']), notReadyAddresses: [{ ip: '192.0.2.4' }] }]);
    },
    slices: ['!192.0.2.4 192.0.2.9 :8443'],
  },
  {
    name: 'Endpoints without a Service are not, until there is one',
    when: (cluster) => endpoints(cluster, [subset(['192.0.2.9'])]),
    slices: [],
  },
  {
    name: 'a Service that comes later is enough',
    when: async (cluster) => {
      await endpoints(cluster, [subset(['192.0.2.9'])]);
      await manual(cluster);
    },
    slices: ['192.0.2.9 :8443'],
  },
  {
    name: 'no addresses, no slice',
    when: async (cluster) => {
      await manual(cluster);
      await endpoints(cluster, []);
    },
    slices: [],
  },
  {
    name: 'a change is followed',
    when: async (cluster) => {
      await manual(cluster);
      await endpoints(cluster, [subset(['192.0.2.9'])]);
      await cluster.patch('endpoints', 'db', { subsets: [subset(['192.0.2.50'], 1)] });
    },
    slices: ['192.0.2.50 :1'],
  },
  {
    name: 'families have slices of their own',
    when: async (cluster) => {
      await manual(cluster);
      await endpoints(cluster, [subset(['192.0.2.9', '2001:db8::9'])]);
    },
    slices: ['192.0.2.9 :8443', 'IPv6 2001:db8::9 :8443'],
  },
  {
    name: 'subsets that share an address are packed anew',
    when: async (cluster) => {
      await manual(cluster);
      await endpoints(cluster, [subset(['192.0.2.9'], 1, 'a'), subset(['192.0.2.9'], 2, 'b')]);
    },
    slices: ['192.0.2.9 b:2 a:1'],
  },
  {
    name: 'the label that asks to skip removes the slices',
    when: async (cluster) => {
      await manual(cluster);
      await endpoints(cluster, [subset(['192.0.2.9'])]);
      await cluster.patch('endpoints', 'db', { metadata: { labels: { [SKIP]: 'true' } } });
    },
    slices: [],
  },
  {
    name: 'without that label they are back',
    when: async (cluster) => {
      await manual(cluster);
      await endpoints(cluster, [subset(['192.0.2.9'])], { labels: { [SKIP]: 'true' } });
      await cluster.patch('endpoints', 'db', { metadata: { labels: null } });
    },
    slices: ['192.0.2.9 :8443'],
  },
  {
    name: 'an object of a leader election is no list of endpoints',
    when: async (cluster) => {
      await manual(cluster);
      const annotations = { 'control-plane.alpha.kubernetes.io/leader': '{}' };
      await endpoints(cluster, [subset(['192.0.2.9'])], { annotations });
    },
    slices: [],
  },
  {
    name: 'slices go with the Endpoints',
    when: async (cluster) => {
      await manual(cluster);
      await endpoints(cluster, [subset(['192.0.2.9'])]);
      await cluster.delete('endpoints', 'db');
    },
    slices: [],
  },
  {
    name: 'a selector takes over: mirrored slices go, the controller of Pods makes its own',
    when: async (cluster) => {
      await manual(cluster);
      await endpoints(cluster, [subset(['192.0.2.9'])]);
      await cluster.patch('services', 'db', { spec: { selector: { app: 'db' } } });
    },
    slices: [''],
  },
];

for (const { name, when, slices } of CASES) {
  test(name, async () => {
    await using cluster = await start();
    await when(cluster);
    assert.equal(await cluster.sliceLines('db'), slices);
  });
}

test('labels and annotations are copied, but for what others keep for themselves', async () => {
  await using cluster = await start();
  await manual(cluster);
  await endpoints(cluster, [subset(['192.0.2.9'])], {
    labels: { team: 'shop' },
    annotations: { note: 'x', 'kubectl.kubernetes.io/last-applied-configuration': '{}' },
  });
  const [slice] = await cluster.slices('db');
  assert.equal(slice?.metadata.labels, {
    team: 'shop',
    'kubernetes.io/service-name': 'db',
    'endpointslice.kubernetes.io/managed-by': 'endpointslicemirroring-controller.k8s.io',
  });
  assert.equal(slice?.metadata.annotations, { note: 'x' });
  assert.is(slice?.metadata.ownerReferences?.[0]?.kind, 'Endpoints');
  assert.equal(slice?.endpoints?.[0]?.conditions, { ready: true });
});

test('more than a thousand addresses of a subset are cut, and the Endpoints say so', async () => {
  await using cluster = await start();
  await manual(cluster);
  const ips = Array.from({ length: 1010 }, (_, n) => `192.0.${Math.floor(n / 250)}.${(n % 250) + 1}`);
  await endpoints(cluster, [subset(ips)]);
  assert.is((await cluster.slices('db'))[0]?.endpoints?.length, 1000);
  assert.ok((await cluster.reasons('db')).includes('TooManyAddressesToMirror'));
});

test.run();
