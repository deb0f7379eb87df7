/** The objects of Services: their status, their end, and the endpoints that somebody writes by hand. */
import type { KubeObject } from '@towtank/apimachinery';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type HandMadeCluster, startHandMade } from './_hand-made-pods.ts';

const test = suite('service objects');

const DEFAULT = { namespace: 'default' };
const SERVICES = { group: '', version: 'v1', resource: 'services' };
const ENDPOINTS = { group: '', version: 'v1', resource: 'endpoints' };
const SLICES = { group: 'discovery.k8s.io', version: 'v1', resource: 'endpointslices' };
const BY_NAME = 'kubernetes.io/service-name';

const WEB = { selector: { app: 'web' }, ports: [{ port: 80, targetPort: 8080 }] };

/** Slices of a Service, sorted, as `address address :port`. */
async function slicesOf({ cluster }: HandMadeCluster, service: string): Promise<string[]> {
  await cluster.settled();
  const { items } = await cluster.client.resource(SLICES).list({ ...DEFAULT, labelSelector: `${BY_NAME}=${service}` });
  const line = ({ endpoints, ports }: KubeObject): string =>
    [
      ...(endpoints ?? []).flatMap(({ addresses }: { addresses: string[] }) => addresses),
      ...(ports ?? []).map(({ port }: { port: number }) => `:${port}`),
    ].join(' ');
  return items.map(line).sort();
}

const find = async (hand: HandMadeCluster, name: string): Promise<KubeObject | undefined> =>
  await hand.cluster.client
    .resource(ENDPOINTS)
    .get(name, DEFAULT)
    .catch(() => undefined);

/** A slice that somebody writes: pods by name, and the numbers of its ports. */
const sliceOf = (
  hand: HandMadeCluster,
  name: string,
  pods: readonly string[],
  ports: Record<string, number>,
): KubeObject => ({
  metadata: { name, labels: { [BY_NAME]: 'web' } },
  addressType: 'IPv4',
  endpoints: pods.map((pod) => ({ addresses: [hand.as(pod).ip] })),
  ports: Object.entries(ports).map(([portName, port]) => ({ name: portName, port })),
});

test('the status of a Service is patched, replaced and read on its own, and each write is an event', async () => {
  await using hand = await startHandMade();
  const services = hand.cluster.client.resource(SERVICES);
  const events: string[] = [];
  const watch = await services.watch(DEFAULT);
  watch.start({
    event: ({ type, object }) => {
      const { metadata, status } = object as KubeObject;
      if (metadata.name !== 'web') return;
      events.push([type, metadata.labels?.team, status?.conditions?.[0]?.reason].filter(Boolean).join(' '));
    },
    end: () => {},
  });
  await services.create({ metadata: { name: 'web' }, spec: WEB }, DEFAULT);
  const condition = (reason: string): object => ({
    status: {
      conditions: [
        { type: 'Checked', status: 'True', reason, message: '', lastTransitionTime: '2026-01-01T00:00:00Z' },
      ],
    },
  });
  const reasonOf = ({ status }: KubeObject): string => status.conditions[0].reason;
  await services.patch('web', condition('Patched'), { ...DEFAULT, subresource: 'status' });
  const patched = await services.subresource('status').get('web', DEFAULT);
  assert.is(reasonOf(patched), 'Patched');
  await services.updateStatus({
    ...patched,
    ...condition('Replaced'),
    spec: { ...WEB, ports: [{ port: 1 }] },
  } as KubeObject);
  await services.patch('web', { metadata: { labels: { team: 'shop' } }, ...condition('Ignored') }, DEFAULT);
  const stored = await services.get('web', DEFAULT);
  assert.equal(
    [reasonOf(stored), stored.spec.ports[0].port, stored.metadata.labels],
    ['Replaced', 80, { team: 'shop' }],
  );
  await services.delete('web', DEFAULT);
  await hand.cluster.settled();
  watch.close();
  assert.equal(events, [
    'ADDED',
    'MODIFIED Patched',
    'MODIFIED Replaced',
    'MODIFIED shop Replaced',
    'DELETED shop Replaced',
  ]);
});

