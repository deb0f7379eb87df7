/**
 * Requests that nobody means: none crashes the server, none finds a bug of its own, and none leaves anything behind.
 * FUZZ_REQUESTS sets their number, FUZZ_SEED their kind.
 * @deadline 120 s
 */
import { type ApiRequest, type ApiResponse, type Random, seededRandom } from '@towtank/apimachinery';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { isConnectResponse } from '../../src/connect/connect-response.ts';
import { type ApiServer, buildApiServer } from '../../src/index.ts';
import { fuzzedRequest } from './_fuzzed-request.ts';

const test = suite('fuzz');

const REQUESTS = Number(process.env.FUZZ_REQUESTS ?? 20_000);
const SEED = process.env.FUZZ_SEED ?? 'towtank';
/** What may be held in the end beyond what was held after the first tenth, in bytes: the history is bounded, not empty. */
const MAX_GROWTH_BYTES = 96 * 1024 * 1024;

/** Failures with 500 that the real server gives too. */
const REAL_500S: readonly RegExp[] = [
  /^resourceVersion should not be set on objects to be created$/,
  /^resourceVersion: Invalid value: /,
  // Requests delete the range of addresses too.
  /failed to allocate a serviceIP: (range is full|allocator not ready)$/,
  /requested impersonation of .* without impersonating a user$/,
];

/** Patches whose result cannot be converted to its type are the server's failure, as the real one sees it. */
const isRealFailure = ({ method }: ApiRequest, message: string): boolean =>
  REAL_500S.some((known) => known.test(message)) || (method === 'PATCH' && message !== 'Internal error occurred');

const describe = ({ method, url, headers, body }: ApiRequest): string =>
  `${method} ${url.slice(0, 300)} ${JSON.stringify(headers).slice(0, 300)} ${Buffer.from(body ?? [])
    .toString()
    .slice(0, 600)}`;

/** Reads an answer to its end; a watch for a moment. */
async function consume(response: ApiResponse): Promise<string> {
  switch (response.type) {
    case 'object': {
      const bytes = response.encode();
      return (bytes instanceof Uint8Array ? Buffer.from(bytes) : Buffer.concat(bytes)).toString();
    }
    case 'watch':
      response.watch.start({ event: (event) => void event.frame(), end() {} });
      response.watch.close();
      return '';
    default:
      return '';
  }
}

async function send(apiServer: ApiServer, request: ApiRequest): Promise<void> {
  const response = await apiServer.handle(request);
  const text = await consume(response);
  if (response.status < 500 || isConnectResponse(response)) return;
  const { message = text } = (response.type === 'object' ? (response.object ?? {}) : {}) as { message?: string };
  if (response.status === 500 && !isRealFailure(request, message))
    throw new Error(`${describe(request)}\n  is answered ${response.status}: ${message}`);
}

/** Rejects when a request takes longer than any should. */
async function sendAll(apiServer: ApiServer, random: Random, count: number): Promise<void> {
  for (let sent = 0; sent < count; sent += 1) {
    const request = fuzzedRequest(random);
    const started = performance.now();
    await send(apiServer, request);
    const tookMs = performance.now() - started;
    if (tookMs > 2000) throw new Error(`${describe(request)}\n  takes ${Math.round(tookMs)} ms`);
  }
}

function usedBytes(): number {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed;
}

test(`${REQUESTS} requests find no bug`, async () => {
  const apiServer = await buildApiServer({
    authorization: 'AlwaysAllow',
    disabledAdmission: ['ServiceAccount'],
    history: { maxEvents: 500 },
  });
  const random = seededRandom(SEED);
  await sendAll(apiServer, random, REQUESTS / 10);
  const before = usedBytes();
  await sendAll(apiServer, random, REQUESTS * 0.9);
  const grown = usedBytes() - before;
  assert.ok(grown < MAX_GROWTH_BYTES, `the heap has grown by ${Math.round(grown / 1e6)} MB`);
  assert.equal(({} as Record<string, unknown>).polluted, undefined);
  apiServer.close();
});

test.run();
