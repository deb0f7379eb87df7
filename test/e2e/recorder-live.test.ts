/**
 * A recorded cluster lives again: an informer reaches the state that was recorded, at every speed.
 * @deadline 120 s
 */
import { Activity, FakeClock, type KubeObject, realClock } from '@towtank/apimachinery';
import { InformerFactory } from '@towtank/client';
import { CassetteWriter, type ChangeRecord, type ObjectRecord, startRecorder } from '@towtank/recorder';
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

const object = (resource: string, value: object): ObjectRecord =>
  ({ type: 'object', resource, object: value }) as ObjectRecord;
const change = (name: ChangeRecord['change'], resource: string, value: object): ChangeRecord =>
  ({ type: 'change', at: 1, change: name, resource, object: value }) as ChangeRecord;

/** Plays what is given to its end, and answers with the replay. */
async function played(records: readonly (ObjectRecord | ChangeRecord)[], place: Workplace): Promise<LiveReplay> {
  const cassette = place.file('a.jsonl', '');
  {
    await using writer = await CassetteWriter.open(cassette, { recorded: '2026-01-01T00:00:00Z' });
    for (const record of records) await writer.write(record);
  }
  const live = await startLiveReplay({ cassette, speed: 'step', port: false });
  while ((await live.step()) > 0);
  return live;
}

test('objects that were recorded in another version than the stored one are converted', async () => {
  using place = new Workplace('');
  const metadata = { name: 'web', namespace: 'shop' };
  const scaler = (percent: number): object => ({
    apiVersion: 'autoscaling/v1',
    kind: 'HorizontalPodAutoscaler',
    metadata,
    spec: {
      maxReplicas: 5,
      scaleTargetRef: { kind: 'Deployment', name: 'web' },
      targetCPUUtilizationPercentage: percent,
    },
  });
  const event = { apiVersion: 'events.k8s.io/v1', kind: 'Event', metadata, note: 'scaled', regarding: { name: 'web' } };
  await using live = await played(
    [
      object('autoscaling/v1/horizontalpodautoscalers', scaler(50)),
      object('events.k8s.io/v1/events', event),
      object('v1/events', { ...event, apiVersion: 'v1', message: 'scaled', involvedObject: { name: 'web' } }),
      change('MODIFIED', 'autoscaling/v1/horizontalpodautoscalers', scaler(70)),
    ],
    place,
  );
  const get = (group: string, version: string, resource: string): Promise<KubeObject> =>
    live.client.resource({ group, version, resource }).get('web', { namespace: 'shop' });
  const target = { type: 'Utilization', averageUtilization: 70 };
  const v2 = (await get('autoscaling', 'v2', 'horizontalpodautoscalers')) as { spec?: { metrics?: unknown } };
  assert.equal(v2.spec?.metrics, [{ type: 'Resource', resource: { name: 'cpu', target } }]);
  const v1 = (await get('autoscaling', 'v1', 'horizontalpodautoscalers')) as { spec?: object };
  assert.is((v1.spec as { targetCPUUtilizationPercentage: number }).targetCPUUtilizationPercentage, 70);
  assert.is((await get('', 'v1', 'events')).message, 'scaled');
  assert.is((await get('events.k8s.io', 'v1', 'events')).note, 'scaled');
  assert.equal(await live.divergences(), []);
  assert.equal(live.unserved, []);
});

test('what is not served here is left out and told of', async () => {
  using place = new Workplace('');
  const widget = { apiVersion: 'example.com/v1', kind: 'Widget', metadata: { name: 'w' } };
  await using live = await played(
    [
      object('example.com/v1/widgets', widget),
      object('v1/configmaps', { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'c', namespace: 'shop' } }),
      change('MODIFIED', 'example.com/v1/widgets', widget),
      change('DELETED', 'example.com/v1/widgets', widget),
    ],
    place,
  );
  assert.equal(live.unserved, [{ resource: 'example.com/v1/widgets', left: 3 }]);
  assert.equal(
    (await live.client.resource(CONFIG_MAPS).list()).items.map(({ metadata }) => metadata.name),
    ['c'],
  );
});

test('a cassette without a snapshot cannot come to life', async () => {
  const cassette = 'fixtures/cassettes/conformance/02-crud.jsonl';
  await startLiveReplay({ cassette }).then(
    () => assert.unreachable('it did'),
    (error: Error) => assert.match(error.message, /02-crud\.jsonl holds no snapshot/),
  );
});

test.run();
