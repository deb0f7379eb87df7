/** The same done twice: against a recorded cluster, then against the replay of the recording. */
import { checkCassette, startRecorder, startReplay } from '@towtank/recorder';
import type { Cluster } from 'towtank';
import * as assert from 'uvu/assert';
import { Workplace } from '../clients/_tools.ts';

/** What was seen each time. */
export interface Twice<T> {
  readonly recorded: T;
  readonly replayed: T;
}

/**
 * Runs the same against a recorded cluster and against a strict replay of that. No credential may be left in the
 * cassette, and no request of the second run may be missing from it.
 */
export async function twice<T>(
  start: () => Promise<Cluster>,
  run: (kubeconfig: string) => Promise<T>,
): Promise<Twice<T>> {
  using place = new Workplace('');
  const cassette = place.file('cassettes/test.jsonl', '');
  let recorded: T;
  {
    await using cluster = await start();
    await using recorder = await startRecorder({ upstream: cluster.kubeconfig, cassette });
    recorded = await run(recorder.kubeconfig);
  }
  assert.equal((await checkCassette(cassette)).leftovers, []);
  await using replay = await startReplay({ cassette });
  const mismatches = (): string[] => replay.mismatches.map(({ message }) => message);
  const replayed = await run(replay.kubeconfig).catch((cause: Error) => {
    throw new Error([cause.message, 'While replaying:', ...mismatches()].join('\n'), { cause });
  });
  assert.equal(mismatches(), []);
  return { recorded, replayed };
}
