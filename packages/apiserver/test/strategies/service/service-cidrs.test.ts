/** Where cluster IPs come from: all ServiceCIDRs that are ready, and nowhere else. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { DUAL_STACK, PORT, type Services, startServices } from './_services.ts';

const test = suite('ServiceCIDRs as the source of cluster IPs');
const ports = [PORT];
const CIDRS = '/apis/networking.k8s.io/v1/servicecidrs';
const ADDRESSES = '/apis/networking.k8s.io/v1/ipaddresses';

const addCidr = async (services: Services, name: string, cidrs: string[], finalizers: string[] = []): Promise<void> => {
  const metadata = { name, ...(finalizers.length > 0 ? { finalizers } : {}) };
  const body = { apiVersion: 'networking.k8s.io/v1', kind: 'ServiceCIDR', metadata, spec: { cidrs } };
  assert.is((await services.ask('POST', CIDRS, body)).status, 201);
};

const setReady = async (services: Services, name: string, status: string): Promise<void> => {
  const condition = { type: 'Ready', status, reason: 'Test', message: '', lastTransitionTime: '2026-01-01T00:00:00Z' };
  const patch = { status: { conditions: [condition] } };
  const answer = await services.ask('PATCH', `${CIDRS}/${name}/status`, patch, 'application/merge-patch+json');
  assert.is(answer.status, 200);
};

/** A cluster whose own range has room for six Services, one of which is taken. */
const startSmall = (): Promise<Services> => startServices(['10.96.0.0/29']);

const fill = async (services: Services, from: number, to: number): Promise<string[]> => {
  const ips: string[] = [];
  for (let number = from; number <= to; number += 1) {
    const { status, object, messages } = await services.create(`web-${number}`, { ports });
    assert.is(status, 201, messages.join());
    ips.push(object.spec.clusterIP);
  }
  return ips.sort();
};

test('an address is asked for in vain when every range is full', async () => {
  await using services = await startSmall();
  assert.equal(await fill(services, 1, 5), ['10.96.0.2', '10.96.0.3', '10.96.0.4', '10.96.0.5', '10.96.0.6']);
  const { status, messages } = await services.create('web', { ports });
  assert.is(status, 500);
  assert.equal(messages, ['Internal error occurred: failed to allocate a serviceIP: range is full']);
});

test('a range that is added has more of them', async () => {
  await using services = await startSmall();
  await fill(services, 1, 5);
  await addCidr(services, 'more', ['10.97.0.0/30']);
  assert.equal(await fill(services, 6, 7), ['10.97.0.1', '10.97.0.2']);
  assert.is((await services.create('web', { ports })).status, 500);
});

test('an address of a range that is added may be chosen, but not its first and last one', async () => {
  await using services = await startSmall();
  const outside = 'failed to allocate IP 10.97.0.9: the provided network does not match the current range';
  assert.match((await services.create('web', { clusterIP: '10.97.0.9', ports })).messages.join(), outside);
  await addCidr(services, 'more', ['10.97.0.0/28']);
  assert.is((await services.create('web', { clusterIP: '10.97.0.9', ports })).status, 201);
  for (const clusterIP of ['10.97.0.0', '10.97.0.15'])
    assert.match((await services.create('edge', { clusterIP, ports })).messages.join(), 'does not match the current');
});

test('the edge of a range may be chosen where a larger one holds it too', async () => {
  await using services = await startSmall();
  await addCidr(services, 'small', ['10.97.0.0/28']);
  await addCidr(services, 'large', ['10.97.0.0/24']);
  assert.is((await services.create('web', { clusterIP: '10.97.0.15', ports })).status, 201);
  assert.match(
    (await services.create('other', { clusterIP: '10.97.0.15', ports })).messages.join(),
    'already allocated',
  );
});

