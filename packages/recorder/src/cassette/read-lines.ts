/** The lines of a file, with their places, in memory that does not grow with the file. */
import { createReadStream } from 'node:fs';

/** A line of a file. */
export interface Line {
  readonly text: string;
  /** From 1. */
  readonly number: number;
  /** Offset of its first byte. */
  readonly offset: number;
  /** Length without the line feed. */
  readonly bytes: number;
  /** Whether a line feed ends it: false for the last line of a file whose writer was killed. */
  readonly whole: boolean;
}

const LINE_FEED = 0x0a;

/** Reads the lines from an offset on. `first` is the number of the line that begins there. */
export async function* readLines(path: string, offset = 0, first = 1): AsyncGenerator<Line> {
  let number = first;
  let at = offset;
  let rest: Buffer[] = [];
  for await (const chunk of createReadStream(path, { start: offset, highWaterMark: 1 << 16 })) {
    const bytes = chunk as Buffer;
    let from = 0;
    for (let end = bytes.indexOf(LINE_FEED); end !== -1; end = bytes.indexOf(LINE_FEED, from)) {
      const line = rest.length === 0 ? bytes.subarray(from, end) : Buffer.concat([...rest, bytes.subarray(from, end)]);
      yield { text: line.toString('utf8'), number, offset: at, bytes: line.length, whole: true };
      at += line.length + 1;
      number += 1;
      rest = [];
      from = end + 1;
    }
    if (from < bytes.length) rest.push(bytes.subarray(from));
  }
  if (rest.length === 0) return;
  const last = Buffer.concat(rest);
  yield { text: last.toString('utf8'), number, offset: at, bytes: last.length, whole: false };
}
