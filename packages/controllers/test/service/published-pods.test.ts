/** What Endpoints and slices say of the same Pods, side by side, where the two differ or surprise. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { EndpointSlice } from '../../src/endpointslice/endpoint-slice.ts';
import { type PodOptions, TestCluster } from '../_cluster.ts';

const test = suite('published pods');

const CONTROLLERS = ['endpoints-controller', 'endpointslice-controller', 'endpointslice-mirroring-controller'];
const start = (): Promise<TestCluster> => TestCluster.start(CONTROLLERS);

const HOLD = { metadata: { finalizers: ['example.com/hold'] } };
const PUBLISH = { publishNotReadyAddresses: true };
const TO_NAME = { ports: [{ name: 'http', port: 80, targetPort: 'web' }] };
const TRIGGER_TIME = 'endpoints.kubernetes.io/last-change-trigger-time';
const OVER_CAPACITY = 'endpoints.kubernetes.io/over-capacity';

const listens = (name: string, containerPort: number, protocol = 'TCP'): Pick<PodOptions, 'ports'> => ({
  ports: [{ name, containerPort, protocol }],
});
const withInit = (restartPolicy?: string): Pick<PodOptions, 'spec'> => ({
  spec: {
    initContainers: [
      {
        ...{ name: 'init', image: 'example/init:1', ...listens('web', 9000) },
        ...(restartPolicy === undefined ? {} : { restartPolicy }),
      },
    ],
  },
});

interface Case {
  readonly name: string;
  readonly when: (cluster: TestCluster) => Promise<void>;
  readonly subsets: readonly string[] | undefined;
  readonly slices: readonly string[];
}

/** Each case ends with what is published of the Service `web`. */
const CASES: Case[] = [
  {
    name: 'a failed Pod is absent even when it is ready and not ready ones are published',
    when: async (cluster) => {
      await cluster.service('web', PUBLISH);
      await cluster.pod('one', { phase: 'Failed' });
    },
    subsets: [],
    slices: [''],
  },
  {
    name: 'a ready Pod that terminates leaves its Endpoints, and stays in its slice as serving',
    when: async (cluster) => {
      await cluster.service('web');
      await cluster.pod('one', HOLD);
      await cluster.delete('pods', 'one');
    },
    subsets: [],
    slices: ['?~.1 http:80'],
  },
  {
    name: 'a ready Pod that terminates stays ready in both where not ready ones are published',
    when: async (cluster) => {
      await cluster.service('web', PUBLISH);
      await cluster.pod('one', HOLD);
      await cluster.delete('pods', 'one');
    },
    subsets: ['.1 http:80'],
    slices: ['~.1 http:80'],
  },
  {
    name: 'a named port that differs by Pod makes two of each',
    when: async (cluster) => {
      await cluster.service('web', TO_NAME);
      await cluster.pod('one', { ip: '10.5.0.1', ...listens('web', 8080) });
      await cluster.pod('two', { ip: '10.5.0.2', ...listens('web', 9090) });
    },
    subsets: ['.1 http:8080', '.2 http:9090'],
    slices: ['.1 http:8080', '.2 http:9090'],
  },
  {
    name: 'a Pod without the named port is left out of Endpoints, and has a slice of its own without ports',
    when: async (cluster) => {
      await cluster.service('web', TO_NAME);
      await cluster.pod('one', { ip: '10.5.0.1', ...listens('web', 8080) });
      await cluster.pod('two', { ip: '10.5.0.2', ...listens('admin', 8080) });
    },
    subsets: ['.1 http:8080'],
    slices: ['.1 http:8080', '.2'],
  },
  {
    name: 'a named port of another protocol is not found',
    when: async (cluster) => {
      await cluster.service('web', TO_NAME);
      await cluster.pod('one', listens('web', 8080, 'UDP'));
    },
    subsets: [],
    slices: ['.1'],
  },
  {
    name: 'a name on a restartable init container is found',
    when: async (cluster) => {
      await cluster.service('web', TO_NAME);
      await cluster.pod('one', withInit('Always'));
    },
    subsets: ['.1 http:9000'],
    slices: ['.1 http:9000'],
  },
  {
    name: 'a name on a plain init container is not',
    when: async (cluster) => {
      await cluster.service('web', TO_NAME);
      await cluster.pod('one', withInit());
    },
    subsets: [],
    slices: ['.1'],
  },
  {
    name: 'a headless Service without ports has one subset and one slice, with addresses and no ports',
    when: async (cluster) => {
      await cluster.service('web', { clusterIP: 'None', ports: [] });
      await cluster.pod('one', { ip: '10.5.0.1' });
      await cluster.pod('two', { ip: '10.5.0.2', ready: false });
    },
    subsets: ['.1 !.2'],
    slices: ['!.2 .1'],
  },
  {
    name: 'Endpoints list addresses in the order of their text',
    when: async (cluster) => {
      await cluster.service('web');
      await cluster.pod('one', { ip: '10.5.0.2' });
      await cluster.pod('two', { ip: '10.5.0.10' });
    },
    subsets: ['.10 .2 http:80'],
    slices: ['.10 .2 http:80'],
  },
  {
    name: 'two Pods at one address, one of them ready, are both listed',
    when: async (cluster) => {
      await cluster.service('web');
      await cluster.pod('one', { ip: '10.5.0.1' });
      await cluster.pod('two', { ip: '10.5.0.1', ready: false });
    },
    subsets: ['.1 !.1 http:80'],
    slices: ['!.1 .1 http:80'],
  },
  {
    name: 'a selector that matches nothing gives empty Endpoints and one empty slice',
    when: (cluster) => cluster.service('web'),
    subsets: [],
    slices: [''],
  },
  {
    name: 'an empty selector gives neither',
    when: (cluster) => cluster.service('web', { selector: {} }),
    subsets: undefined,
    slices: [],
  },
  {
    name: 'a removed selector leaves Endpoints and slices as they are, and the Endpoints are mirrored besides',
    when: async (cluster) => {
      await cluster.service('web');
      await cluster.pod('one');
      await cluster.patch('services', 'web', { spec: { selector: null } });
      await cluster.pod('two', { ip: '10.5.0.2' });
    },
    subsets: ['.1 http:80'],
    slices: ['.1 http:80', '.1 http:80'],
  },
];

