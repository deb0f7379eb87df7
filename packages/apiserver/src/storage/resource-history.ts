/** The last events of one resource: what a watch can resume from, and what an older list is rebuilt from. */
import type { StorageEvent } from './storage.ts';

/** Bounds of the history. */
export interface HistoryLimits {
  /** Events kept per resource. */
  readonly maxEvents: number;
  /** Age in milliseconds past which events may be forgotten. */
  readonly maxAgeMs: number;
}

/** Events in revision order. Forgets the oldest ones beyond its limits and remembers how far back it reaches. */
export class ResourceHistory {
  readonly #limits: HistoryLimits;
  #events: { event: StorageEvent; at: number }[] = [];
  #start = 0;
  #oldest = 0;

  constructor(limits: HistoryLimits) {
    this.#limits = limits;
  }

  /** Appends an event that happened at `now` (milliseconds). */
  append(event: StorageEvent, now: number): void {
    this.#events.push({ event, at: now });
    this.expire(now);
  }

  /** Forgets what is beyond the limits. */
  expire(now: number): void {
    const { maxEvents, maxAgeMs } = this.#limits;
    while (this.#start < this.#events.length) {
      const first = this.#events[this.#start];
      if (first === undefined || (this.#events.length - this.#start <= maxEvents && now - first.at <= maxAgeMs)) break;
      this.#oldest = first.event.stored.revision;
      this.#start += 1;
    }
    if (this.#start > 1024 && this.#start * 2 > this.#events.length) {
      this.#events = this.#events.slice(this.#start);
      this.#start = 0;
    }
  }

  /** Whether all events after this revision are still known. */
  reaches(revision: number): boolean {
    return revision >= this.#oldest;
  }

  /** The events after a revision, oldest first. */
  after(revision: number): StorageEvent[] {
    let low = this.#start;
    let high = this.#events.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#events[middle]?.event.stored.revision ?? 0) <= revision) low = middle + 1;
      else high = middle;
    }
    return this.#events.slice(low).map(({ event }) => event);
  }
}
