import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ADDRESSES, CIDRS, ROUND_MS, SERVICES, World } from './_world.ts';

const test = suite('repair of addresses');

test('Services that come, change and go give no cause for repair', async () => {
  await using world = await World.start(['10.96.0.0/16', 'fd00:96::/112']);
  await world.serve('web', {});
  await world.ask('PATCH', `${SERVICES}/web`, { spec: { ipFamilyPolicy: 'RequireDualStack' } });
  await world.ask('PATCH', `${SERVICES}/web`, { spec: { ipFamilyPolicy: 'SingleStack' } });
  await world.ask('PATCH', `${SERVICES}/web`, { spec: { type: 'ExternalName', externalName: 'example.com' } });
  await world.ask('DELETE', `${SERVICES}/web`);
  await world.serve('none', { clusterIP: 'None' });
  await world.pass(2 * ROUND_MS);
  assert.equal(await world.events(), []);
});

test('a deleted IPAddress is there again after the next round', async () => {
  await using world = await World.start();
  await world.serve('web', { clusterIP: '10.96.0.50' });
  await world.pass(60_000);
  await world.ask('DELETE', `${ADDRESSES}/10.96.0.50`);
  await world.pass(ROUND_MS - 60_001);
  assert.is(await world.ownerOf('10.96.0.50'), undefined);
  await world.pass(1);
  assert.is(await world.ownerOf('10.96.0.50'), 'web');
  assert.equal(await world.events(), [
    'ClusterIPNotAllocated: Cluster IP [IPv4]: 10.96.0.50 is not allocated; repairing',
  ]);
  const [event] = await world.eventObjects();
  assert.equal(
    [event.type, event.action, event.reportingComponent, event.involvedObject.name, event.source],
    ['Warning', 'ClusterIPAllocation', 'ipallocator-repair-controller', 'web', {}],
  );
});

test('a change of the Service is as good as a round', async () => {
  await using world = await World.start();
  await world.serve('web', { clusterIP: '10.96.0.50' });
  await world.ask('DELETE', `${ADDRESSES}/10.96.0.50`);
  await world.ask('PATCH', `${SERVICES}/web`, { metadata: { labels: { app: 'web' } } });
  assert.is(await world.ownerOf('10.96.0.50'), 'web');
});

test('an IPAddress without its labels gets them back', async () => {
  await using world = await World.start();
  await world.serve('web', { clusterIP: '10.96.0.50' });
  await world.ask('PATCH', `${ADDRESSES}/10.96.0.50`, { metadata: { labels: null } });
  await world.pass(ROUND_MS);
  const { object } = await world.ask('GET', `${ADDRESSES}/10.96.0.50`);
  assert.is(object.metadata.labels['ipaddress.kubernetes.io/managed-by'], 'ipallocator.k8s.io');
});

test('an IPAddress that was made for something else is made again for the Service that has the address', async () => {
  await using world = await World.start();
  await world.serve('web', { clusterIP: '10.96.0.50' });
  await world.ask('DELETE', `${ADDRESSES}/10.96.0.50`);
  await world.address('10.96.0.50', { group: 'example.com', resource: 'gateways', name: 'front' }, false);
  await world.pass(ROUND_MS);
  assert.is(await world.ownerOf('10.96.0.50'), 'web');
  assert.equal(await world.events(), [
    'ClusterIPNotAllocated: the ClusterIP [IPv4]: 10.96.0.50 for Service default/web has a wrong reference; repairing',
  ]);
});

test('an IPAddress for a Service that never comes is removed after a minute', async () => {
  await using world = await World.start();
  await world.address('10.96.0.60', { resource: 'services', namespace: 'default', name: 'ghost' });
  await world.pass(60_000);
  assert.is(await world.ownerOf('10.96.0.60'), 'ghost');
  await world.pass(1);
  assert.is(await world.ownerOf('10.96.0.60'), undefined);
  assert.equal(await world.events(), [
    'IPAddressNotAllocated: IPAddress: 10.96.0.60 for Service default/ghost appears to have leaked: cleaning up',
  ]);
});

test('an IPAddress for a Service that has another address is removed at once', async () => {
  await using world = await World.start();
  await world.serve('web', { clusterIP: '10.96.0.50' });
  await world.address('10.96.0.60', { resource: 'services', namespace: 'default', name: 'web' });
  assert.is(await world.ownerOf('10.96.0.60'), undefined);
  assert.equal(await world.events(), [
    'IPAddressWrongReference: IPAddress: 10.96.0.60 for Service default/web has a wrong reference; cleaning up',
  ]);
});

test('an IPAddress in the name of the allocator that is for no Service is removed at once', async () => {
  await using world = await World.start();
  await world.address('fd00::60', { group: 'example.com', resource: 'gateways', namespace: 'edge', name: 'front' });
  assert.is(await world.ownerOf('fd00::60'), undefined);
  const parent = '&ParentReference{Group:example.com,Resource:gateways,Namespace:edge,Name:front,}';
  assert.equal(await world.events(), [
    `IPAddressNotAllocated: IPAddress fd00::60 appears to have been modified, not referencing a Service ${parent}: cleaning up`,
  ]);
});

test('an IPAddress that is not in the name of the allocator is nobody’s business', async () => {
  await using world = await World.start();
  await world.address('10.96.0.60', { resource: 'services', namespace: 'default', name: 'ghost' }, false);
  await world.pass(2 * ROUND_MS);
  assert.is(await world.ownerOf('10.96.0.60'), 'ghost');
  assert.equal(await world.events(), []);
});

test('of two Services with one address, the one without the IPAddress is told so in every round', async () => {
  await using world = await World.start();
  await world.serve('web', { clusterIP: '10.96.0.50' });
  await world.smuggle('twin', { clusterIP: '10.96.0.50', clusterIPs: ['10.96.0.50'] });
  const why =
    'ClusterIPAlreadyAllocated: Cluster IP [IPv4]:10.96.0.50 was assigned to multiple services; please recreate service';
  assert.equal(await world.events(), [why]);
  await world.pass(ROUND_MS);
  assert.equal(await world.events(), [`${why} (2)`]);
  assert.is(await world.ownerOf('10.96.0.50'), 'web');
});

test('a Service is told when the range of its address is gone', async () => {
  await using world = await World.start();
  const cidr = { apiVersion: 'networking.k8s.io/v1', kind: 'ServiceCIDR', metadata: { name: 'more' } };
  await world.ask('POST', CIDRS, { ...cidr, spec: { cidrs: ['10.97.0.0/24'] } });
  await world.serve('web', { clusterIP: '10.97.0.9' });
  await world.ask('DELETE', `${CIDRS}/more`);
  await world.pass(ROUND_MS);
  const why = 'Cluster IP [IPv4]: 10.97.0.9 is not within any configured Service CIDR; please recreate service';
  assert.equal(await world.events(), [`ClusterIPOutOfRange: ${why}`]);
});

test('a Service whose address is none is told so', async () => {
  await using world = await World.start();
  await world.smuggle('odd', { clusterIP: 'nonsense', clusterIPs: ['nonsense'] });
  assert.equal(await world.events(), [
    'ClusterIPNotValid: Cluster IP <nil> is not a valid IP; please recreate Service',
  ]);
});

test('a round is held only when there is something to look at', async () => {
  await using world = await World.start();
  await world.serve('web', {});
  const { revision } = world.apiServer.storage;
  await world.pass(20 * ROUND_MS);
  assert.is(world.apiServer.storage.revision, revision);
});

test.run();
