/** Reads the events of a watch from an HTTP body. */
import type { IncomingMessage } from 'node:http';
import type { EncodedEvent, Watch, WatchEvent } from '@towtank/apimachinery';

const NEWLINE = 0x0a;

/** Splits bytes into lines without their ends. A line may come in many pieces, and a piece may hold many lines. */
export class LineSplitter {
  #pieces: Buffer[] = [];
  readonly #line: (line: Buffer) => void;

  constructor(line: (line: Buffer) => void) {
    this.#line = line;
  }

  push(chunk: Buffer): void {
    let from = 0;
    for (let at = chunk.indexOf(NEWLINE); at >= 0; at = chunk.indexOf(NEWLINE, from)) {
      this.#pieces.push(chunk.subarray(from, at));
      const line = this.#pieces.length === 1 && this.#pieces[0] ? this.#pieces[0] : Buffer.concat(this.#pieces);
      this.#pieces = [];
      from = at + 1;
      if (line.length > 0) this.#line(line);
    }
    if (from < chunk.length) this.#pieces.push(chunk.subarray(from));
  }
}

/**
 * The watch whose events arrive as the lines of a body. Nothing is read before it starts; after that each event is
 * handled before the next bytes are taken, so a slow sink slows the server down instead of filling memory. A body that
 * breaks off ends the watch like one that ends well: the reader resumes from its last revision in either case.
 */
export function watchOf(incoming: IncomingMessage): Watch {
  let open = true;
  return {
    start(sink) {
      const end = (): void => {
        if (!open) return;
        open = false;
        incoming.destroy();
        sink.end();
      };
      const lines = new LineSplitter((line) => {
        if (!open) return;
        const event = eventOf(line);
        if (event === undefined) end();
        else sink.event(event);
      });
      incoming.on('data', (chunk: Buffer) => lines.push(chunk));
      incoming.on('end', end);
      incoming.on('close', end);
      incoming.on('error', end);
    },
    close() {
      open = false;
      incoming.on('error', () => {});
      incoming.destroy();
    },
  };
}

/** The event of a line; undefined when the line is no event, which happens when the body has been cut. */
function eventOf(line: Buffer): EncodedEvent | undefined {
  try {
    const { type, object } = JSON.parse(line.toString('utf8')) as WatchEvent;
    return { type, object, frame: () => Buffer.concat([line, Buffer.of(NEWLINE)]) };
  } catch {
    return undefined;
  }
}
