import { Activity, FakeClock, type KubeObject } from '@towtank/apimachinery';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Informer, InformerFactory, KubeClient } from '../src/index.ts';
import { FakeApi, turn } from './_fake-api.ts';

const test = suite('informers');
const PODS = { group: '', version: 'v1', resource: 'pods' };
const path = (name: string): string => `/api/v1/namespaces/ns/pods/${name}`;
const pod = (name: string, node = 'n1', uid = `uid-${name}`): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'ns', uid },
  spec: { nodeName: node },
});

interface Rig {
  readonly api: FakeApi;
  readonly clock: FakeClock;
  readonly activity: Activity;
  readonly factory: InformerFactory;
  readonly pods: Informer;
  readonly told: string[];
  [Symbol.asyncDispose](): Promise<void>;
}

async function startRig(seed: readonly string[] = []): Promise<Rig> {
  const api = new FakeApi();
  for (const name of seed) api.put(path(name), pod(name));
  const clock = new FakeClock();
  const activity = new Activity();
  const factory = new InformerFactory({ client: new KubeClient({ transport: api }), activity, clock });
  const pods = factory.informer(PODS);
  const told: string[] = [];
  pods.addHandler({
    added: ({ metadata }) => void told.push(`added ${metadata.name}`),
    updated: (_, { metadata }) => void told.push(`updated ${metadata.name}`),
    deleted: ({ metadata }) => void told.push(`deleted ${metadata.name}`),
  });
  await factory.start();
  await activity.settled();
  return { api, clock, activity, factory, pods, told, [Symbol.asyncDispose]: () => factory.close() };
}

const names = (objects: readonly KubeObject[]): string[] => objects.map(({ metadata }) => metadata.name ?? '').sort();

test('what exists is listed, what changes is told, each once and in order', async () => {
  await using rig = await startRig(['a', 'b']);
  rig.api.put(path('c'), pod('c'));
  rig.api.put(path('a'), pod('a', 'n2'));
  rig.api.remove(path('b'));
  assert.equal(rig.told, ['added a', 'added b', 'added c', 'updated a', 'deleted b']);
  assert.equal(names(rig.pods.list()), ['a', 'c']);
  assert.is(rig.pods.get('ns/a')?.spec.nodeName, 'n2');
});

test('indexes follow changes and cover what was there before', async () => {
  await using rig = await startRig(['a', 'b']);
  rig.pods.addIndex('byNode', ({ spec }) => [spec.nodeName]);
  rig.api.put(path('b'), pod('b', 'n2'));
  rig.api.put(path('c'), pod('c', 'n2'));
  rig.api.remove(path('c'));
  assert.equal(names(rig.pods.byIndex('byNode', 'n1')), ['a']);
  assert.equal(names(rig.pods.byIndex('byNode', 'n2')), ['b']);
  assert.equal(names(rig.pods.inNamespace('ns')), ['a', 'b']);
  assert.throws(() => rig.pods.byIndex('nothing', 'n1'), /no index "nothing"/);
});

test('a handler added late is told what is cached', async () => {
  await using rig = await startRig(['a']);
  const late: string[] = [];
  const remove = rig.pods.addHandler({ added: ({ metadata }) => void late.push(metadata.name ?? '') });
  rig.api.put(path('b'), pod('b'));
  remove();
  rig.api.put(path('c'), pod('c'));
  assert.equal(late, ['a', 'b']);
});

test('an object replaced under its name is told as deleted and added', async () => {
  await using rig = await startRig(['a']);
  rig.api.put(path('a'), pod('a', 'n1', 'another'));
  assert.equal(rig.told, ['added a', 'deleted a', 'added a']);
});

test('one informer serves all who ask for the resource, and one watch feeds it', async () => {
  await using rig = await startRig();
  assert.is(rig.factory.informer({ ...PODS }), rig.pods);
  assert.is(rig.api.watching, 1);
});

test('a watch that ends is resumed from the last revision seen, bookmarks included', async () => {
  await using rig = await startRig(['a']);
  rig.api.put(path('b'), pod('b'));
  rig.api.bookmark();
  rig.api.endWatches();
  await turn();
  assert.match(rig.api.requests.at(-1) ?? '', /watch=true&resourceVersion=3&/);
  assert.is(rig.api.requests.filter((request) => request === 'GET /api/v1/pods').length, 1);
});

test('an expired revision means a new list, and the difference is told', async () => {
  await using rig = await startRig(['a', 'b']);
  rig.api.endWatches();
  rig.api.remove(path('a'));
  rig.api.put(path('b'), pod('b', 'n2'));
  rig.api.put(path('c'), pod('c'));
  rig.api.compact();
  await turn();
  rig.clock.advance(800);
  await turn();
  assert.equal(rig.told, ['added a', 'added b', 'deleted a', 'updated b', 'added c']);
});

test('expiry in the middle of a watch relists at once, without waiting', async () => {
  await using rig = await startRig(['a']);
  rig.api.compact();
  await turn();
  rig.api.put(path('b'), pod('b'));
  assert.equal(rig.told, ['added a', 'added b']);
  assert.is(rig.clock.timers, 0);
});

test('a server that is away is asked again by the clock, ever more rarely, until it is back', async () => {
  await using rig = await startRig(['a']);
  rig.api.refuse(new Error('connect ECONNREFUSED'));
  const delays: number[] = [];
  for (const delayMs of [800, 1600, 3200]) {
    await turn();
    const before = rig.api.requests.length;
    rig.clock.advance(delayMs - 1);
    await turn();
    assert.is(rig.api.requests.length, before, 'too early');
    rig.clock.advance(1);
    await turn();
    delays.push(rig.api.requests.length - before);
  }
  assert.equal(delays, [1, 1, 1]);
  rig.api.refuse(undefined);
  rig.clock.advance(30_000);
  await turn();
  rig.api.put(path('b'), pod('b'));
  assert.equal(rig.told, ['added a', 'added b']);
});

test('a closed factory leaves no watch and no timer', async () => {
  const rig = await startRig(['a']);
  rig.api.refuse(new Error('away'));
  await turn();
  await rig.factory.close();
  assert.is(rig.api.watching, 0);
  assert.is(rig.clock.timers, 0);
});

test.run();
