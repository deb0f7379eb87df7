/** Cluster IPs and families of new Services. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { DUAL_STACK, PORT, startServices } from './_services.ts';

const test = suite('cluster IPs of a new Service');
const ports = [PORT];

interface Refused {
  readonly name: string;
  readonly spec: object;
  readonly cidrs?: readonly string[];
  readonly refusals: readonly string[];
  readonly message?: string;
}

const REFUSED: readonly Refused[] = [
  {
    name: 'the plural without the singular',
    spec: { clusterIPs: ['10.96.0.50'], ports },
    refusals: ['spec.clusterIPs Invalid'],
    message: 'must be empty when `clusterIP` is not specified',
  },
  {
    name: 'a first address that is not the singular one',
    spec: { clusterIP: '10.96.0.50', clusterIPs: ['10.96.0.51'], ports },
    refusals: ['spec.clusterIPs Invalid'],
    message: 'first value must match `clusterIP`',
  },
  {
    name: 'an IPv4 address for the family IPv6',
    spec: { clusterIP: '10.96.0.50', ipFamilies: ['IPv6'], ports },
    cidrs: DUAL_STACK,
    refusals: ['spec.clusterIPs[0] Invalid'],
    message: 'expected an IPv6 value as indicated by `ipFamilies[0]`',
  },
  {
    name: 'two families without a policy',
    spec: { ipFamilies: ['IPv4', 'IPv6'], ports },
    cidrs: DUAL_STACK,
    refusals: ['spec.ipFamilyPolicy Invalid'],
    message: "must be 'RequireDualStack' or 'PreferDualStack' when multiple IP families are specified",
  },
  {
    name: 'two addresses without a policy',
    spec: { clusterIP: '10.96.0.50', clusterIPs: ['10.96.0.50', 'fd00:10:96::50'], ports },
    cidrs: DUAL_STACK,
    refusals: ['spec.ipFamilyPolicy Invalid'],
    message: "must be 'RequireDualStack' or 'PreferDualStack' when multiple cluster IPs are specified",
  },
  {
    name: 'both families on a cluster with one',
    spec: { ipFamilyPolicy: 'RequireDualStack', ports },
    refusals: ['spec.ipFamilyPolicy Invalid'],
    message: 'this cluster is not configured for dual-stack services',
  },
  {
    name: 'a family that the cluster does not have',
    spec: { ipFamilies: ['IPv6'], ports },
    refusals: ['spec.ipFamilies[0] Invalid'],
    message: 'not configured on this cluster',
  },
  {
    name: 'one family twice',
    spec: { ipFamilyPolicy: 'RequireDualStack', ipFamilies: ['IPv4', 'IPv4'], ports },
    cidrs: DUAL_STACK,
    refusals: ['spec.ipFamilies[1] Duplicate'],
  },
  {
    name: 'two addresses of one family',
    spec: {
      ipFamilyPolicy: 'PreferDualStack',
      clusterIP: '10.96.0.50',
      clusterIPs: ['10.96.0.50', '10.96.0.51'],
      ports,
    },
    cidrs: DUAL_STACK,
    refusals: ['spec.clusterIPs Invalid'],
    message: 'may specify no more than one IP for each IP family',
  },
  {
    name: 'a third address',
    spec: {
      ipFamilyPolicy: 'PreferDualStack',
      clusterIP: '10.96.0.50',
      clusterIPs: ['10.96.0.50', 'fd00:10:96::50', '10.96.0.51'],
      ports,
    },
    cidrs: DUAL_STACK,
    refusals: ['spec.clusterIPs Invalid'],
    message: 'may only hold up to 2 values',
  },
  {
    name: 'None beside an address',
    spec: {
      ipFamilyPolicy: 'PreferDualStack',
      clusterIP: 'None',
      clusterIPs: ['None', '10.96.0.50'],
      ports,
    },
    cidrs: DUAL_STACK,
    refusals: ['spec.clusterIPs Invalid'],
    message: "'None' must be the first and only value",
  },
  {
    name: 'a headless NodePort Service',
    spec: { type: 'NodePort', clusterIP: 'None', ports },
    refusals: ['spec.clusterIPs[0] Invalid'],
    message: "may not be set to 'None' for NodePort services",
  },
  {
    name: 'the address of the network',
    spec: { clusterIP: '10.96.0.0', ports },
    refusals: ['spec.clusterIPs Invalid'],
    message: 'failed to allocate IP 10.96.0.0: the provided network does not match the current range',
  },
  {
    name: 'the broadcast address',
    spec: { clusterIP: '10.96.255.255', ports },
    refusals: ['spec.clusterIPs Invalid'],
    message: 'failed to allocate IP 10.96.255.255: the provided network does not match the current range',
  },
  {
    name: 'an address of no range',
    spec: { clusterIP: '10.97.0.1', ports },
    refusals: ['spec.clusterIPs Invalid'],
    message: 'failed to allocate IP 10.97.0.1: the provided network does not match the current range',
  },
  {
    name: 'the address of another Service',
    spec: { clusterIP: '10.96.0.1', ports },
    refusals: ['spec.clusterIPs Invalid'],
    message: 'failed to allocate IP 10.96.0.1: provided IP is already allocated',
  },
  {
    name: 'text that is no address',
    spec: { clusterIP: 'ten', ports },
    refusals: ['spec.clusterIPs[0] Invalid'],
    message: 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)',
  },
  {
    name: 'an unknown policy',
    spec: { ipFamilyPolicy: 'Both', ports },
    refusals: ['spec.ipFamilyPolicy NotSupported'],
  },
  {
    name: 'a cluster IP for an external name',
    spec: { type: 'ExternalName', externalName: 'example.com', clusterIP: '10.96.0.50' },
    refusals: ['spec.clusterIPs Forbidden'],
  },
  {
    name: 'families and a policy for an external name',
    spec: {
      type: 'ExternalName',
      externalName: 'example.com',
      ipFamilies: ['IPv4'],
      ipFamilyPolicy: 'SingleStack',
    },
    refusals: ['spec.ipFamilies Forbidden', 'spec.ipFamilyPolicy Forbidden'],
  },
];

for (const { name, spec, cidrs, refusals, message } of REFUSED)
  test(`${name} is refused`, async () => {
    await using services = await startServices(cidrs);
    const answer = await services.create('web', spec);
    assert.equal([answer.status, answer.refusals], [422, refusals]);
    if (message !== undefined) assert.ok(answer.messages[0]?.endsWith(message), answer.messages[0]);
  });

interface Settled {
  readonly name: string;
  readonly spec: object;
  readonly cidrs: readonly string[];
  readonly policy: string;
  readonly families: readonly string[];
  /** Addresses by the range that they lie in, or as they are. */
  readonly ips: readonly string[];
}