test('a collection of Services goes at once, with all that they have, and leaves the others', async () => {
  await using hand = await startHandMade();
  await hand.pod('web-1');
  const labels = { team: 'shop' };
  const gone = [await hand.service('one', WEB, labels), await hand.service('two', WEB, labels)];
  const left = await hand.service('three', WEB);
  await hand.cluster.client.resource(SERVICES).deleteCollection({ ...DEFAULT, labelSelector: 'team=shop' });
  await hand.cluster.settled();
  const { items } = await hand.cluster.client.resource(SERVICES).list(DEFAULT);
  assert.equal(items.map(({ metadata }) => metadata.name).sort(), ['kubernetes', 'three']);
  for (const { spec, metadata } of gone) {
    assert.is(await hand.ask(spec.clusterIP, 80), 'EHOSTUNREACH');
    assert.equal([await find(hand, metadata.name ?? ''), await slicesOf(hand, metadata.name ?? '')], [undefined, []]);
  }
  assert.is(await hand.ask(left.spec.clusterIP, 80), 'web-1');
});

test('a selector without pods has its Endpoints and its slice, which go with the Service', async () => {
  await using hand = await startHandMade();
  await hand.service('web', WEB);
  assert.is((await find(hand, 'web'))?.subsets, undefined);
  assert.ok(await find(hand, 'web'));
  assert.equal(await slicesOf(hand, 'web'), ['']);
  await hand.deleteService('web');
  assert.is(await find(hand, 'web'), undefined);
  assert.equal(await slicesOf(hand, 'web'), []);
});

test('hand-written slices of many ports and addresses add up to one Service', async () => {
  await using hand = await startHandMade();
  const containerPorts = [{ containerPort: 8080 }, { containerPort: 8081 }];
  for (const name of ['a', 'b', 'c']) await hand.pod(name, { labels: {}, ports: containerPorts });
  const ports = [
    { name: 'one', port: 80 },
    { name: 'two', port: 81 },
  ];
  const { spec } = await hand.service('web', { ports });
  const slices = hand.cluster.client.resource(SLICES);
  const who = async (): Promise<string[][]> => {
    await hand.cluster.settled();
    return [await hand.who(6, spec.clusterIP, 80), await hand.who(6, spec.clusterIP, 81)];
  };
  await slices.create(sliceOf(hand, 'first', ['a'], { one: 8080, two: 8081 }), DEFAULT);
  assert.equal(await who(), [['a'], ['a']]);
  await slices.create(sliceOf(hand, 'second', ['b'], { one: 8081 }), DEFAULT);
  assert.equal(await who(), [['a', 'b'], ['a']]);
  await slices.create(sliceOf(hand, 'third', ['b', 'c'], { two: 8080 }), DEFAULT);
  assert.equal(await who(), [
    ['a', 'b'],
    ['a', 'b', 'c'],
  ]);
  await slices.delete('first', DEFAULT);
  assert.equal(await who(), [['b'], ['b', 'c']]);
});

test('a slice with the label of headless Services is nothing to the proxy for as long as it has it', async () => {
  await using hand = await startHandMade();
  await hand.pod('web-1', { labels: {} });
  const { spec } = await hand.service('web', { ports: [{ name: 'one', port: 80 }] });
  const slices = hand.cluster.client.resource(SLICES);
  await slices.create(sliceOf(hand, 'web', ['web-1'], { one: 8080 }), DEFAULT);
  const label = async (value: string | null): Promise<string> => {
    await slices.patch('web', { metadata: { labels: { 'service.kubernetes.io/headless': value } } }, DEFAULT);
    await hand.cluster.settled();
    return await hand.ask(spec.clusterIP, 80);
  };
  assert.is(await label(null), 'web-1');
  assert.is(await label(''), 'ECONNREFUSED');
  assert.is(await label(null), 'web-1');
});

