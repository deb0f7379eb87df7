/** `?timeout=`: how long a client waits for an answer. */
import { type ApiResponse, badRequest, type Clock, timedOut } from '@towtank/apimachinery';
import { parseDuration } from './parse-duration.ts';
import type { ParsedRequest } from './parse-request.ts';

/** Longer than this no request is waited for, as with the real server's `--request-timeout`. */
const MAX_TIMEOUT_MS = 60_000;
const LONG_RUNNING_VERBS = new Set(['watch', 'proxy']);
const LONG_RUNNING_SUBRESOURCES = new Set(['attach', 'exec', 'proxy', 'log', 'portforward']);

/** Milliseconds; undefined where nothing is said, and for requests that are meant to last. Throws 400. */
export function timeoutOf({ verb, subresource, query }: ParsedRequest): number | undefined {
  const text = query.get('timeout');
  if (!text || LONG_RUNNING_VERBS.has(verb) || LONG_RUNNING_SUBRESOURCES.has(subresource)) return undefined;
  const timeoutMs = parsed(text);
  return timeoutMs > 0 ? Math.min(timeoutMs, MAX_TIMEOUT_MS) : undefined;
}

function parsed(text: string): number {
  try {
    return parseDuration(text);
  } catch (cause) {
    throw badRequest(`invalid timeout specified in the request URL - ${(cause as Error).message}`, { cause });
  }
}

/** The answer if it comes in time, else 504. What the request has begun goes on, as it does in the real server. */
export function answerWithin(
  timeoutMs: number,
  answer: ApiResponse | Promise<ApiResponse>,
  clock: Clock,
): Promise<ApiResponse> {
  return new Promise((resolve, reject) => {
    const timer = clock.schedule(timeoutMs, () => resolve(lateAnswer()));
    void Promise.resolve(answer)
      .then(resolve, reject)
      .finally(() => timer.cancel());
  });
}

/** The real server writes this one answer past its encoders: without a type, in what Go takes for plain text. */
const lateAnswer = (): ApiResponse => ({
  type: 'bytes',
  status: 504,
  headers: { 'content-type': 'text/plain; charset=utf-8' },
  body: Buffer.from(timeoutText()),
});

/** The body of the answer to a request that takes too long. */
export function timeoutText(): string {
  const { kind: _, apiVersion: __, ...status } = timedOut().toStatus();
  return `${JSON.stringify(status)}\n`;
}