const V4 = ['10.96.0.0/16'];
const V6_FIRST = ['fd00:10:96::/112', '10.96.0.0/16'];
const BOTH = ['IPv4', 'IPv6'];

const SETTLED: readonly Settled[] = [
  {
    name: 'nothing said: one address of the primary family',
    spec: { ports },
    cidrs: DUAL_STACK,
    policy: 'SingleStack',
    families: ['IPv4'],
    ips: ['v4'],
  },
  {
    name: 'nothing said where IPv6 is primary',
    spec: { ports },
    cidrs: V6_FIRST,
    policy: 'SingleStack',
    families: ['IPv6'],
    ips: ['v6'],
  },
  {
    name: 'the secondary family alone',
    spec: { ipFamilies: ['IPv6'], ports },
    cidrs: DUAL_STACK,
    policy: 'SingleStack',
    families: ['IPv6'],
    ips: ['v6'],
  },
  {
    name: 'an address of the secondary family says which family',
    spec: { clusterIP: 'fd00:10:96::50', ports },
    cidrs: DUAL_STACK,
    policy: 'SingleStack',
    families: ['IPv6'],
    ips: ['fd00:10:96::50'],
  },
  {
    name: 'both preferred, both there',
    spec: { ipFamilyPolicy: 'PreferDualStack', ports },
    cidrs: DUAL_STACK,
    policy: 'PreferDualStack',
    families: BOTH,
    ips: ['v4', 'v6'],
  },
  {
    name: 'both preferred, one there',
    spec: { ipFamilyPolicy: 'PreferDualStack', ports },
    cidrs: V4,
    policy: 'PreferDualStack',
    families: ['IPv4'],
    ips: ['v4'],
  },
  {
    name: 'both required, with IPv6 first',
    spec: { ipFamilyPolicy: 'RequireDualStack', ipFamilies: ['IPv6'], ports },
    cidrs: DUAL_STACK,
    policy: 'RequireDualStack',
    families: ['IPv6', 'IPv4'],
    ips: ['v6', 'v4'],
  },
  {
    name: 'one address chosen, the other not',
    spec: { ipFamilyPolicy: 'RequireDualStack', clusterIP: 'fd00:10:96::50', ports },
    cidrs: DUAL_STACK,
    policy: 'RequireDualStack',
    families: ['IPv6', 'IPv4'],
    ips: ['fd00:10:96::50', 'v4'],
  },
  {
    name: 'both addresses chosen',
    spec: {
      ipFamilyPolicy: 'PreferDualStack',
      clusterIP: '10.96.0.50',
      clusterIPs: ['10.96.0.50', 'fd00:10:96::50'],
      ports,
    },
    cidrs: DUAL_STACK,
    policy: 'PreferDualStack',
    families: BOTH,
    ips: ['10.96.0.50', 'fd00:10:96::50'],
  },
  {
    name: 'headless without selector: both families even where there is one',
    spec: { clusterIP: 'None', ports },
    cidrs: V4,
    policy: 'RequireDualStack',
    families: BOTH,
    ips: ['None'],
  },
  {
    name: 'headless with an empty selector',
    spec: { clusterIP: 'None', selector: {} },
    cidrs: V4,
    policy: 'RequireDualStack',
    families: BOTH,
    ips: ['None'],
  },
  {
    name: 'headless without selector that asks for one family',
    spec: { clusterIP: 'None', ipFamilyPolicy: 'SingleStack' },
    cidrs: V4,
    policy: 'SingleStack',
    families: ['IPv4'],
    ips: ['None'],
  },
  {
    name: 'headless with selector',
    spec: { clusterIP: 'None', selector: { app: 'web' } },
    cidrs: DUAL_STACK,
    policy: 'SingleStack',
    families: ['IPv4'],
    ips: ['None'],
  },
  {
    name: 'headless with selector that prefers both',
    spec: { clusterIP: 'None', selector: { app: 'web' }, ipFamilyPolicy: 'PreferDualStack' },
    cidrs: DUAL_STACK,
    policy: 'PreferDualStack',
    families: BOTH,
    ips: ['None'],
  },
];

