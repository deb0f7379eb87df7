/** Brings a Pod's status to the API: the newest state, one write at a time. */
import { type Activity, type Clock, hasReason, type Timer } from '@towtank/apimachinery';
import type { ResourceClient } from '@towtank/client';
import type { Pod, PodCondition, PodStatus } from './pod.ts';

/** What a writer works with. */
export interface StatusWriterOptions {
  readonly pods: ResourceClient<Pod>;
  readonly activity: Activity;
  readonly clock: Clock;
  /** The Pod as last seen. */
  readonly pod: () => Pod;
  /** The status that holds now. */
  readonly status: () => PodStatus;
}

const RETRY_MS = 1000;

/** Writes when asked and there is something new. */
export class StatusWriter {
  readonly #options: StatusWriterOptions;
  #written = '';
  #dirty = false;
  #writing: Promise<void> | undefined;
  #retry: Timer | undefined;
  #closed = false;
  /** Conditions as last written: the API's state of them may not have come back yet. */
  #conditions: readonly PodCondition[] = [];

  constructor(options: StatusWriterOptions) {
    this.#options = options;
  }

  /** Asks for a write. Resolves once what holds now has been written, or cannot be. */
  write(): Promise<void> {
    if (this.#closed) return Promise.resolve();
    this.#dirty = true;
    this.#writing ??= this.#options.activity.track('pod status', this.#run());
    return this.#writing;
  }

  /** What was said last about this type of condition. */
  lastCondition(type: string): PodCondition | undefined {
    return this.#conditions.find((condition) => condition.type === type);
  }

  close(): void {
    this.#closed = true;
    this.#retry?.cancel();
  }

  async #run(): Promise<void> {
    // Everything that changes in this turn goes into one write.
    await undefined;
    while (this.#dirty && !this.#closed) {
      this.#dirty = false;
      try {
        await this.#writeOnce();
      } catch (error) {
        if (hasReason(error, 'NotFound') || hasReason(error, 'Conflict')) break;
        this.#retry = this.#options.clock.schedule(RETRY_MS, () => void this.write());
        break;
      }
    }
    this.#writing = undefined;
  }

  async #writeOnce(): Promise<void> {
    const { pods, pod, status } = this.#options;
    const { metadata, status: known } = pod();
    const next = status();
    const text = JSON.stringify(next);
    if (text === this.#written) return;
    const body = { metadata: { uid: metadata.uid }, status: patchFor(known, this.#conditions, next) };
    this.#conditions = next.conditions ?? [];
    this.#written = text;
    try {
      await pods.patch(metadata.name ?? '', body, {
        namespace: metadata.namespace,
        type: 'strategic',
        subresource: 'status',
      });
    } catch (error) {
      this.#written = '';
      throw error;
    }
  }
}

/** A merged condition would keep the reason and message that it no longer has; they are taken out by name. */
function patchFor(known: PodStatus | undefined, written: readonly PodCondition[], next: PodStatus): object {
  const conditions = (next.conditions ?? []).map((condition) => {
    const before = [...written, ...(known?.conditions ?? [])].filter(({ type }) => type === condition.type);
    const cleared = (['reason', 'message'] as const).filter(
      (field) => condition[field] === undefined && before.some((old) => old[field] !== undefined),
    );
    return { ...condition, ...Object.fromEntries(cleared.map((field) => [field, null])) };
  });
  return { ...next, conditions };
}
