/** Asks for another name or type than the client did, and answers as if nothing had happened. */
import { sameName, withoutDot } from '../codec/domain-name.ts';
import type { ResourceRecord } from '../codec/resource-record.ts';
import type { DnsRequest, DnsResponse, Plugin } from '../handler.ts';

/** One rule. Names are matched regardless of case; the first rule that matches is applied, and no other. */
export interface RewriteRule {
  /**
   * What to match: a whole name, a name from its beginning, to its end, anywhere inside of it, or by an expression,
   * whose groups `to` may use as `$1`. Left out where only `type` counts.
   */
  readonly name?:
    | { readonly exact: string }
    | { readonly prefix: string }
    | { readonly suffix: string }
    | { readonly substring: string }
    | { readonly pattern: RegExp };
  /** What the matched part becomes. */
  readonly to?: string;
  /** Only queries of this type. */
  readonly type?: string;
  /** The type to ask for instead. */
  readonly toType?: string;
  /** Whether records of the answer get the name that the client asked for. Default true. */
  readonly restoreNames?: boolean;
  /** Replaces the TTL of every record in the answer, in seconds. */
  readonly ttl?: number;
}

/** Rewrites queries on their way in, and answers on their way out. */
export const rewrite =
  (rules: readonly RewriteRule[]): Plugin =>
  (next) =>
  async (request) => {
    for (const rule of rules) {
      const rewritten = apply(rule, request);
      if (rewritten === undefined) continue;
      const response = await next(rewritten);
      return response && restore(rule, response, { asked: request.question.name, sent: rewritten.question.name });
    }
    return next(request);
  };

function apply(rule: RewriteRule, request: DnsRequest): DnsRequest | undefined {
  const { question } = request;
  if (rule.type !== undefined && rule.type !== question.type) return undefined;
  const name = rule.name === undefined ? question.name : rewrittenName(rule.name, question.name, rule.to);
  if (name === undefined) return undefined;
  return { ...request, question: { ...question, name: withoutDot(name), type: rule.toType ?? question.type } };
}

function rewrittenName(match: NonNullable<RewriteRule['name']>, name: string, to = ''): string | undefined {
  const lower = name.toLowerCase();
  if ('exact' in match) return sameName(name, withoutDot(match.exact)) ? to || name : undefined;
  if ('prefix' in match)
    return lower.startsWith(match.prefix.toLowerCase()) ? to + name.slice(match.prefix.length) : undefined;
  if ('suffix' in match) {
    const suffix = withoutDot(match.suffix);
    return lower.endsWith(suffix.toLowerCase()) ? name.slice(0, name.length - suffix.length) + to : undefined;
  }
  if ('substring' in match) {
    const at = lower.indexOf(match.substring.toLowerCase());
    return at < 0 ? undefined : name.slice(0, at) + to + name.slice(at + match.substring.length);
  }
  return name.search(match.pattern) < 0 ? undefined : name.replace(match.pattern, to);
}

function restore(
  { restoreNames = true, ttl }: RewriteRule,
  response: DnsResponse,
  { asked, sent }: { readonly asked: string; readonly sent: string },
): DnsResponse {
  const restored = (record: ResourceRecord): ResourceRecord => ({
    ...record,
    ...(restoreNames && sameName(record.name, sent) ? { name: asked } : {}),
    ...(ttl === undefined ? {} : { ttl }),
  });
  return { ...response, answers: response.answers.map(restored), additionals: response.additionals.map(restored) };
}
