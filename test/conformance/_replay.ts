/** Sends recorded requests to a cluster of ours and compares the answers. */
import { isDeepStrictEqual } from 'node:util';
import type { ApiRequest, ApiResponse, WatchResponse } from '@towtank/apimachinery';
import type { Cluster } from 'towtank';
import { comparable } from './_comparable.ts';
import type { Exchange, RecordedEvent, RecordedRequest } from './_exchange.ts';
import { LearnedValues } from './_learned-values.ts';

/** What became of one step. */
export interface StepResult {
  readonly title: string;
  readonly matches: boolean;
  readonly recorded: unknown;
  readonly ours: unknown;
}

/** Replays the steps of a scenario in order. */
export async function replay(cluster: Cluster, steps: readonly Exchange[]): Promise<StepResult[]> {
  const learned = new LearnedValues();
  const results: StepResult[] = [];
  for (const step of steps) results.push(await replayStep(cluster, step, learned));
  return results;
}

async function replayStep(cluster: Cluster, step: Exchange, learned: LearnedValues): Promise<StepResult> {
  const { title, request, response = { status: 0 }, eventually } = step;
  if (eventually) await cluster.settled();
  const answer = await send(cluster, request, learned);
  const ours = answer.type === 'watch' ? await watched(cluster, answer, step, learned) : answeredValue(answer);
  const recorded = response.events ?? response.body;
  learned.learn(recorded, ours);
  const matches = answer.status === response.status && isDeepStrictEqual(comparable(recorded), comparable(ours));
  return { title, matches, recorded, ours };
}

/** Everything is sent over the wire format, but without a socket. */
function send(
  cluster: Cluster,
  { method, path, headers = {}, body }: RecordedRequest,
  learned: LearnedValues,
): Promise<ApiResponse> {
  const text = typeof body === 'string' ? body : body === undefined ? undefined : JSON.stringify(learned.rewrite(body));
  const request: ApiRequest = {
    method,
    url: learned.rewritePath(path),
    headers: {
      accept: 'application/json',
      authorization: `Bearer ${cluster.adminToken}`,
      ...(text === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    body: text === undefined ? undefined : Buffer.from(text),
  };
  return cluster.apiServer.handle(request);
}

async function watched(
  cluster: Cluster,
  { watch }: WatchResponse,
  { watch: recorded = {} }: Exchange,
  learned: LearnedValues,
): Promise<RecordedEvent[]> {
  const events: RecordedEvent[] = [];
  watch.start({ event: (event) => void events.push(JSON.parse(Buffer.from(event.frame()).toString())), end: () => {} });
  for (const during of recorded.during ?? []) await send(cluster, during, learned);
  await cluster.settled();
  watch.close();
  return events.slice(0, recorded.events ?? events.length);
}

function answeredValue(response: Exclude<ApiResponse, WatchResponse>): unknown {
  if (response.type === 'stream') return undefined;
  const bytes = response.type === 'bytes' ? response.body : response.encode();
  const text = (bytes instanceof Uint8Array ? Buffer.from(bytes) : Buffer.concat(bytes)).toString();
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