test('a range counts from when it is ready, and one of which nobody says is ready', async () => {
  await using services = await startSmall();
  await fill(services, 1, 5);
  await addCidr(services, 'more', ['10.97.0.0/28']);
  await setReady(services, 'more', 'False');
  assert.is((await services.create('web', { ports })).status, 500);
  await setReady(services, 'more', 'True');
  assert.is((await services.create('web', { ports })).status, 201);
});

test('a range that is being deleted gives nothing more, and takes back what it gave', async () => {
  await using services = await startSmall();
  await addCidr(services, 'more', ['10.97.0.0/28'], ['example.com/held']);
  assert.is((await services.create('web', { clusterIP: '10.97.0.9', ports })).status, 201);
  await services.ask('DELETE', `${CIDRS}/more`);
  assert.match((await services.create('late', { clusterIP: '10.97.0.8', ports })).messages.join(), 'does not match');
  await services.remove('web');
  assert.is((await services.ask('GET', `${ADDRESSES}/10.97.0.9`)).status, 404);
});

test('a range of a family that the cluster does not have is of no use', async () => {
  await using services = await startSmall();
  await addCidr(services, 'six', ['fd00:97::/112']);
  const { messages } = await services.create('web', { clusterIP: 'fd00:97::9', ports });
  assert.match(messages.join(), 'IPv6 is not configured on this cluster');
});

test('a range of IPv6 with less than 64 bits of prefix is too large to allocate from', async () => {
  await using services = await startServices(DUAL_STACK);
  await addCidr(services, 'huge', ['fd00:97::/63']);
  const { messages } = await services.create('web', { clusterIP: 'fd00:97::9', ports });
  assert.match(messages.join(), 'the provided network does not match the current range');
});

test('a dry run shows the first address of a range, and takes a chosen one for granted', async () => {
  await using services = await startSmall();
  const query = '?dryRun=All';
  assert.is((await services.create('web', { ports }, { query })).object.spec.clusterIP, '10.96.0.0');
  await addCidr(services, 'more', ['10.97.0.0/28']);
  assert.is((await services.create('web', { clusterIP: '10.97.0.9', ports }, { query })).status, 201);
  assert.is((await services.ask('GET', `${ADDRESSES}/10.97.0.9`)).status, 404);
  const outside = await services.create('web', { clusterIP: '10.98.0.9', ports }, { query });
  assert.match(
    outside.messages.join(),
    'failed to allocate IP 10.98.0.9: provided IP 10.98.0.9 is not in the valid range',
  );
});

test('no range at all is ready for nothing', async () => {
  await using services = await startSmall();
  await setReady(services, 'kubernetes', 'False');
  assert.match(
    (await services.create('web', { ports })).messages.join(),
    'failed to allocate a serviceIP: range is full',
  );
  const rehearsed = await services.create('web', { ports }, { query: '?dryRun=All' });
  assert.match(rehearsed.messages.join(), 'failed to allocate a serviceIP: allocator not ready');
});

test('the IPAddress of a Service names it and its maker, and cannot be given to another', async () => {
  await using services = await startSmall();
  await services.create('web', { clusterIP: '10.96.0.5', ports });
  const { object } = await services.ask('GET', `${ADDRESSES}/10.96.0.5`);
  assert.equal(object.spec, { parentRef: { resource: 'services', namespace: 'default', name: 'web' } });
  assert.equal(object.metadata.labels, {
    'ipaddress.kubernetes.io/ip-family': 'IPv4',
    'ipaddress.kubernetes.io/managed-by': 'ipallocator.k8s.io',
  });
  assert.is(object.metadata.managedFields[0].manager, 'kube-apiserver');
  const moved = { spec: { parentRef: { name: 'other' } } };
  const { refusals } = await services.ask('PATCH', `${ADDRESSES}/10.96.0.5`, moved, 'application/merge-patch+json');
  assert.equal(refusals, ['spec.parentRef Invalid']);
});

