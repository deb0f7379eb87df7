/** A request that was not recorded. */

/** Says which request has no recorded answer, which recorded ones are nearest, and how they differ. */
export class ReplayMismatchError extends Error {
  override readonly name = 'ReplayMismatchError';
  readonly method: string;
  readonly url: string;

  constructor(method: string, url: string, explanation: string) {
    super(explanation);
    this.method = method;
    this.url = url;
  }
}
