import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Endpoint } from '../../src/endpointslice/endpoint-slice.ts';
import { TestCluster } from '../_cluster.ts';

const test = suite('EndpointSlice controller');

const start = (): Promise<TestCluster> => TestCluster.start(['endpointslice-controller']);

interface Case {
  readonly name: string;
  readonly when: (cluster: TestCluster) => Promise<void>;
  readonly slices: readonly string[];
}

/** Each case ends with the slices of the Service `web`. */
const CASES: Case[] = [
  {
    name: 'ready and not ready Pods share a slice',
    when: async (cluster) => {
      await cluster.service('web');
      await cluster.pod('one', { ip: '10.5.0.1' });
      await cluster.pod('two', { ip: '10.5.0.2', ready: false });
    },
    slices: ['!.2 .1 http:80'],
  },
  {
    name: 'a Pod without a node, or on a node that is not there, is left out',
    when: async (cluster) => {
      await cluster.service('web');
      await cluster.pod('one', { ip: '10.5.0.1' });
      await cluster.pod('two', { ip: '10.5.0.2', node: 'nowhere' });
      await cluster.pod('three', { ip: '10.5.0.3', node: '' });
    },
    slices: ['.1 http:80'],
  },
  {
    name: 'a Pod without a node is published where not ready ones are',
    when: async (cluster) => {
      await cluster.service('web', { publishNotReadyAddresses: true });
      await cluster.pod('two', { ip: '10.5.0.2', node: 'nowhere' });
    },
    slices: ['.2 http:80'],
  },
  {
    name: 'when the last endpoint goes its slice becomes the empty one',
    when: async (cluster) => {
      await cluster.service('web');
      await cluster.pod('one');
      await cluster.delete('pods', 'one', { gracePeriodSeconds: 0 });
    },
    slices: [''],
  },
];

for (const { name, when, slices } of CASES) {
  test(name, async () => {
    await using cluster = await start();
    await when(cluster);
    assert.equal(await cluster.sliceLines('web'), slices);
  });
}

test('a slice names its Service, its manager and its owner, and its empty lists are null', async () => {
  await using cluster = await start();
  await cluster.service('web', {}, { labels: { team: 'shop', 'kubernetes.io/service-name': 'lie' } });
  const [slice] = await cluster.slices('web');
  assert.match(slice?.metadata.name ?? '', /^web-[a-z0-9]{5}$/);
  assert.equal(slice?.metadata.labels, {
    team: 'shop',
    'kubernetes.io/service-name': 'web',
    'endpointslice.kubernetes.io/managed-by': 'endpointslice-controller.k8s.io',
  });
  const [owner] = slice?.metadata.ownerReferences ?? [];
  assert.equal(
    [owner?.kind, owner?.name, owner?.controller, owner?.blockOwnerDeletion],
    ['Service', 'web', true, true],
  );
  assert.equal([slice?.endpoints, slice?.ports], [null, null]);
});

test('an endpoint names its Pod, node and zone', async () => {
  await using cluster = await start();
  await cluster.service('web');
  await cluster.pod('one', { node: 'node-b' });
  const [endpoint] = (await cluster.slices('web'))[0]?.endpoints ?? [];
  assert.equal(
    [endpoint?.targetRef?.name, endpoint?.nodeName, endpoint?.zone, endpoint?.hints],
    ['one', 'node-b', 'zone-b', undefined],
  );
});

test('both families have slices of their own', async () => {
  await using cluster = await TestCluster.start(['endpointslice-controller'], { dualStack: true });
  await cluster.service('web', { ipFamilyPolicy: 'RequireDualStack' });
  await cluster.pod('both', { ips: ['10.5.0.1', 'fd00:5::1'] });
  await cluster.pod('four', { ips: ['10.5.0.2'] });
  assert.equal(await cluster.sliceLines('web'), ['.1 .2 http:80', 'IPv6 fd00:5::1 http:80']);
  await cluster.patch('services', 'web', { spec: { ipFamilyPolicy: 'SingleStack' } });
  assert.equal(await cluster.sliceLines('web'), ['.1 .2 http:80']);
});

test('a Pod without its node is tried again by the clock, and the Service says so', async () => {
  await using cluster = await start();
  await cluster.service('web');
  await cluster.pod('one', { node: 'late' });
  assert.ok((await cluster.reasons('web')).includes('FailedToUpdateEndpointSlices'));
  await cluster.node('late', 'zone-a');
  await cluster.advance(1000);
  assert.equal(await cluster.sliceLines('web'), ['.1 http:80']);
});

test('a slice that somebody deletes comes back after a second, not sooner', async () => {
  await using cluster = await start();
  await cluster.service('web');
  const name = (await cluster.slices('web'))[0]?.metadata.name ?? '';
  await cluster.delete('discovery.k8s.io/v1/endpointslices', name);
  await cluster.advance(999);
  assert.equal(await cluster.sliceLines('web'), []);
  await cluster.advance(1);
  assert.equal(await cluster.sliceLines('web'), ['']);
});

test('its own writes are no reason to look again', async () => {
  await using cluster = await start();
  const before = cluster.clock.timers;
  await cluster.service('web');
  await cluster.pod('one');
  assert.is(cluster.clock.timers, before);
});

const HINTS: { name: string; distribution: string; hints: Endpoint['hints'] }[] = [
  { name: 'PreferClose', distribution: 'PreferClose', hints: { forZones: [{ name: 'zone-b' }] } },
  { name: 'PreferSameZone', distribution: 'PreferSameZone', hints: { forZones: [{ name: 'zone-b' }] } },
  {
    name: 'PreferSameNode',
    distribution: 'PreferSameNode',
    hints: { forZones: [{ name: 'zone-b' }], forNodes: [{ name: 'node-b' }] },
  },
];

for (const { name, distribution, hints } of HINTS) {
  test(`trafficDistribution ${name} hints ready endpoints to where they are, and takes the hints back`, async () => {
    await using cluster = await start();
    await cluster.service('web', { trafficDistribution: distribution });
    await cluster.pod('one', { ip: '10.5.0.1', node: 'node-b' });
    await cluster.pod('two', { ip: '10.5.0.2', node: 'node-b', ready: false });
    const hintsOf = async (): Promise<Endpoint['hints'][]> =>
      ((await cluster.slices('web'))[0]?.endpoints ?? []).map((endpoint) => endpoint.hints);
    assert.equal(await hintsOf(), [hints, undefined]);
    await cluster.patch('services', 'web', { spec: { trafficDistribution: null } });
    assert.equal(await hintsOf(), [undefined, undefined]);
  });
}

test('topology mode Auto spreads endpoints over zones by their CPU, and says so', async () => {
  await using cluster = await start();
  await cluster.service('web', {}, { annotations: { 'service.kubernetes.io/topology-mode': 'Auto' } });
  for (let n = 1; n <= 4; n += 1)
    await cluster.pod(`web-${n}`, { ip: `10.5.0.${n}`, node: n === 1 ? 'node-b' : 'node-a' });
  const zones = ((await cluster.slices('web'))[0]?.endpoints ?? []).map(({ hints }) => hints?.forZones?.[0]?.name);
  assert.equal(zones.sort(), ['zone-a', 'zone-a', 'zone-b', 'zone-b']);
  const reasons = await cluster.reasons('web');
  assert.ok(reasons.includes('TopologyAwareHintsDisabled'), 'too few endpoints at first');
  assert.ok(reasons.includes('TopologyAwareHintsEnabled'));
});

test.run();