for (const { name, when, subsets, slices } of CASES) {
  test(name, async () => {
    await using cluster = await start();
    await when(cluster);
    assert.equal(await cluster.subsets('web'), subsets);
    assert.equal(await cluster.sliceLines('web'), slices);
  });
}

test('one change of the labels of a Pod takes it from one Service to the other', async () => {
  await using cluster = await start();
  await cluster.service('web');
  await cluster.service('blue', { selector: { app: 'blue' } });
  await cluster.pod('one');
  await cluster.patch('pods', 'one', { metadata: { labels: { app: 'blue' } } });
  assert.equal([await cluster.subsets('web'), await cluster.sliceLines('web')], [[], ['']]);
  assert.equal([await cluster.subsets('blue'), await cluster.sliceLines('blue')], [['.1 http:80'], ['.1 http:80']]);
});

/** Creates ready Pods `web-FROM` to `web-TO`, the last one excluded, at once. */
async function manyPods(cluster: TestCluster, from: number, to: number): Promise<void> {
  const pods = cluster.resource('pods');
  const conditions = [{ type: 'Ready', status: 'True' }];
  for (let n = from; n < to; n += 1) {
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
}

const sizeOf = ({ endpoints }: EndpointSlice): number => endpoints?.length ?? 0;

test('over a thousand addresses are cut and annotated until they fit again, while slices are complete', async () => {
  await using cluster = await start();
  await cluster.service('web');
  await manyPods(cluster, 0, 1001);
  const published = async (): Promise<unknown[]> => {
    const { metadata, subsets } = (await cluster.endpoints('web')) ?? { metadata: {} };
    const inSlices = (await cluster.slices('web')).reduce((sum, slice) => sum + sizeOf(slice), 0);
    return [subsets?.[0]?.addresses?.length, metadata.annotations?.[OVER_CAPACITY], inSlices];
  };
  assert.equal(await published(), [1000, 'truncated', 1001]);
  await cluster.delete('pods', 'web-3', { gracePeriodSeconds: 0 });
  assert.equal(await published(), [1000, undefined, 1000]);
});

test('250 Pods fill three slices, 60 that go leave gaps, and the fullest slice with room takes all five that come', async () => {
  await using cluster = await start();
  await cluster.service('web');
  await manyPods(cluster, 0, 250);
  const slices = await cluster.slices('web');
  const [full, middle, last] = slices.map(({ metadata }) => metadata.name);
  const sizes = async (): Promise<unknown[]> =>
    (await cluster.slices('web')).map((slice) => [slice.metadata.name, sizeOf(slice)]);
  assert.equal(slices.map(sizeOf), [100, 100, 50]);
  const gone = [...(slices[1]?.endpoints?.slice(0, 50) ?? []), ...(slices[2]?.endpoints?.slice(0, 10) ?? [])];
  for (const { targetRef } of gone) await cluster.delete('pods', targetRef?.name ?? '', { gracePeriodSeconds: 0 });
  assert.equal(await sizes(), [
    [full, 100],
    [middle, 50],
    [last, 40],
  ]);
  await manyPods(cluster, 250, 255);
  assert.equal(await sizes(), [
    [full, 100],
    [middle, 55],
    [last, 40],
  ]);
});

test('a changed label of the Service is a new generation of its slices with the endpoints they had', async () => {
  await using cluster = await start();
  await cluster.service('web');
  await cluster.pod('one');
  const [before] = await cluster.slices('web');
  await cluster.patch('services', 'web', { metadata: { labels: { team: 'shop' } } });
  const [after] = await cluster.slices('web');
  assert.equal([before?.metadata.labels?.team, after?.metadata.labels?.team], [undefined, 'shop']);
  assert.is(after?.metadata.generation, (before?.metadata.generation ?? 0) + 1);
  assert.equal([after?.endpoints, after?.ports], [before?.endpoints, before?.ports]);
  assert.is(after?.metadata.name, before?.metadata.name);
  await cluster.patch('services', 'web', { metadata: { annotations: { note: 'x' } } });
  assert.is((await cluster.slices('web'))[0]?.metadata.generation, after?.metadata.generation);
});

test('the trigger time is when the Service was made, then when a Pod turned ready, and goes when neither counts', async () => {
  await using cluster = await start();
  const triggerTimes = async (): Promise<(string | undefined)[]> =>
    [await cluster.endpoints('web'), ...(await cluster.slices('web'))].map(
      (object) => object?.metadata.annotations?.[TRIGGER_TIME],
    );
  await cluster.pod('early', { labels: { app: 'web', tier: 'a' }, ip: '10.5.0.9' });
  await cluster.advance(30_000);
  await cluster.service('web');
  const made = '2026-01-01T00:00:30Z';
  assert.equal(await triggerTimes(), [made, made], 'not when the Pod turned ready that was there before');
  await cluster.advance(60_000);
  await cluster.pod('one', { labels: { app: 'web', tier: 'a' }, ready: false });
  await cluster.advance(60_000);
  const lastTransitionTime = '2026-01-01T00:02:00Z';
  const conditions = [{ type: 'Ready', status: 'True', lastTransitionTime }];
  await cluster.patch('pods', 'one', { status: { conditions } }, 'status');
  assert.equal(await triggerTimes(), [lastTransitionTime, lastTransitionTime]);
  await cluster.patch('services', 'web', { spec: { selector: { tier: 'b' } } });
  assert.equal(await triggerTimes(), [undefined, undefined]);
});

test('a host name is published only inside its subdomain', async () => {
  await using cluster = await start();
  await cluster.service('db', { clusterIP: 'None' });
  await cluster.service('other', { clusterIP: 'None' });
  await cluster.pod('db-0', { spec: { hostname: 'db-0', subdomain: 'db' } });
  const hostnamesIn = async (service: string): Promise<(string | undefined)[]> => [
    (await cluster.endpoints(service))?.subsets?.[0]?.addresses?.[0]?.hostname,
    (await cluster.slices(service))[0]?.endpoints?.[0]?.hostname,
  ];
  assert.equal(await hostnamesIn('db'), ['db-0', 'db-0']);
  assert.equal(await hostnamesIn('other'), [undefined, undefined]);
});

test.run();
