/** Cassettes for tests: in a folder of their own that goes with the scope. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A folder that is removed when disposed. */
export class Folder implements Disposable {
  readonly path: string = mkdtempSync(join(tmpdir(), 'towtank-cassette-'));

  /** The path of a file in it, which is written where text is given. */
  file(name: string, text?: string | Buffer): string {
    const path = join(this.path, name);
    if (text !== undefined) writeFileSync(path, text);
    return path;
  }

  /** A cassette of the given records behind a header. */
  cassette(records: readonly unknown[], name = 'test.jsonl'): string {
    const header = { type: 'cassette', version: 1, recorded: '2026-01-01T00:00:00Z' };
    return this.file(name, [header, ...records].map((record) => `${JSON.stringify(record)}\n`).join(''));
  }

  read(name: string): string {
    return readFileSync(join(this.path, name), 'utf8');
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}