test('an IPAddress made by hand keeps Services from the address for as long as it is there', async () => {
  await using services = await startSmall();
  const body = {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'IPAddress',
    metadata: { name: '10.96.0.5' },
    spec: { parentRef: { group: 'gateway.networking.k8s.io', resource: 'gateways', name: 'front' } },
  };
  assert.is((await services.ask('POST', ADDRESSES, body)).status, 201);
  assert.match((await services.create('web', { clusterIP: '10.96.0.5', ports })).messages.join(), 'already allocated');
  await services.ask('DELETE', `${ADDRESSES}/10.96.0.5`);
  assert.is((await services.create('web', { clusterIP: '10.96.0.5', ports })).status, 201);
});

test('an IPAddress lives as long as the Service holds the address', async () => {
  await using services = await startServices(DUAL_STACK);
  const stored = async (ip: string): Promise<number> => (await services.ask('GET', `${ADDRESSES}/${ip}`)).status;
  const { object } = await services.create('web', { ipFamilyPolicy: 'RequireDualStack', ports });
  const [v4 = '', v6 = ''] = object.spec.clusterIPs;
  assert.equal([await stored(v4), await stored(v6)], [200, 200]);
  await services.update('web', ({ spec }) => {
    spec.ipFamilyPolicy = 'SingleStack';
  });
  assert.equal([await stored(v4), await stored(v6)], [200, 404]);
  await services.update('web', ({ spec }) => {
    spec.type = 'ExternalName';
    spec.externalName = 'example.com';
  });
  assert.is(await stored(v4), 404);
});

test('a range that grows to the other family gives addresses of both', async () => {
  await using services = await startServices(DUAL_STACK);
  await addCidr(services, 'more', ['10.97.0.0/28']);
  const wanted = {
    clusterIP: '10.97.0.9',
    clusterIPs: ['10.97.0.9', 'fd00:97::9'],
    ipFamilyPolicy: 'RequireDualStack',
  };
  assert.is((await services.create('web', { ...wanted, ports })).status, 422);
  const patch = { spec: { cidrs: ['10.97.0.0/28', 'fd00:97::/112'] } };
  assert.is((await services.ask('PATCH', `${CIDRS}/more`, patch, 'application/merge-patch+json')).status, 200);
  assert.is((await services.create('web', { ...wanted, ports })).status, 201);
  const { refusals } = await services.ask(
    'PATCH',
    `${CIDRS}/more`,
    { spec: { cidrs: ['10.97.0.0/28'] } },
    'application/merge-patch+json',
  );
  assert.equal(refusals, ['spec.cidrs Invalid']);
});

test('IPAddresses of any kind are created, changed, found by label and deleted together', async () => {
  await using services = await startSmall();
  const parentRef = { group: 'mygroup', resource: 'myresources', namespace: 'foo', name: 'bar' };
  const address = (name: string, type: string): object => ({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'IPAddress',
    metadata: { name, labels: { type } },
    spec: { parentRef },
  });
  for (const [name, type] of [
    ['255.255.255.255', 'broadcast'],
    ['fe80::42:1dff:fe84:f9e2', 'link-local'],
  ] as const)
    assert.is((await services.ask('POST', ADDRESSES, address(name, type))).status, 201);
  const note = { metadata: { annotations: { patched: 'true' } } };
  const url = `${ADDRESSES}/255.255.255.255`;
  assert.is(
    (await services.ask('PATCH', url, note, 'application/merge-patch+json')).object.metadata.annotations.patched,
    'true',
  );
  const listed = async (selector: string): Promise<number> =>
    (await services.ask('GET', `${ADDRESSES}?labelSelector=${selector}`)).object.items.length;
  assert.is(await listed('type%3Dbroadcast'), 1);
  await services.ask('DELETE', `${ADDRESSES}?labelSelector=type%3Dlink-local`);
  assert.equal([await listed('type%3Dlink-local'), await listed('type%3Dbroadcast')], [0, 1]);
});

test.run();
