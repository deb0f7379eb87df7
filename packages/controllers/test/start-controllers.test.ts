import { Activity, FakeClock, type GroupVersionResource, seededRandom } from '@towtank/apimachinery';
import { buildApiServer } from '@towtank/apiserver';
import { discoveryMapper, type Informer, InformerFactory, KubeClient } from '@towtank/client';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { CONTROLLERS } from '../src/controller-table.ts';
import { startControllers } from '../src/start-controllers.ts';

const test = suite('startControllers');

interface World extends AsyncDisposable {
  readonly client: KubeClient;
  readonly informers: InformerFactory;
  readonly clock: FakeClock;
  readonly activity: Activity;
  readonly failures: string[];
}

async function startWorld(): Promise<World> {
  const clock = new FakeClock();
  const activity = new Activity();
  const apiServer = await buildApiServer({ clock, activity, random: seededRandom('server') });
  const failures: string[] = [];
  const transport = apiServer.transport({ name: 'system:kube-controller-manager', groups: ['system:masters'] });
  const client = new KubeClient({
    transport: {
      ...transport,
      async request(request) {
        const response = await transport.request(request);
        if (response.status >= 400) failures.push(`${request.method} ${request.url} ${response.status}`);
        return response;
      },
    },
  });
  const informers = new InformerFactory({ client, activity, clock });
  const dispose = async (): Promise<void> => {
    await informers.close();
    await apiServer.close();
  };
  return { client, informers, clock, activity, failures, [Symbol.asyncDispose]: dispose };
}

test('all of them start on a fresh cluster, come to rest, and no request of theirs fails', async () => {
  await using world = await startWorld();
  await using _controllers = await startControllers({
    ...world,
    random: seededRandom('controllers'),
    caPem: 'PEM',
    issueSecretToken: () => Promise.resolve('token'),
    loadBalancerCidr: '203.0.113.0/24',
  });
  await world.activity.settled();
  assert.equal(world.failures, []);
  const { items } = await world.client.resource({ group: '', version: 'v1', resource: 'serviceaccounts' }).list();
  assert.ok(items.some(({ metadata }) => metadata.namespace === 'default' && metadata.name === 'default'));
});

test('what is not enabled, or has nothing to work with, does not run', async () => {
  await using world = await startWorld();
  const random = seededRandom('controllers');
  await using _controllers = await startControllers({
    ...world,
    random,
    enabled: (name) => name.startsWith('root-ca'),
  });
  await world.activity.settled();
  const { items } = await world.client.resource({ group: '', version: 'v1', resource: 'configmaps' }).list();
  assert.not.ok(items.some(({ metadata }) => metadata.name === 'kube-root-ca.crt'));
});

for (const { name, follows, start } of CONTROLLERS) {
  test(`${name} asks for no informer but those that are in sync when it starts`, async () => {
    await using world = await startWorld();
    const asked = new Set<string>();
    const informers = new Proxy(world.informers, {
      get: (factory, property) => {
        if (property !== 'informer') return Reflect.get(factory, property).bind(factory);
        return ({ group, version, resource }: GroupVersionResource): Informer => {
          asked.add([group, version, resource].filter((part) => part !== '').join('/'));
          return factory.informer({ group, version, resource });
        };
      },
    });
    const mapper = discoveryMapper(world.client);
    const loadBalancerCidr = '203.0.113.0/24';
    const random = seededRandom('controllers');
    const issueSecretToken = (): Promise<string> => Promise.resolve('token');
    const options = { informers, random, mapper, caPem: 'PEM', issueSecretToken, loadBalancerCidr };
    await using _controller = await start({ ...world, ...options });
    if (name !== 'garbage-collector-controller') assert.equal([...asked].sort(), [...follows].sort());
  });
}

test.run();