const byRange = (ip: string, expected: string): string =>
  expected === 'v4' || expected === 'v6' ? (ip.includes(':') ? 'v6' : 'v4') : ip;

for (const { name, spec, cidrs, policy, families, ips } of SETTLED)
  test(name, async () => {
    await using services = await startServices(cidrs);
    const { status, object, messages } = await services.create('web', spec);
    assert.is(status, 201, messages.join());
    const { clusterIP, clusterIPs, ipFamilies, ipFamilyPolicy } = object.spec;
    assert.equal([ipFamilyPolicy, ipFamilies], [policy, families]);
    assert.equal(
      clusterIPs.map((ip: string, index: number) => byRange(ip, ips[index] ?? '')),
      ips,
    );
    assert.is(clusterIP, clusterIPs[0]);
  });

test('addresses nobody chose come from above the static band, and from it when nothing else is left', async () => {
  await using services = await startServices(['10.96.0.0/26']);
  const last: number[] = [];
  for (let index = 0; index < 61; index += 1) {
    const { object } = await services.create(`s${index}`, { ports });
    last.push(Number(object.spec.clusterIP.split('.')[3]));
  }
  // 64 addresses: the first 16 are for those chosen by hand, and default/kubernetes has the very first of them.
  assert.ok(
    last.slice(0, 46).every((number) => number > 16 && number < 63),
    last.join(),
  );
  assert.equal(
    [...last].sort((a, b) => a - b),
    Array.from({ length: 61 }, (_, index) => index + 2),
  );
  const { status, messages } = await services.create('one-too-many', { ports });
  assert.equal([status, messages], [500, ['Internal error occurred: failed to allocate a serviceIP: range is full']]);
});

test('a range of 16 addresses has no static band', async () => {
  await using services = await startServices(['10.96.0.0/28']);
  for (let index = 0; index < 13; index += 1) assert.is((await services.create(`s${index}`, { ports })).status, 201);
  assert.is((await services.create('one-too-many', { ports })).status, 500);
});

test('an address may be chosen anywhere in the range, and is free again once its Service is gone', async () => {
  await using services = await startServices();
  for (const clusterIP of ['10.96.0.2', '10.96.255.254']) {
    assert.is((await services.create('first', { clusterIP, ports })).status, 201);
    assert.is((await services.create('second', { clusterIP, ports })).status, 422);
    await services.remove('first');
    assert.is((await services.create('second', { clusterIP, ports })).status, 201);
    await services.remove('second');
  }
});

