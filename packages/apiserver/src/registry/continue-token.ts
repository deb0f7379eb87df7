/** Where a paged list goes on: a revision and the first key of the next page, opaque to clients. */
import { badRequest } from '@towtank/apimachinery';

/** A place in a list. */
export interface ContinueToken {
  readonly revision: number;
  /** The next page holds keys from here on. */
  readonly start: string;
}

const VERSION = 'meta.k8s.io/v1';

/** The token as clients get it, in the form of the real server. */
export const encodeContinue = ({ revision, start }: ContinueToken): string =>
  Buffer.from(JSON.stringify({ v: VERSION, rv: revision, start })).toString('base64url');

/** Reads a token. Throws 400 when it is not one. */
export function decodeContinue(token: string): ContinueToken {
  let value: { v?: unknown; rv?: unknown; start?: unknown };
  try {
    value = JSON.parse(Buffer.from(token, 'base64url').toString()) ?? {};
  } catch (cause) {
    throw badRequest('invalid continue token', { cause });
  }
  if (value.v !== VERSION || typeof value.start !== 'string' || !Number.isInteger(value.rv))
    throw badRequest('invalid continue token');
  return { revision: value.rv as number, start: value.start };
}
