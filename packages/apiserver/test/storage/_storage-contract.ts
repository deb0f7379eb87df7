/** What every storage must do, whatever stands behind it. */
import type { KubeObject } from '@towtank/apimachinery';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Storage, StorageError, type StorageEvent } from '../../src/storage/storage.ts';

const object = (name: string, data = 'v'): KubeObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: 'a' },
  data: { k: data },
});

async function codeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
  } catch (reason) {
    if (reason instanceof StorageError) return reason.code;
    throw reason;
  }
  return 'no error';
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Runs the contract against storages that `make` makes. */
export function storageContract(name: string, make: () => Storage): void {
  stateContract(`${name}: state`, make);
  watchContract(`${name}: watches`, make);
}

function stateContract(name: string, make: () => Storage): void {
  const test = suite(name);

  test('stamps a new object with the next revision, and freezes it', async () => {
    const storage = make();
    const before = storage.revision;
    const stored = await storage.create('configmaps', 'a/x', object('x'));
    assert.is(stored.revision, before + 1);
    assert.is(stored.object.metadata.resourceVersion, String(before + 1));
    assert.ok(Object.isFrozen(stored.object.data));
  });

  test('refuses a key that is taken, a stale update and a missing object', async () => {
    const storage = make();
    const first = await storage.create('configmaps', 'a/x', object('x'));
    assert.is(await codeOf(storage.create('configmaps', 'a/x', object('x'))), 'KeyExists');
    await storage.update('configmaps', 'a/x', first, object('x', 'w'));
    assert.is(await codeOf(storage.update('configmaps', 'a/x', first, object('x', 'z'))), 'Conflict');
    assert.is(await codeOf(storage.delete('configmaps', 'a/none', first)), 'KeyNotFound');
  });

  test('lists in the order of keys, of one namespace or of all', async () => {
    const storage = make();
    for (const key of ['b/one', 'a/two', 'a/one', 'ab/one']) await storage.create('configmaps', key, object(key));
    const keys = async (namespace?: string): Promise<string[]> =>
      (await storage.list('configmaps', { namespace })).items.map(({ key }) => key);
    assert.equal(await keys(), ['a/one', 'a/two', 'ab/one', 'b/one']);
    assert.equal(await keys('a'), ['a/one', 'a/two']);
  });

  test('lists an earlier revision as it was', async () => {
    const storage = make();
    const one = await storage.create('configmaps', 'a/one', object('one', 'old'));
    const then = (await storage.create('configmaps', 'a/two', object('two'))).revision;
    const two = await storage.get('configmaps', 'a/two');
    await storage.update('configmaps', 'a/one', one, object('one', 'new'));
    if (two !== undefined) await storage.delete('configmaps', 'a/two', two);
    await storage.create('configmaps', 'a/three', object('three'));
    const { items, revision } = await storage.list('configmaps', {}, then);
    assert.is(revision, then);
    assert.equal(
      items.map(({ object: { metadata, data } }) => [metadata.name, data.k]),
      [
        ['one', 'old'],
        ['two', 'v'],
      ],
    );
  });

  test('refuses a revision that is yet to come', async () => {
    assert.is(await codeOf(make().list('configmaps', {}, 999)), 'FutureRevision');
  });

  test.run();
}

function watchContract(name: string, make: () => Storage): void {
  const test = suite(name);

  test('delivers every event after a revision once, in order, whether it was before or after the watch began', async () => {
    const storage = make();
    const one = await storage.create('configmaps', 'a/one', object('one'));
    const events: StorageEvent[] = [];
    const two = await storage.create('configmaps', 'a/two', object('two'));
    const stop = storage.watch('configmaps', {}, one.revision, { event: (event) => void events.push(event) });
    await storage.update('configmaps', 'a/two', two, object('two', 'w'));
    const last = await storage.get('configmaps', 'a/two');
    if (last !== undefined) await storage.delete('configmaps', 'a/two', last);
    await turn();
    stop();
    await storage.create('configmaps', 'a/three', object('three'));
    await turn();
    assert.equal(
      events.map(({ type, stored }) => [type, stored.key]),
      [
        ['ADDED', 'a/two'],
        ['MODIFIED', 'a/two'],
        ['DELETED', 'a/two'],
      ],
    );
    assert.equal(
      events.map(({ previous }) => previous?.object.data.k),
      [undefined, 'v', 'w'],
    );
  });

  test('delivers only what lies in the scope of a watch', async () => {
    const storage = make();
    const keys: string[] = [];
    const stop = storage.watch('configmaps', { namespace: 'a' }, storage.revision, {
      event: ({ stored }) => void keys.push(stored.key),
    });
    for (const key of ['a/x', 'ab/x', 'b/x']) await storage.create('configmaps', key, object('x'));
    await storage.create('secrets', 'a/x', object('x'));
    await turn();
    stop();
    assert.equal(keys, ['a/x']);
  });

  test.run();
}
