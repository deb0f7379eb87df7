/** The DNS server on a real API server with the controllers that make endpoints. */
import {
  Activity,
  type GroupVersionResource,
  type KubeObject,
  type Random,
  realClock,
  seededRandom,
} from '@towtank/apimachinery';
import { buildApiServer } from '@towtank/apiserver';
import { InformerFactory, KubeClient } from '@towtank/client';
import { startControllers } from '@towtank/controllers';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type DnsServer, startDns } from '../src/index.ts';
import { say } from './_ask.ts';
import { answersOf, type Digest, readFixture, TRANSPORTS } from './_recorded.ts';

const CONTROLLERS = new Set([
  'endpoints-controller',
  'endpointslice-controller',
  'endpointslice-mirroring-controller',
  'serviceaccount-controller',
]);

interface World extends AsyncDisposable {
  readonly client: KubeClient;
  readonly dns: DnsServer;
  /** Writes an object as a user would, its status afterwards. */
  create(object: KubeObject): Promise<void>;
  settled(): Promise<void>;
}

async function startWorld(): Promise<World> {
  const [clock, activity, random]: [typeof realClock, Activity, Random] = [
    realClock,
    new Activity(),
    seededRandom('dns'),
  ];
  const apiServer = await buildApiServer({ clock, activity, random });
  const transport = apiServer.transport({ name: 'admin', groups: ['system:masters'] });
  const client = new KubeClient({ transport, fieldManager: 'test' });
  const informers = new InformerFactory({ client, activity, clock });
  const shared = { client, informers, clock, random, activity };
  const dns = await startDns(shared);
  const controllers = await startControllers({ ...shared, enabled: (name) => CONTROLLERS.has(name) });
  await informers.start();
  return {
    client,
    dns,
    async create(object) {
      const resource = client.resource(resourceOf(object));
      const scope = object.metadata.namespace === undefined ? {} : { namespace: object.metadata.namespace };
      const { status, ...rest } = object;
      const created = await resource.create(rest as KubeObject, scope);
      if (status !== undefined) await resource.updateStatus({ ...created, status });
      if (object.kind === 'Namespace') await activity.settled();
    },
    settled: () => activity.settled(),
    async [Symbol.asyncDispose]() {
      await controllers[Symbol.asyncDispose]();
      await dns.close();
      await informers.close();
      await apiServer.close();
    },
  };
}

function resourceOf({ apiVersion = 'v1', kind = '' }: KubeObject): GroupVersionResource {
  const [version = '', group = ''] = apiVersion.split('/').reverse();
  return { group, version, resource: kind.toLowerCase().replace(/([^s])$/, '$1s') };
}

const test = suite('dns on an API server');

test('every recorded query is answered as CoreDNS answered it, from objects that clients and controllers wrote', async () => {
  const { objects = [] } = await readFixture<Record<string, KubeObject[]>>('objects.json');
  const expected = await readFixture<Record<string, Digest>>('answers.json');
  await using world = await startWorld();
  for (const object of objects) await world.create(object);
  await world.settled();
  for (const ask of Object.values(TRANSPORTS))
    assert.equal(await answersOf(world.dns, ask, Object.keys(expected)), expected);
});

test('a server with a client of its own sees the same cluster, and leaves with its informers', async () => {
  await using world = await startWorld();
  const dns = await startDns({ client: world.client });
  assert.is(await say(dns, 'A kubernetes.default.svc.cluster.local'), 'A 10.96.0.1');
  await dns.close();
});

test('an endpoint of a Service of a thousand pods is visible right after its write', async () => {
  await using world = await startWorld();
  const web = { name: 'web', namespace: 'default' };
  await world.create({
    kind: 'Service',
    metadata: web,
    spec: { clusterIP: 'None', ports: [{ name: 'http', port: 80 }] },
  });
  const slices = world.client.resource({ group: 'discovery.k8s.io', version: 'v1', resource: 'endpointslices' });
  const sliceOf = (part: number, last: number): KubeObject => ({
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name: `web-${part}`, namespace: 'default', labels: { 'kubernetes.io/service-name': 'web' } },
    addressType: 'IPv4',
    endpoints: Array.from({ length: 100 }, (_, at) => ({ addresses: [`10.1.${part}.${at === 99 ? last : at}`] })),
    ports: [{ name: 'http', port: 8080, protocol: 'TCP' }],
  });
  for (let part = 0; part < 10; part += 1) await slices.create(sliceOf(part, 99), { namespace: 'default' });
  const name = 'web.default.svc.cluster.local';
  const times: number[] = [];
  for (let round = 0; round < 30; round += 1) {
    const start = performance.now();
    await slices.update(sliceOf(3, 150 + round));
    const answers = (await world.dns.query({ name }))?.answers ?? [];
    times.push(performance.now() - start);
    assert.is(answers.length, 1000);
    assert.ok(answers.some(({ data }) => data === `10.1.3.${150 + round}`));
  }
  const median = times.sort((a, b) => a - b)[15] ?? 0;
  assert.ok(median < 20, `${median.toFixed(1)} ms for the write and the thousand addresses`);
});

test.run();
