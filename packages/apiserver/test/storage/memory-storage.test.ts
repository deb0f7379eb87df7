/** The storage in memory: the contract, and the bounds of its history. */
import { FakeClock, realClock } from '@towtank/apimachinery';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { MemoryStorage } from '../../src/storage/memory-storage.ts';
import { storageContract } from './_storage-contract.ts';

storageContract('memory storage keeps the contract', () => new MemoryStorage({ clock: realClock }));

const test = suite('memory storage forgets');
const object = (name: string) => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name } });
const isForgotten = (storage: MemoryStorage, since: number): boolean => {
  try {
    storage.watch('configmaps', {}, since, { event: () => {} })();
    return false;
  } catch {
    return true;
  }
};

test('what is beyond the number of events that it keeps', async () => {
  const storage = new MemoryStorage({ clock: realClock, history: { maxEvents: 2 } });
  const revisions: number[] = [];
  for (const name of ['a', 'b', 'c', 'd'])
    revisions.push((await storage.create('configmaps', name, object(name))).revision);
  const [first = 0, second = 0] = revisions;
  assert.is(isForgotten(storage, first), true);
  assert.is(isForgotten(storage, second), false);
});

test('what is older than the age that it keeps', async () => {
  const clock = new FakeClock();
  const storage = new MemoryStorage({ clock, history: { maxAgeMs: 1000 } });
  const { revision } = await storage.create('configmaps', 'a', object('a'));
  await storage.create('configmaps', 'b', object('b'));
  assert.is(isForgotten(storage, revision), false);
  clock.advance(1001);
  assert.is(isForgotten(storage, revision), true);
});

test.run();
