/** Keys to reconcile: each once, never twice at a time, again after a failure. */
import { type Activity, type Clock, hasReason, type Random, type Timer } from '@towtank/apimachinery';
import { type BackoffOptions, backoffMs } from './backoff.ts';

/** How a queue works. */
export interface WorkQueueOptions {
  readonly name: string;
  /** Brings the object with this key to its desired state. A rejection means: again, later. */
  readonly reconcile: (key: string) => Promise<void>;
  readonly clock: Clock;
  readonly activity: Activity;
  /** Spreads retries by up to a tenth, where given. */
  readonly random?: Random;
  /** Keys reconciled at the same time; 1 by default. */
  readonly workers?: number;
  /** Failures in a row after which a key is dropped; no limit by default. */
  readonly maxRetries?: number;
  /** Between retries of one key; 5 ms doubling to 1000 s by default, as client-go. */
  readonly backoff?: BackoffOptions;
  /** Told of every failure; `retrying` says whether the key stays in the queue. */
  readonly failed?: (key: string, error: unknown, retrying: boolean) => void;
}

const DEFAULT_BACKOFF: BackoffOptions = { baseMs: 5, maxMs: 1_000_000 };
/**
 * A write that lost a race only needs the newer object, which is on its way: such failures are retried in the next
 * turn, this many times, so that they do not wait for a clock that nobody moves.
 */
const IMMEDIATE_RETRIES = 3;

/**
 * A queue of keys. A key added while it waits is merged; added while it is reconciled, it is reconciled again after.
 * Work begins in the next turn of the event loop, so that a burst of events costs one reconcile.
 */
export class WorkQueue {
  readonly #options: WorkQueueOptions;
  readonly #workers: number;
  readonly #waiting = new Set<string>();
  readonly #active = new Map<string, Promise<void>>();
  readonly #again = new Set<string>();
  readonly #failures = new Map<string, number>();
  readonly #timers = new Map<string, { readonly timer: Timer; readonly dueMs: number }>();
  #turn: NodeJS.Immediate | undefined;
  #idle: (() => void) | undefined;
  #closed = false;

  constructor(options: WorkQueueOptions) {
    this.#options = options;
    this.#workers = options.workers ?? 1;
  }

  /** Keys that wait or are being reconciled; those that wait for a timer do not count. */
  get size(): number {
    return this.#waiting.size + this.#active.size;
  }

  /** Asks for a reconcile of this key, soon. */
  add(key: string): void {
    if (this.#closed) return;
    if (this.#active.has(key)) return void this.#again.add(key);
    this.#waiting.add(key);
    this.#idle ??= this.#options.activity.begin(`queue ${this.#options.name}`);
    this.#scheduleWork();
  }

  /** Asks for a reconcile `delayMs` from now. Of several such requests for a key the earliest holds. */
  addAfter(key: string, delayMs: number): void {
    if (this.#closed) return;
    if (delayMs <= 0) return void this.add(key);
    const dueMs = this.#options.clock.now() + delayMs;
    const pending = this.#timers.get(key);
    if (pending !== undefined && pending.dueMs <= dueMs) return;
    pending?.timer.cancel();
    const timer = this.#options.clock.schedule(delayMs, () => {
      this.#timers.delete(key);
      this.add(key);
    });
    this.#timers.set(key, { timer, dueMs });
  }

  /** How often this key has failed in a row. */
  failuresOf(key: string): number {
    return this.#failures.get(key) ?? 0;
  }

  /** Drops what waits and resolves when what runs has ended. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const { timer } of this.#timers.values()) timer.cancel();
    this.#timers.clear();
    this.#waiting.clear();
    this.#again.clear();
    if (this.#turn !== undefined) clearImmediate(this.#turn);
    this.#turn = undefined;
    await Promise.all(this.#active.values());
    this.#endWhenIdle();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #work(): void {
    this.#turn = undefined;
    for (const key of this.#waiting) {
      if (this.#active.size >= this.#workers) return;
      this.#waiting.delete(key);
      this.#active.set(key, this.#reconcile(key));
    }
  }

  async #reconcile(key: string): Promise<void> {
    // The key must be registered as active before its reconcile runs, or what that adds would be lost.
    await undefined;
    try {
      await this.#options.reconcile(key);
      this.#failures.delete(key);
    } catch (error) {
      this.#retry(key, error);
    }
    this.#active.delete(key);
    if (this.#again.delete(key)) this.add(key);
    if (this.#waiting.size > 0) this.#scheduleWork();
    else this.#endWhenIdle();
  }

  #scheduleWork(): void {
    this.#turn ??= setImmediate(() => this.#work());
  }

  #retry(key: string, error: unknown): void {
    const { maxRetries = Number.POSITIVE_INFINITY, backoff = DEFAULT_BACKOFF, random, failed } = this.#options;
    const failures = this.failuresOf(key) + 1;
    const retrying = failures <= maxRetries && !this.#closed;
    failed?.(key, error, retrying);
    if (!retrying) return void this.#failures.delete(key);
    this.#failures.set(key, failures);
    if (isLostRace(error) && failures <= IMMEDIATE_RETRIES) return void this.#again.add(key);
    const spread = random === undefined ? 1 : 1 + random.next() / 10;
    this.addAfter(key, backoffMs(failures, backoff) * spread);
  }

  #endWhenIdle(): void {
    if (this.size > 0) return;
    this.#idle?.();
    this.#idle = undefined;
  }
}

/** Whether a write failed because of somebody else's; what wraps the failure names it as its cause. */
const isLostRace = (error: unknown): boolean =>
  [error, (error as { cause?: unknown } | undefined)?.cause].some(
    (reason) => hasReason(reason, 'Conflict') || hasReason(reason, 'AlreadyExists'),
  );
