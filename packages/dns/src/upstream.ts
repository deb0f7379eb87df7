/** Makes a resolver function of whatever the option `upstream` holds. */
import type { Activity, Clock, Random } from '@towtank/apimachinery';
import { rcodeName } from './codec/registry.ts';
import { queryDns } from './dns-client.ts';
import type { UpstreamResolver } from './plugins/forward.ts';

/** What talking to an upstream takes. */
export interface UpstreamContext {
  readonly clock: Clock;
  readonly random: Random;
  readonly activity: Activity | undefined;
  readonly timeoutMs: number;
}

/** The function itself, or one that asks the server; either counts as work in progress while it runs. */
export function upstreamResolver(
  upstream: UpstreamResolver | { readonly host: string; readonly port: number },
  context: UpstreamContext,
): UpstreamResolver {
  const resolve = typeof upstream === 'function' ? upstream : serverResolver(upstream, context);
  const { activity } = context;
  if (activity === undefined) return resolve;
  return (question, request) => activity.track('dns upstream', (async () => resolve(question, request))());
}

const serverResolver =
  (server: { readonly host: string; readonly port: number }, context: UpstreamContext): UpstreamResolver =>
  async (question) => {
    const message = await queryDns(question, { ...server, ...context });
    const { answers, authorities, additionals, authoritative, recursionAvailable, authenticatedData } = message;
    return {
      rcode: rcodeName(message.rcode),
      answers,
      authorities,
      additionals,
      authoritative,
      recursionAvailable,
      authenticatedData,
    };
  };
