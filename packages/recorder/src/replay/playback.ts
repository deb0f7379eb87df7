/** The pace of a replay: when the next piece of a stream is due. */
import { type Clock, delay } from '@towtank/apimachinery';
import type { CassetteIndex, IndexedExchange } from '../cassette/cassette-index.ts';
import type { EndRecord, FrameRecord } from '../cassette/cassette-record.ts';
import { recordedStream } from './recorded-stream.ts';
import type { ReplayPlan } from './replay-plan.ts';

/** How fast time passes: 1 as it did, 10 ten times as fast, `instant` without waiting. */
export type ReplaySpeed = number | 'instant';

/** What a playback works with. */
export interface PlaybackOptions {
  readonly index: CassetteIndex;
  readonly plan: ReplayPlan;
  readonly clock: Clock;
  readonly speed: ReplaySpeed;
}

/**
 * The pieces of a stream, each when it is due: as long after the one before as in the recording, and not before the
 * writes that came before it have been made again. `startAt` is the recorded time of the head of the answer. Ends
 * early when the signal aborts.
 */
export async function* playStream(
  exchange: IndexedExchange,
  startAt: number,
  { index, plan, clock, speed }: PlaybackOptions,
  signal: AbortSignal,
): AsyncGenerator<FrameRecord | EndRecord> {
  let last = startAt;
  for await (const step of recordedStream(index, exchange)) {
    if (step.type === 'write') {
      await plan.whenTaken(step.id, signal);
      last = Math.max(last, step.at);
    } else {
      const waitMs = speed === 'instant' ? 0 : (step.at - last) / speed;
      last = Math.max(last, step.at);
      if (waitMs >= 1) await delay(clock, waitMs, signal);
      if (!signal.aborted) yield step;
    }
    if (signal.aborted) return;
  }
}
