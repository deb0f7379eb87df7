/** What a controller has asked for and its cache does not show yet. */
import type { Clock, KubeObject } from '@towtank/apimachinery';

interface Expected {
  creations: number;
  readonly deletions: Set<string>;
  readonly sinceMs: number;
}

const TIMEOUT_MS = 5 * 60_000;

/**
 * Keeps a controller from acting on a stale cache: after it has created or deleted Pods, its key is satisfied only once
 * the informer has shown all of them. Expectations that are not met within five minutes are given up.
 */
export class Expectations {
  readonly #clock: Clock;
  readonly #expected = new Map<string, Expected>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Whether everything expected for the key has been seen. */
  satisfied(key: string): boolean {
    const expected = this.#expected.get(key);
    if (expected === undefined) return true;
    const met = expected.creations <= 0 && expected.deletions.size === 0;
    if (met || this.#clock.now() - expected.sinceMs > TIMEOUT_MS) return this.#expected.delete(key);
    return false;
  }

  /** Call before creating this many. */
  expectCreations(key: string, count: number): void {
    this.#expected.set(key, { creations: count, deletions: new Set(), sinceMs: this.#clock.now() });
  }

  /** Call before deleting these objects. */
  expectDeletions(key: string, objects: readonly KubeObject[]): void {
    this.#expected.set(key, { creations: 0, deletions: new Set(objects.map(uidOf)), sinceMs: this.#clock.now() });
  }

  /** One creation was seen, or has failed. */
  creationObserved(key: string, count = 1): void {
    const expected = this.#expected.get(key);
    if (expected !== undefined) expected.creations -= count;
  }

  /** One deletion was seen, or has failed. */
  deletionObserved(key: string, object: KubeObject): void {
    this.#expected.get(key)?.deletions.delete(uidOf(object));
  }

  /** Forgets a key whose object is gone. */
  forget(key: string): void {
    this.#expected.delete(key);
  }
}

const uidOf = ({ metadata }: KubeObject): string => metadata.uid ?? '';
