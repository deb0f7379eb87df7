/** Asks somebody else: a function, or another DNS server. */
import type { Question } from '../codec/message.ts';
import { type DnsRequest, type DnsResponse, type Plugin, respond } from '../handler.ts';

/**
 * Resolves names that are not the cluster's. What is left out of the answer is empty; without an answer at all the name
 * does not exist. Throwing gives SERVFAIL, and an ExternalName Service no data.
 */
export type UpstreamResolver = (
  question: Question,
  request: DnsRequest,
) => UpstreamAnswer | undefined | Promise<UpstreamAnswer | undefined>;

/** An answer of an upstream resolver. */
export type UpstreamAnswer = Partial<DnsResponse>;

/** How deep a chain of names may lead from one query to others before it is taken for a circle. */
const MAX_DEPTH = 8;

/** The last link of the chain: what comes here is nobody else's. */
export const forward =
  (resolve: UpstreamResolver): Plugin =>
  () =>
  async (request) => {
    const answer = await resolve(request.question, request);
    return respond({ rcode: answer === undefined ? 'NXDOMAIN' : 'NOERROR', ...answer, stable: false });
  };

/** Ends queries that were passed on too often, before any plugin sees them. */
export const depthLimit: Plugin = (next) => async (request) => {
  if (request.depth > MAX_DEPTH) throw new Error(`${request.question.name} leads from name to name without end`);
  return next(request);
};
