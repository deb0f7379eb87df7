/** A strategic merge patch that cannot be applied. */

/** The message is that of the real implementation; 500 where the real server does not tell whose fault it is. */
export class StrategicMergeError extends Error {
  override readonly name = 'StrategicMergeError';
  readonly code: 400 | 422 | 500;

  constructor(message: string, code: 400 | 422 | 500 = 500) {
    super(message);
    this.code = code;
  }
}
