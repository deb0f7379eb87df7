/** Defaults, rules and warnings of single fields. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { PORT, startServices } from './_services.ts';

const test = suite('fields of a Service');
const ports = [PORT];
const LB = { type: 'LoadBalancer', ports };
const EXTERNAL = { type: 'ExternalName', externalName: 'example.com' };

const DEFAULTS: readonly { name: string; spec: object; expected: object }[] = [
  {
    name: 'a Service that says nothing',
    spec: { ports },
    expected: {
      type: 'ClusterIP',
      sessionAffinity: 'None',
      internalTrafficPolicy: 'Cluster',
      externalTrafficPolicy: undefined,
      ports: [{ protocol: 'TCP', port: 80, targetPort: 80 }],
    },
  },
  {
    name: 'a target port of 0',
    spec: { ports: [{ port: 80, targetPort: 0 }] },
    expected: { ports: [{ protocol: 'TCP', port: 80, targetPort: 80 }] },
  },
  {
    name: 'no affinity with a timeout',
    spec: { ports, sessionAffinityConfig: { clientIP: { timeoutSeconds: 5 } } },
    expected: { sessionAffinity: 'None', sessionAffinityConfig: undefined },
  },
  {
    name: 'affinity without a timeout',
    spec: { ports, sessionAffinity: 'ClientIP' },
    expected: { sessionAffinityConfig: { clientIP: { timeoutSeconds: 10_800 } } },
  },
  {
    name: 'a ClusterIP with external IPs',
    spec: { ports, externalIPs: ['192.0.2.1'] },
    expected: { externalTrafficPolicy: 'Cluster' },
  },
  { name: 'a NodePort', spec: { type: 'NodePort', ports }, expected: { externalTrafficPolicy: 'Cluster' } },
  {
    name: 'a LoadBalancer',
    spec: LB,
    expected: {
      externalTrafficPolicy: 'Cluster',
      allocateLoadBalancerNodePorts: true,
      healthCheckNodePort: undefined,
      trafficDistribution: undefined,
    },
  },
  {
    name: 'an ExternalName',
    spec: { ...EXTERNAL, ports, selector: { app: 'web' } },
    expected: {
      internalTrafficPolicy: undefined,
      clusterIP: undefined,
      ipFamilies: undefined,
      selector: { app: 'web' },
      ports: [{ protocol: 'TCP', port: 80, targetPort: 80 }],
    },
  },
  { name: 'an empty selector', spec: { ports, selector: {} }, expected: { selector: undefined } },
];

for (const { name, spec, expected } of DEFAULTS)
  test(`defaults of ${name}`, async () => {
    await using services = await startServices();
    const { status, object, messages } = await services.create('web', spec);
    assert.is(status, 201, messages.join());
    assert.equal(Object.fromEntries(Object.keys(expected).map((field) => [field, object.spec[field]])), expected);
    assert.equal(object.status, { loadBalancer: {} });
    assert.is(object.metadata.generation, undefined);
  });

const NAMES: readonly { name: string; status: number }[] = [
  { name: '1web', status: 201 },
  { name: 'a'.repeat(63), status: 201 },
  { name: 'a'.repeat(64), status: 422 },
  { name: 'we.b', status: 422 },
  { name: 'Web', status: 422 },
];

for (const { name, status } of NAMES)
  test(`the name ${name.slice(0, 8)} of ${name.length} characters gives ${status}`, async () => {
    await using services = await startServices();
    assert.is((await services.create(name, { ports })).status, status);
  });

interface Refused {
  readonly name: string;
  readonly spec: object;
  readonly refusals: readonly string[];
  readonly message?: string;
}

const REFUSED: readonly Refused[] = [
  { name: 'no ports', spec: {}, refusals: ['spec.ports Required'] },
  {
    name: 'two ports without names',
    spec: { ports: [{ port: 80 }, { port: 81 }] },
    refusals: ['spec.ports[0].name Required', 'spec.ports[1].name Required'],
  },
  {
    name: 'one name twice',
    spec: {
      ports: [
        { name: 'a', port: 80 },
        { name: 'a', port: 81 },
      ],
    },
    refusals: ['spec.ports[1].name Duplicate'],
  },
  {
    name: 'one port and protocol twice',
    spec: {
      ports: [
        { name: 'a', port: 80 },
        { name: 'b', port: 80 },
      ],
    },
    refusals: ['spec.ports[1] Duplicate'],
  },
  {
    name: 'port 0',
    spec: { ports: [{ port: 0 }] },
    refusals: ['spec.ports[0].port Invalid', 'spec.ports[0].targetPort Invalid'],
  },
  {
    name: 'port 65536',
    spec: { ports: [{ port: 65_536 }] },
    refusals: ['spec.ports[0].port Invalid', 'spec.ports[0].targetPort Invalid'],
  },
  {
    name: 'a target port that is a number in quotes',
    spec: { ports: [{ port: 80, targetPort: '80' }] },
    refusals: ['spec.ports[0].targetPort Invalid'],
    message: 'must contain at least one letter (a-z)',
  },
  {
    name: 'a target port of 16 characters',
    spec: { ports: [{ port: 80, targetPort: 'a'.repeat(16) }] },
    refusals: ['spec.ports[0].targetPort Invalid'],
    message: 'must be no more than 15 characters',
  },
  {
    name: 'a protocol in lower case',
    spec: { ports: [{ port: 80, protocol: 'tcp' }] },
    refusals: ['spec.ports[0].protocol NotSupported'],
    message: 'supported values: "SCTP", "TCP", "UDP"',
  },
  {
    name: 'an application protocol with blanks',
    spec: { ports: [{ port: 80, appProtocol: 'h t t p' }] },
    refusals: ['spec.ports[0].appProtocol Invalid'],
  },
  {
    name: 'an external name that is missing',
    spec: { type: 'ExternalName' },
    refusals: ['spec.externalName Required'],
  },
  {
    name: 'an external name in upper case',
    spec: { type: 'ExternalName', externalName: 'Example.com' },
    refusals: ['spec.externalName Invalid'],
  },
  { name: 'an unknown type', spec: { type: 'Proxy', ports }, refusals: ['spec.type NotSupported'] },
  {
    name: 'an unknown affinity',
    spec: { ports, sessionAffinity: 'Maybe' },
    refusals: ['spec.sessionAffinity NotSupported'],
    message: 'supported values: "ClientIP", "None"',
  },
  {
    name: 'affinity for more than a day',
    spec: { ports, sessionAffinity: 'ClientIP', sessionAffinityConfig: { clientIP: { timeoutSeconds: 86_401 } } },
    refusals: ['spec.sessionAffinityConfig.clientIP.timeoutSeconds Invalid'],
    message: 'must be greater than 0 and less than 86400',
  },
  {
    name: 'affinity for no time',
    spec: { ports, sessionAffinity: 'ClientIP', sessionAffinityConfig: { clientIP: { timeoutSeconds: 0 } } },
    refusals: ['spec.sessionAffinityConfig.clientIP.timeoutSeconds Invalid'],
  },
  {
    name: 'an external policy on what nobody reaches from outside',
    spec: { ports, externalTrafficPolicy: 'Local' },
    refusals: ['spec.externalTrafficPolicy Invalid'],
    message: 'may only be set for externally-accessible services',
  },
  {
    name: 'an unknown external policy',
    spec: { type: 'NodePort', ports, externalTrafficPolicy: 'Node' },
    refusals: ['spec.externalTrafficPolicy NotSupported'],
    message: 'supported values: "Cluster", "Local"',
  },
  {
    name: 'an unknown internal policy',
    spec: { ports, internalTrafficPolicy: 'Node' },
    refusals: ['spec.internalTrafficPolicy NotSupported'],
    message: 'supported values: "Cluster", "Local"',
  },
  {
    name: 'an unknown distribution',
    spec: { ports, trafficDistribution: 'PreferFar' },
    refusals: ['spec.trafficDistribution NotSupported'],
  },
  {
    name: 'a load balancer class without a load balancer',
    spec: { ports, loadBalancerClass: 'example.com/a' },
    refusals: ['spec.loadBalancerClass Forbidden'],
  },
  {
    name: 'a load balancer class with blanks',
    spec: { ...LB, loadBalancerClass: 'a b' },
    refusals: ['spec.loadBalancerClass Invalid'],
  },
  {
    name: 'allocation of node ports without a load balancer',
    spec: { ports, allocateLoadBalancerNodePorts: true },
    refusals: ['spec.allocateLoadBalancerNodePorts Forbidden'],
  },
  {
    name: 'source ranges without a load balancer',
    spec: { ports, loadBalancerSourceRanges: ['10.0.0.0/8'] },
    refusals: ['spec.LoadBalancerSourceRanges Forbidden'],
  },
  {
    name: 'a source range with bits beyond its prefix',
    spec: { ...LB, loadBalancerSourceRanges: ['10.0.0.1/8'] },
    refusals: ['spec.LoadBalancerSourceRanges[0] Invalid'],
  },
  {
    name: 'external IPs that lead nowhere else',
    spec: { ports, externalIPs: ['0.0.0.0', '127.0.0.1', '169.254.1.1', 'x'] },
    refusals: [0, 1, 2, 3].map((index) => `spec.externalIPs[${index}] Invalid`),
  },
];

for (const { name, spec, refusals, message } of REFUSED)
  test(`refused: ${name}`, async () => {
    await using services = await startServices();
    const answer = await services.create('web', spec);
    assert.equal([answer.status, answer.refusals], [422, refusals], answer.messages.join('\n'));
    if (message !== undefined) assert.ok(answer.messages[0]?.endsWith(message), answer.messages[0]);
  });

const TAKEN: readonly { name: string; spec: object }[] = [
  { name: 'headless without ports', spec: { clusterIP: 'None', selector: { app: 'web' } } },
  {
    name: 'one number in three protocols',
    spec: { ports: ['TCP', 'UDP', 'SCTP'].map((protocol) => ({ name: protocol.toLowerCase(), port: 53, protocol })) },
  },
  { name: 'an external name with a dot at the end', spec: { type: 'ExternalName', externalName: 'example.com.' } },
  { name: 'an external name that is an address', spec: { type: 'ExternalName', externalName: '1.2.3.4' } },
  {
    name: 'affinity for a day',
    spec: { ports, sessionAffinity: 'ClientIP', sessionAffinityConfig: { clientIP: { timeoutSeconds: 86_400 } } },
  },
  { name: 'source ranges with blanks around', spec: { ...LB, loadBalancerSourceRanges: [' 10.0.0.0/8 '] } },
  { name: 'any address asked of the load balancer', spec: { ...LB, loadBalancerIP: 'somewhere' } },
  { name: 'a distribution by node', spec: { ports, trafficDistribution: 'PreferSameNode' } },
];

for (const { name, spec } of TAKEN)
  test(`taken: ${name}`, async () => {
    await using services = await startServices();
    const { status, messages, warnings } = await services.create('web', spec);
    assert.equal([status, messages, warnings], [201, [], []]);
  });

const WARNED: readonly { name: string; spec: object; metadata?: object; warning: string }[] = [
  { name: 'external IPs', spec: { ports, externalIPs: ['192.0.2.1'] }, warning: 'spec.externalIPs is deprecated' },
  {
    name: 'an external name on another type',
    spec: { ports, externalName: 'example.com' },
    warning: 'spec.externalName is ignored when spec.type is not',
  },
  {
    name: 'affinity of a headless Service',
    spec: { clusterIP: 'None', ports, sessionAffinity: 'ClientIP' },
    warning: 'spec.SessionAffinity is ignored for headless services',
  },
  {
    name: 'the old name of a distribution',
    spec: { ports, trafficDistribution: 'PreferClose' },
    warning: 'PreferSameZone',
  },
  {
    name: 'the old annotation for hints',
    spec: { ports },
    metadata: { annotations: { 'service.kubernetes.io/topology-aware-hints': 'auto' } },
    warning: 'please use service.kubernetes.io/topology-mode instead',
  },
  {
    name: 'an external IP that is not in its canonical text',
    spec: { ports, externalIPs: ['2001:DB8:0::1'] },
    warning: String.raw`spec.externalIPs[0]: IPv6 address \"2001:DB8:0::1\" should be in RFC 5952 canonical format (\"2001:db8::1\")`,
  },
  {
    name: 'an address of the load balancer with leading zeros',
    spec: { ...LB, loadBalancerIP: '010.0.0.1' },
    warning: String.raw`spec.loadBalancerIP: non-standard IP address \"010.0.0.1\" will be considered invalid in a future Kubernetes release: use \"10.0.0.1\"`,
  },
  {
    name: 'external IPs of a Service that has no use for them',
    spec: { type: 'ExternalName', externalName: 'example.com', externalIPs: ['192.0.2.1'] },
    warning: 'spec.externalIPs is ignored when spec.type is',
  },
];

for (const { name, spec, metadata = {}, warning } of WARNED)
  test(`warned of: ${name}`, async () => {
    await using services = await startServices();
    const { status, warnings } = await services.create('web', spec, { metadata });
    assert.is(status, 201);
    assert.ok(warnings.join().includes(warning), warnings.join());
  });

test('source ranges may come from the annotation, and have the same rules there', async () => {
  await using services = await startServices();
  const annotated = (ranges: string): object => ({
    annotations: { 'service.beta.kubernetes.io/load-balancer-source-ranges': ranges },
  });
  assert.is((await services.create('web', LB, { metadata: annotated('10.0.0.0/8, 192.168.0.0/16') })).status, 201);
  assert.is((await services.create('bad', LB, { metadata: annotated('10.0.0.0/99') })).status, 422);
  assert.is((await services.create('other', { ports }, { metadata: annotated('10.0.0.0/8') })).status, 422);
});

test('an external IP in an odd spelling stays where it has been, and goes nowhere else', async () => {
  await using services = await startServices();
  const [odd, other] = ['::ffff:192.0.2.1', '192.000.002.002'];
  const refused = (at: number): string[] => [`spec.externalIPs[${at}] Invalid`];
  assert.equal((await services.create('web', { ports, externalIPs: [odd] })).refusals, refused(0));
  await services.create('web', { ports });
  await services.store('web', ({ spec }) => {
    spec.externalIPs = [odd];
  });
  const setIps = async (...externalIPs: string[]): Promise<unknown> => {
    const { status, refusals, object } = await services.update('web', ({ spec }) => {
      spec.externalIPs = externalIPs;
    });
    return status === 200 ? object.spec.externalIPs : refusals;
  };
  assert.equal(await setIps(odd), [odd]);
  assert.equal(await setIps('192.0.2.9', odd), ['192.0.2.9', odd]);
  assert.equal(await setIps(odd, other), refused(1));
  assert.equal(await setIps('192.0.2.9'), ['192.0.2.9']);
  assert.equal(await setIps(odd), refused(0));
});

test('Services are found by address and by type', async () => {
  await using services = await startServices();
  await services.create('a', { clusterIP: '10.96.0.50', ports });
  await services.create('b', { type: 'NodePort', ports });
  await services.create('c', { clusterIP: 'None', ports });
  const found = async (selector: string): Promise<string[]> => {
    const path = `/api/v1/namespaces/default/services?fieldSelector=${encodeURIComponent(selector)}`;
    const { items } = (await services.ask('GET', path)).object;
    return items.map(({ metadata }: { metadata: { name: string } }) => metadata.name);
  };
  assert.equal(await found('spec.clusterIP=10.96.0.50'), ['a']);
  assert.equal(await found('spec.type=NodePort'), ['b']);
  assert.equal(await found('spec.clusterIP=None'), ['c']);
});

test('Endpoints go with their Service at once', async () => {
  await using services = await startServices();
  const path = '/api/v1/namespaces/default/endpoints';
  await services.create('web', { ports });
  await services.ask('POST', path, { metadata: { name: 'web' }, subsets: [] });
  await services.remove('web');
  assert.is((await services.ask('GET', `${path}/web`)).status, 404);
});

test('default/kubernetes leads to the API server', async () => {
  await using services = await startServices();
  const { metadata, spec } = await services.get('kubernetes');
  assert.equal(metadata.labels, { component: 'apiserver', provider: 'kubernetes' });
  assert.equal(
    [spec.clusterIP, spec.ipFamilyPolicy, spec.selector, spec.ports],
    ['10.96.0.1', 'SingleStack', undefined, [{ name: 'https', protocol: 'TCP', port: 443, targetPort: 6443 }]],
  );
  const endpoints = (await services.ask('GET', '/api/v1/namespaces/default/endpoints/kubernetes')).object;
  assert.is(endpoints.metadata.labels['endpointslice.kubernetes.io/skip-mirror'], 'true');
  const slice = await services.ask('GET', '/apis/discovery.k8s.io/v1/namespaces/default/endpointslices/kubernetes');
  assert.equal(slice.object.metadata.labels, { 'kubernetes.io/service-name': 'kubernetes' });
});

test.run();
