/** Fills a fresh cluster. */
import { type Clock, formatTime, type Random } from '@towtank/apimachinery';
import type { Storage } from '../storage/storage.ts';
import { type BootstrapObject, bootstrapObjects } from './bootstrap-objects.ts';

/** Stores the objects of a fresh cluster and these, each with a uid and its creation time. */
export async function loadBootstrapObjects(
  storage: Storage,
  { clock, random }: { readonly clock: Clock; readonly random: Random },
  more: readonly BootstrapObject[] = [],
): Promise<void> {
  const creationTimestamp = formatTime(clock.now());
  for (const { prefix, key, object } of [...bootstrapObjects(), ...more]) {
    const metadata = { ...object.metadata, uid: random.uuid(), creationTimestamp };
    await storage.create(prefix, key, { ...object, metadata });
  }
}
