/** What is wrong with a cassette, and where. */

/** A cassette that cannot be read: corrupt, edited into nonsense, or of a newer version. */
export class CassetteError extends Error {
  override readonly name = 'CassetteError';
  /** Path of the file. */
  readonly path: string;
  /** Line in the file, from 1; 0 where the file as a whole is meant. */
  readonly line: number;
  /** What is wrong, without the place. */
  readonly reason: string;

  constructor(path: string, line: number, reason: string, options?: ErrorOptions) {
    super(line === 0 ? `${path}: ${reason}` : `${path}:${line}: ${reason}`, options);
    this.path = path;
    this.line = line;
    this.reason = reason;
  }
}
