/** Sizes of a client's terminal, as it changes. */
import type { Readable } from 'node:stream';

/** Columns and rows of a terminal. */
export interface TerminalSize {
  readonly width: number;
  readonly height: number;
}

/** Text that is longer than this without being a size is thrown away. */
const MAX_TEXT = 1024;

/** The sizes that a client sends as JSON. Who looks late sees only the last one; who never looks holds nobody up. */
export class TerminalSizes implements AsyncIterable<TerminalSize> {
  #last: TerminalSize | undefined;
  #text = '';
  #ended = false;
  #wake: () => void = () => {};

  constructor(input: Readable) {
    input.on('data', (chunk: Buffer) => this.#read(chunk.toString('latin1')));
    input.once('close', () => {
      this.#ended = true;
      this.#wake();
    });
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<TerminalSize> {
    while (true) {
      const size = this.#last;
      this.#last = undefined;
      if (size !== undefined) yield size;
      else if (this.#ended) return;
      else
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
    }
  }

  #read(text: string): void {
    const all = this.#text + text;
    const end = all.lastIndexOf('}') + 1;
    this.#text = all.slice(end).slice(0, MAX_TEXT);
    const size = parseSize(all.slice(all.lastIndexOf('{', end), end));
    if (size === undefined) return;
    this.#last = size;
    this.#wake();
  }
}

function parseSize(text: string): TerminalSize | undefined {
  try {
    const { Width: width, Height: height } = JSON.parse(text) as Record<string, unknown>;
    return Number.isInteger(width) && Number.isInteger(height) ? ({ width, height } as TerminalSize) : undefined;
  } catch {
    return undefined;
  }
}
