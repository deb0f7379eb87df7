/** Finds the messages in a stream: each has its length in front, in two bytes. */

/** Takes chunks as they come and gives whole messages. It never holds more than one message and its chunk. */
export class FrameReader {
  #pending: Buffer = Buffer.alloc(0);

  /** The messages that the chunk completes. */
  push(chunk: Buffer): Buffer[] {
    this.#pending = this.#pending.length === 0 ? chunk : Buffer.concat([this.#pending, chunk]);
    const frames: Buffer[] = [];
    let at = 0;
    while (this.#pending.length - at >= 2) {
      const end = at + 2 + this.#pending.readUInt16BE(at);
      if (end > this.#pending.length) break;
      frames.push(this.#pending.subarray(at + 2, end));
      at = end;
    }
    this.#pending = this.#pending.subarray(at);
    return frames;
  }
}
