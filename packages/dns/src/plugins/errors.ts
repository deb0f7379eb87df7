/** Turns whatever a plugin throws into SERVFAIL, so that one bad query never ends the server. */
import { type DnsRequest, type Plugin, respondError } from '../handler.ts';

/** Told of what was thrown. */
export type ErrorListener = (error: unknown, request: DnsRequest) => void;

/** The first link of the chain. */
export const errors =
  (onError: ErrorListener): Plugin =>
  (next) =>
  async (request) => {
    try {
      return await next(request);
    } catch (error) {
      onError(error, request);
      return respondError('SERVFAIL');
    }
  };
