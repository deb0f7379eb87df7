import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { TestCluster } from '../_cluster.ts';

const test = suite('Endpoints controller');

const start = (): Promise<TestCluster> => TestCluster.start(['endpoints-controller']);
const HOLD = { metadata: { finalizers: ['example.com/hold'] } };
const named = (name: string, containerPort: number, protocol = 'TCP'): object[] => [{ name, containerPort, protocol }];
const TRIGGER_TIME = 'endpoints.kubernetes.io/last-change-trigger-time';
const OVER_CAPACITY = 'endpoints.kubernetes.io/over-capacity';

interface Case {
  readonly name: string;
  readonly when: (cluster: TestCluster) => Promise<void>;
  readonly subsets: readonly string[] | undefined;
}

/** Each case ends with the Endpoints of the Service `web`. */
const CASES: Case[] = [
  {
    name: 'a selector that matches nothing gives empty Endpoints',
    when: (cluster) => cluster.service('web'),
    subsets: [],
  },
  {
    name: 'an empty selector gives none',
    when: (cluster) => cluster.service('web', { selector: {} }),
    subsets: undefined,
  },
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
    name: 'a failed Pod is absent even when it is ready and not ready ones are published',
    when: async (cluster) => {
      await cluster.service('web', { publishNotReadyAddresses: true });
      await cluster.pod('one', { phase: 'Failed' });
    },
    subsets: [],
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
    name: 'a terminating Pod goes',
    when: async (cluster) => {
      await cluster.service('web');
      await cluster.pod('one', HOLD);
      await cluster.delete('pods', 'one');
    },
    subsets: [],
  },
  {
    name: 'a terminating Pod stays, as ready, where not ready ones are published',
    when: async (cluster) => {
      await cluster.service('web', { publishNotReadyAddresses: true });
      await cluster.pod('one', { ...HOLD, ready: false });
      await cluster.delete('pods', 'one');
    },
    subsets: ['.1 http:80'],
  },
  {
    name: 'a named port that differs by Pod makes two subsets',
    when: async (cluster) => {
      await cluster.service('web', { ports: [{ name: 'http', port: 80, targetPort: 'web' }] });
      await cluster.pod('one', { ip: '10.5.0.1', ports: named('web', 8080) as never });
      await cluster.pod('two', { ip: '10.5.0.2', ports: named('web', 9090) as never });
    },
    subsets: ['.1 http:8080', '.2 http:9090'],
  },
  {
    name: 'a Pod without the named port is left out',
    when: async (cluster) => {
      await cluster.service('web', { ports: [{ name: 'http', port: 80, targetPort: 'web' }] });
      await cluster.pod('one', { ip: '10.5.0.1', ports: named('web', 8080) as never });
      await cluster.pod('two', { ip: '10.5.0.2', ports: named('admin', 8080) as never });
    },
    subsets: ['.1 http:8080'],
  },
  {
    name: 'a named port of another protocol is not found',
    when: async (cluster) => {
      await cluster.service('web', { ports: [{ name: 'http', port: 80, targetPort: 'web' }] });
      await cluster.pod('one', { ports: named('web', 8080, 'UDP') as never });
    },
    subsets: [],
  },
  {
    name: 'a name on a restartable init container is found',
    when: async (cluster) => {
      await cluster.service('web', { ports: [{ name: 'http', port: 80, targetPort: 'side' }] });
      const sidecar = { name: 'side', image: 'example/side:1', restartPolicy: 'Always', ports: named('side', 9000) };
      await cluster.pod('one', { spec: { initContainers: [sidecar] } });
    },
    subsets: ['.1 http:9000'],
  },
  {
    name: 'a name on a plain init container is not',
    when: async (cluster) => {
      await cluster.service('web', { ports: [{ name: 'http', port: 80, targetPort: 'init' }] });
      const init = { name: 'init', image: 'example/init:1', ports: named('init', 9000) };
      await cluster.pod('one', { spec: { initContainers: [init] } });
    },
    subsets: [],
  },
  {
    name: 'a headless Service without ports has addresses without ports',
    when: async (cluster) => {
      await cluster.service('web', { clusterIP: 'None', ports: [] });
      await cluster.pod('one', { ip: '10.5.0.1' });
      await cluster.pod('two', { ip: '10.5.0.2', ready: false });
    },
    subsets: ['.1 !.2'],
  },
  {
    name: 'a removed selector leaves the Endpoints as they are',
    when: async (cluster) => {
      await cluster.service('web');
      await cluster.pod('one');
      await cluster.patch('services', 'web', { spec: { selector: null } });
      await cluster.pod('two', { ip: '10.5.0.2' });
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

test('a Pod that is relabelled moves from one Service to the other', async () => {
  await using cluster = await start();
  await cluster.service('web');
  await cluster.service('blue', { selector: { app: 'blue' } });
  await cluster.pod('one');
  await cluster.patch('pods', 'one', { metadata: { labels: { app: 'blue' } } });
  assert.equal(await cluster.subsets('web'), []);
  assert.equal(await cluster.subsets('blue'), ['.1 http:80']);
});

test('a host name is published only inside its subdomain', async () => {
  await using cluster = await start();
  await cluster.service('db', { clusterIP: 'None' });
  await cluster.service('other', { clusterIP: 'None' });
  await cluster.pod('db-0', { spec: { hostname: 'db-0', subdomain: 'db' } });
  const hostnameIn = async (service: string): Promise<string | undefined> =>
    (await cluster.endpoints(service))?.subsets?.[0]?.addresses?.[0]?.hostname;
  assert.is(await hostnameIn('db'), 'db-0');
  assert.is(await hostnameIn('other'), undefined);
});

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

test('the trigger time is the creation of the Service at first, then the change of a Pod, and goes when neither is', async () => {
  await using cluster = await start();
  const triggerTime = async (): Promise<string | undefined> =>
    (await cluster.endpoints('web'))?.metadata.annotations?.[TRIGGER_TIME];
  await cluster.service('web');
  assert.is(await triggerTime(), '2026-01-01T00:00:00Z');
  await cluster.advance(60_000);
  await cluster.pod('one', { labels: { app: 'web', tier: 'a' } });
  assert.is(await triggerTime(), '2026-01-01T00:01:00Z');
  await cluster.patch('services', 'web', { spec: { selector: { tier: 'b' } } });
  assert.is(await triggerTime(), undefined);
});

test('a Pod that is ready without being bound freezes the Endpoints and says so', async () => {
  await using cluster = await start();
  await cluster.service('web');
  await cluster.pod('one', { ip: '10.5.0.1' });
  await cluster.pod('unbound', { ip: '10.5.0.2', node: '' });
  assert.equal(await cluster.subsets('web'), ['.1 http:80']);
  assert.ok((await cluster.reasons('web')).includes('FailedToUpdateEndpoint'));
});

test('over a thousand addresses are cut and annotated until they fit again', async () => {
  await using cluster = await start();
  await cluster.service('web');
  const pods = cluster.resource('pods');
  const conditions = [{ type: 'Ready', status: 'True' }];
  for (let n = 0; n <= 1000; n += 1) {
    const ip = `10.5.${Math.floor(n / 250)}.${(n % 250) + 1}`;
    const created = await pods.create({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: `web-${n}`, namespace: 'shop', labels: { app: 'web' } },
      spec: { nodeName: 'node-a', containers: [{ name: 'main', image: 'example/app:1' }] },
    });
    await pods.updateStatus({ ...created, status: { phase: 'Running', podIP: ip, podIPs: [{ ip }], conditions } });
  }
  await cluster.settled();
  const count = async (): Promise<number> => (await cluster.endpoints('web'))?.subsets?.[0]?.addresses?.length ?? 0;
  const annotation = async (): Promise<string | undefined> =>
    (await cluster.endpoints('web'))?.metadata.annotations?.[OVER_CAPACITY];
  assert.is(await count(), 1000);
  assert.is(await annotation(), 'truncated');
  await cluster.delete('pods', 'web-3', { gracePeriodSeconds: 0 });
  assert.is(await count(), 1000);
  assert.is(await annotation(), undefined);
});

test('the primary family of the Service picks the address', async () => {
  await using cluster = await TestCluster.start(['endpoints-controller'], { dualStack: true });
  await cluster.service('web', { ipFamilies: ['IPv6'] });
  await cluster.pod('both', { ips: ['10.5.0.1', 'fd00:5::1'] });
  await cluster.pod('four', { ips: ['10.5.0.2'] });
  assert.equal(await cluster.subsets('web'), ['fd00:5::1 http:80']);
});

test.run();