test('hand-written Endpoints are mirrored when they come, change and go', async () => {
  await using hand = await startHandMade();
  for (const name of ['a', 'b']) await hand.pod(name, { labels: {} });
  const [a = '', b = ''] = ['a', 'b'].map((name) => hand.as(name).ip);
  const { spec } = await hand.service('web', { ports: [{ port: 80 }] });
  const endpoints = hand.cluster.client.resource(ENDPOINTS);
  const subset = (ip: string): object => ({ addresses: [{ ip }], ports: [{ port: 8080 }] });
  await endpoints.create({ metadata: { name: 'web' }, subsets: [subset(a)] } as KubeObject, DEFAULT);
  assert.equal([await slicesOf(hand, 'web'), await hand.who(2, spec.clusterIP, 80)], [[`${a} :8080`], ['a']]);
  await endpoints.patch('web', { subsets: [subset(b)] }, DEFAULT);
  assert.equal([await slicesOf(hand, 'web'), await hand.who(2, spec.clusterIP, 80)], [[`${b} :8080`], ['b']]);
  await endpoints.delete('web', DEFAULT);
  assert.equal([await slicesOf(hand, 'web'), await hand.who(1, spec.clusterIP, 80)], [[], ['ECONNREFUSED']]);
});

test('two subsets that share an address are mirrored into one slice with both ports', async () => {
  await using hand = await startHandMade();
  await hand.pod('a', { labels: {}, ports: [{ containerPort: 8080 }, { containerPort: 8081 }] });
  const { ip } = hand.as('a');
  const ports = [
    { name: 'one', port: 80 },
    { name: 'two', port: 81 },
  ];
  const { spec } = await hand.service('web', { ports });
  const subset = (name: string, port: number): object => ({ addresses: [{ ip }], ports: [{ name, port }] });
  const subsets = [subset('one', 8080), subset('two', 8081)];
  await hand.cluster.client.resource(ENDPOINTS).create({ metadata: { name: 'web' }, subsets } as KubeObject, DEFAULT);
  const [line = '', ...others] = await slicesOf(hand, 'web');
  assert.equal([line.split(' ').sort(), others], [[ip, ':8080', ':8081'].sort(), []]);
  assert.equal([await hand.ask(spec.clusterIP, 80), await hand.ask(spec.clusterIP, 81)], ['a', 'a']);
});

test('a Service that loses its selector has every address in two slices, and readers see each once', async () => {
  await using hand = await startHandMade();
  for (const name of ['web-1', 'web-2']) await hand.pod(name);
  const ips = ['web-1', 'web-2'].map((name) => hand.as(name).ip);
  const { spec } = await hand.service('web', { ports: WEB.ports, selector: WEB.selector });
  await hand.service('peers', { ...WEB, clusterIP: 'None' });
  const services = hand.cluster.client.resource(SERVICES);
  for (const name of ['web', 'peers']) {
    await services.patch(name, { spec: { selector: null } }, DEFAULT);
    const line = `${ips.join(' ')} :8080`;
    assert.equal(await slicesOf(hand, name), [line, line], name);
  }
  assert.equal(
    hand.cluster.proxy.backends('default/web').map(({ ip }) => ip),
    ips,
  );
  const answers: string[] = [];
  for (let count = 0; count < 4; count += 1) answers.push(await hand.ask(spec.clusterIP, 80));
  assert.equal(answers.sort(), ['web-1', 'web-1', 'web-2', 'web-2']);
  assert.equal(await hand.cluster.resolve('peers', 'A'), ips);
  const [reverse = ''] = ips.map((ip) => `${ip.split('.').reverse().join('.')}.in-addr.arpa`);
  const names = (await hand.cluster.resolve(reverse, 'PTR')) as string[];
  const [dashed = ''] = ips.map((ip) => ip.replaceAll('.', '-'));
  assert.equal(
    names.sort(),
    ['peers', 'web'].map((name) => `${dashed}.${name}.default.svc.cluster.local`),
  );
});

test.run();
