/**
 * A recorded cluster lives again: an informer reaches the state that was recorded, at every speed.
 * @deadline 120 s
 */
import { Activity, FakeClock, type KubeObject, realClock } from '@towtank/apimachinery';
import { InformerFactory } from '@towtank/client';
import { startRecorder } from '@towtank/recorder';
import { type LiveReplay, type LiveSpeed, startLiveReplay } from 'towtank';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { SHOP, startShop } from '../clients/_shop.ts';
import { Workplace } from '../clients/_tools.ts';

const test = suite('live replay');
const RESOURCES = ['pods', 'services', 'deployments.apps', 'endpointslices', 'namespaces', 'configmaps'];
const PODS = { group: '', version: 'v1', resource: 'pods' };
const CONFIG_MAPS = { group: '', version: 'v1', resource: 'configmaps' };

type State = Readonly<Record<string, KubeObject>>;

/** By key, without the revision: that belongs to a server, not to a recording. */
const stateOf = (pods: readonly KubeObject[]): State =>
  Object.fromEntries(
    pods
      .map(({ metadata: { resourceVersion: _, ...metadata }, ...pod }): [string, KubeObject] => [
        `${metadata.namespace}/${metadata.name}`,
        { ...pod, metadata } as KubeObject,
      ])
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );

/** Records a rollout, and answers the Pods at its end. */
async function record(cassette: string): Promise<State> {
  await using cluster = await startShop();
  await cluster.apply(SHOP);
  await cluster.settled();
  const upstream = cluster.kubeconfig;
  await using recorder = await startRecorder({ upstream, cassette, snapshot: { resources: RESOURCES } });
  const seen = recorder.snapshot?.changes ?? 0;
  const deployments = cluster.client.resource({ group: 'apps', version: 'v1', resource: 'deployments' });
  const scope = { namespace: 'shop', type: 'merge' } as const;
  await deployments.patch('web', { spec: { replicas: 5 } }, scope);
  await cluster.settled();
  await deployments.patch('web', { spec: { replicas: 2 } }, scope);
  await cluster.client.resource(CONFIG_MAPS).create({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'last', namespace: 'shop' },
  });
  await cluster.settled();
  assert.is(seen, 0);
  const { items } = await cluster.client.resource(PODS).list();
  await untilQuiet(() => recorder.snapshot?.changes ?? 0);
  return stateOf(items);
}

/** Watches over HTTP have no barrier: several rounds through the server without news are one. */
async function untilQuiet(count: () => number): Promise<void> {
  for (let [quiet, last] = [0, -1]; quiet < 30; quiet = count() === last ? quiet + 1 : 0) {
    last = count();
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** What an informer holds at the end. */
async function informed(live: LiveReplay, play: () => Promise<void>): Promise<State> {
  const activity = new Activity();
  await using informers = new InformerFactory({ client: live.client, activity, clock: realClock });
  const pods = informers.informer(PODS);
  await informers.start();
  await play();
  await activity.settled();
  return stateOf(pods.list());
}

test('an informer reaches the recorded state at every speed', async () => {
  using place = new Workplace('');
  const cassette = place.file('rollout.jsonl', '');
  const recorded = await record(cassette);
  assert.is(Object.keys(recorded).length > 1, true);
  for (const speed of [1, 10, 'instant', 'step'] as LiveSpeed[]) {
    const clock = new FakeClock();
    await using live = await startLiveReplay({ cassette, speed, clock, port: false });
    const state = await informed(live, async () => {
      if (speed === 'step') while ((await live.step()) > 0);
      let isOver = speed === 'step';
      void live.finished.then(() => {
        isOver = true;
      });
      while (!isOver) {
        clock.advance(50);
        await new Promise((resolve) => setImmediate(resolve));
      }
    });
    assert.equal(state, recorded, `speed ${speed}`);
    assert.equal(await live.divergences(), [], `speed ${speed}`);
  }
});

test('what a client does other than recorded is reported', async () => {
  using place = new Workplace('');
  const cassette = place.file('rollout.jsonl', '');
  await record(cassette);
  await using live = await startLiveReplay({ cassette, speed: 'step', port: false });
  const configMaps = live.client.resource(CONFIG_MAPS);
  const metadata = { name: 'mine', namespace: 'shop' };
  await configMaps.create({ apiVersion: 'v1', kind: 'ConfigMap', metadata });
  await live.client.resource({ group: '', version: 'v1', resource: 'services' }).delete('db', { namespace: 'shop' });
  while ((await live.step()) > 0);
  assert.equal((await live.divergences()).map(({ kind, resource, key }) => `${kind} ${resource} ${key}`).sort(), [
    'missing v1/services shop/db',
    'unexpected v1/configmaps shop/mine',
  ]);
});

test('a cassette without a snapshot cannot come to life', async () => {
  const cassette = 'fixtures/cassettes/conformance/02-crud.jsonl';
  await startLiveReplay({ cassette }).then(
    () => assert.unreachable('it did'),
    (error: Error) => assert.match(error.message, /02-crud\.jsonl holds no snapshot/),
  );
});

test.run();
