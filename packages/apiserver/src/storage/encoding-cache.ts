/** Keeps the bytes of the objects that were read last, within a bound. */

/** Something that holds bytes which it can make again. */
export interface EncodingHolder {
  /** The era in which its bytes were last asked for. */
  readonly era: number;
  forgetEncoding(): void;
}

/** Bytes that are kept for objects that have not been asked for in this era; as many again for those that have. */
export const MAX_ERA_BYTES: number = 2 * 1024 * 1024;

/**
 * Two generations of holders. When the young one is full it becomes the old one, and what has not been asked for since
 * the last change of eras forgets its bytes. Reading something that is known costs one comparison.
 */
export class EncodingCache {
  #era = 0;
  #young: EncodingHolder[] = [];
  #old: EncodingHolder[] = [];
  #youngBytes = 0;

  /** Holders whose own era differs have to be admitted again. */
  get era(): number {
    return this.#era;
  }

  /** Takes note of a holder of so many bytes that was asked for; answers its era. */
  admit(holder: EncodingHolder, bytes: number): number {
    this.#young.push(holder);
    this.#youngBytes += bytes;
    if (this.#youngBytes > MAX_ERA_BYTES) this.#turn();
    return this.#era;
  }

  #turn(): void {
    const leaving = this.#old;
    this.#old = this.#young;
    this.#young = [];
    this.#youngBytes = 0;
    for (const holder of leaving) if (holder.era < this.#era) holder.forgetEncoding();
    this.#era += 1;
  }
}
