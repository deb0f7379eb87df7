/** Events that wait to be written together. */

/** Bytes at which a batch is written although the turn goes on. */
const MAX_BATCH_BYTES = 256 * 1024;
const LINE = '\r\n';

/**
 * A sequence of frames. Watchers that take the same frames in the same order arrive at the same batch, however many they
 * are, so that its bytes are made once.
 */
export class EventBatch {
  readonly #before: EventBatch | undefined;
  readonly #frame: Uint8Array | undefined;
  readonly #length: number;
  #next: Map<Uint8Array, EventBatch> | undefined;
  #bytes: Buffer | undefined;

  constructor(before?: EventBatch, frame?: Uint8Array) {
    this.#before = before;
    this.#frame = frame;
    this.#length = (before === undefined ? 0 : before.#length) + (frame?.length ?? 0);
  }

  /** Whether it should be written before more is added. */
  get isFull(): boolean {
    return this.#length >= MAX_BATCH_BYTES;
  }

  /** This batch and one more frame. */
  with(frame: Uint8Array): EventBatch {
    this.#next ??= new Map();
    let next = this.#next.get(frame);
    if (next === undefined) {
      next = new EventBatch(this, frame);
      this.#next.set(frame, next);
    }
    return next;
  }

  /** The frames as HTTP chunks, one for each event: that is how clients of the real server get them. */
  bytes(): Buffer {
    this.#bytes ??= this.#encode();
    return this.#bytes;
  }

  /** Forgets the batches that begin with this one. */
  forget(): void {
    this.#next = undefined;
  }

  #encode(): Buffer {
    const parts: Uint8Array[] = [];
    let batch: EventBatch = this;
    while (batch.#before !== undefined && batch.#frame !== undefined) {
      parts.push(Buffer.from(LINE), batch.#frame, Buffer.from(`${batch.#frame.length.toString(16)}${LINE}`));
      batch = batch.#before;
    }
    return Buffer.concat(parts.reverse());
  }
}

/** The batch that all others begin with. */
export const NO_EVENTS: EventBatch = new EventBatch();
