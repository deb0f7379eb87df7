/** What a controller has written, to tell its own changes from those of others and a stale cache from a fresh one. */
import { type EndpointSlice, serviceKeyOf } from './endpoint-slice.ts';

/** In place of a generation: the slice is expected to go. */
const DELETION = -1;

interface Expectations {
  /** Expected generations by uid. */
  readonly generations: Map<string, number>;
  /** Slices seen while the controller is writing: whose they are is known once it is done. */
  held: EndpointSlice[] | undefined;
}

/** Generations that a controller expects of its slices, by Service. */
export class SliceTracker {
  readonly #services = new Map<string, Expectations>();
  readonly #foreign: (serviceKey: string) => void;

  /** `foreign` is called for every change of a slice that is not the controller's own. */
  constructor(foreign: (serviceKey: string) => void) {
    this.#foreign = foreign;
  }

  /** Runs the writes of one Service; its changes are told apart from others when they are done. */
  async writing(serviceKey: string, write: () => Promise<void>): Promise<void> {
    const expectations = this.#of(serviceKey);
    expectations.held = [];
    try {
      await write();
    } finally {
      const { held } = expectations;
      expectations.held = undefined;
      for (const slice of held ?? []) this.observe(slice);
    }
  }

  /** The controller has written this slice. */
  expect({ metadata }: EndpointSlice, serviceKey: string): void {
    this.#of(serviceKey).generations.set(metadata.uid ?? '', metadata.generation ?? 0);
  }

  /** The controller is about to delete this slice. */
  expectDeletion({ metadata }: EndpointSlice, serviceKey: string): void {
    this.#of(serviceKey).generations.set(metadata.uid ?? '', DELETION);
  }

  /** A slice has come into view or changed. */
  observe(slice: EndpointSlice): void {
    const key = serviceKeyOf(slice);
    if (key === undefined) return;
    const expectations = this.#services.get(key);
    if (expectations?.held !== undefined) return void expectations.held.push(slice);
    const expected = expectations?.generations.get(slice.metadata.uid ?? '');
    if (expected === undefined || expected === DELETION || expected < (slice.metadata.generation ?? 0))
      this.#foreign(key);
  }

  /** A slice is gone. One that was never written by the controller is nobody's loss. */
  observeDeletion(slice: EndpointSlice): void {
    const key = serviceKeyOf(slice);
    if (key === undefined) return;
    const generations = this.#services.get(key)?.generations;
    const expected = generations?.get(slice.metadata.uid ?? '');
    generations?.delete(slice.metadata.uid ?? '');
    if (expected !== undefined && expected !== DELETION) this.#foreign(key);
  }

  /** Whether the cached slices of a Service are older than what the controller has written. */
  isBehind(serviceKey: string, cached: readonly EndpointSlice[]): boolean {
    const seen = new Map(cached.map(({ metadata }) => [metadata.uid, metadata.generation ?? 0]));
    for (const [uid, expected] of this.#services.get(serviceKey)?.generations ?? []) {
      const generation = seen.get(uid);
      if (expected === DELETION ? generation !== undefined : generation === undefined || generation < expected)
        return true;
    }
    return false;
  }

  /** Forgets a Service that is gone. */
  forget(serviceKey: string): void {
    this.#services.delete(serviceKey);
  }

  #of(serviceKey: string): Expectations {
    let expectations = this.#services.get(serviceKey);
    if (expectations === undefined) {
      expectations = { generations: new Map(), held: undefined };
      this.#services.set(serviceKey, expectations);
    }
    return expectations;
  }
}