test('the last IPv6 address can be had, the first cannot', async () => {
  await using services = await startServices(DUAL_STACK);
  assert.is((await services.create('last', { clusterIP: 'fd00:10:96::ffff', ports })).status, 201);
  assert.is((await services.create('first', { clusterIP: 'fd00:10:96::', ports })).status, 422);
});

test('every address has an IPAddress object that names its Service, and goes with it', async () => {
  await using services = await startServices(DUAL_STACK);
  const { object } = await services.create('web', { ipFamilyPolicy: 'RequireDualStack', ports });
  for (const [index, ip] of object.spec.clusterIPs.entries()) {
    const path = `/apis/networking.k8s.io/v1/ipaddresses/${ip}`;
    const { metadata, spec } = (await services.ask('GET', path)).object;
    assert.equal(spec, { parentRef: { resource: 'services', namespace: 'default', name: 'web' } });
    assert.equal(metadata.labels, {
      'ipaddress.kubernetes.io/ip-family': index === 0 ? 'IPv4' : 'IPv6',
      'ipaddress.kubernetes.io/managed-by': 'ipallocator.k8s.io',
    });
  }
  await services.remove('web');
  for (const ip of object.spec.clusterIPs)
    assert.is((await services.ask('GET', `/apis/networking.k8s.io/v1/ipaddresses/${ip}`)).status, 404);
});

test('an IPAddress made by hand keeps its address from Services', async () => {
  await using services = await startServices();
  const parentRef = { resource: 'services', namespace: 'default', name: 'someone' };
  const made = await services.ask('POST', '/apis/networking.k8s.io/v1/ipaddresses', {
    metadata: { name: '10.96.0.50' },
    spec: { parentRef },
  });
  assert.is(made.status, 201, made.messages.join());
  const { status, messages } = await services.create('web', { clusterIP: '10.96.0.50', ports });
  assert.equal(
    [status, messages],
    [422, ['Invalid value: ["10.96.0.50"]: failed to allocate IP 10.96.0.50: provided IP is already allocated']],
  );
  await services.ask('DELETE', '/apis/networking.k8s.io/v1/ipaddresses/10.96.0.50');
  assert.is((await services.create('web', { clusterIP: '10.96.0.50', ports })).status, 201);
});

test('a write that is refused leaves nothing taken', async () => {
  await using services = await startServices(DUAL_STACK);
  const wrong = {
    type: 'NodePort',
    clusterIP: '10.96.0.50',
    ports: [{ port: 80, nodePort: 30_050, targetPort: '80' }],
  };
  assert.is((await services.create('wrong', wrong)).status, 422);
  const halfTaken = {
    ipFamilyPolicy: 'RequireDualStack',
    clusterIP: '10.96.0.50',
    clusterIPs: ['10.96.0.50', 'fd00:10:97::1'],
    ports,
  };
  assert.is((await services.create('half', halfTaken)).status, 422);
  const right = { ...wrong, ports: [{ port: 80, nodePort: 30_050 }] };
  assert.is((await services.create('right', right)).status, 201);
});

test('a failure to allocate comes before every other mistake', async () => {
  await using services = await startServices();
  const { refusals } = await services.create('web', { clusterIP: '10.96.0.1', sessionAffinity: 'Maybe', ports });
  assert.equal(refusals, ['spec.clusterIPs Invalid']);
});

test('an IPv6 address stays as it is spelt, is warned of, and is taken under its canonical name', async () => {
  await using services = await startServices(DUAL_STACK);
  const spelt = 'FD00:10:96:0::50';
  const { status, object, warnings } = await services.create('web', { clusterIP: spelt, ports });
  assert.equal([status, object.spec.clusterIPs], [201, [spelt]]);
  assert.match(warnings.join(), 'spec.clusterIPs[0]: IPv6 address');
  const taken = await services.create('other', { clusterIP: 'fd00:10:96::50', ports });
  assert.match(taken.messages.join(), 'failed to allocate IP fd00:10:96::50: provided IP is already allocated');
  await services.remove('web');
  assert.is((await services.create('other', { clusterIP: 'fd00:10:96::50', ports })).status, 201);
});

test.run();
