/** Gives a recorded answer. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import type { IndexedExchange } from '../cassette/cassette-index.ts';
import type { ResponseRecord, StoredBody } from '../cassette/cassette-record.ts';
import { type PlaybackOptions, playStream } from './playback.ts';

/** Answers a request as it was answered in the recording: whole, as a stream, or by breaking the connection. */
export async function answerRequest(
  exchange: IndexedExchange,
  request: IncomingMessage,
  response: ServerResponse,
  options: PlaybackOptions,
): Promise<void> {
  const record = exchange.response === undefined ? undefined : await options.index.recordAt(exchange.response);
  if (record?.type !== 'response') return void response.socket?.resetAndDestroy();
  if (record.stream === undefined) return answerWhole(record, request, response, options);
  const { 'content-length': _, ...headers } = headersOf(record);
  response.writeHead(record.status, headers);
  response.flushHeaders();
  const aborted = new AbortController();
  response.on('close', () => aborted.abort());
  for await (const step of playStream(exchange, record.at, options, aborted.signal)) {
    if (step.type === 'end') return await finish(step.by, response);
    const bytes = await contentOf(step.body, options);
    if (!response.write(bytes)) await drained(response);
  }
}

/** The content of a body that must be there. */
export async function contentOf(body: StoredBody | undefined, { index }: PlaybackOptions): Promise<Buffer> {
  if (body !== undefined && 'omitted' in body)
    throw new Error(`the cassette does not hold the answer: ${body.omitted}`);
  return (await index.bytesOf(body)) ?? Buffer.alloc(0);
}

/** Header fields for node:http. */
export const headersOf = ({ headers = {} }: ResponseRecord): Record<string, string | string[]> =>
  Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, typeof value === 'string' ? value : [...value]]),
  );

async function answerWhole(
  record: ResponseRecord,
  request: IncomingMessage,
  response: ServerResponse,
  options: PlaybackOptions,
): Promise<void> {
  const plain = await contentOf(record.body, options);
  const { 'content-encoding': encoding, ...headers } = headersOf(record);
  const packs = encoding === 'gzip' && /\bgzip\b/.test(String(request.headers['accept-encoding'] ?? ''));
  const bytes = packs ? gzipSync(plain) : plain;
  const hasBody = record.status !== 204 && record.status !== 304 && request.method !== 'HEAD';
  response.writeHead(record.status, {
    ...headers,
    ...(packs ? { 'content-encoding': 'gzip' } : {}),
    ...(hasBody ? { 'content-length': String(bytes.length) } : {}),
  });
  response.end(hasBody ? bytes : undefined);
}

/** A watch that the client ended stays open until the client does so again. */
async function finish(by: 'server' | 'client' | 'reset', response: ServerResponse): Promise<void> {
  if (by === 'server') response.end();
  if (by !== 'reset') return;
  await new Promise((passed) => response.write('', passed)); // what was sent before arrives
  response.destroy();
}

function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      response.off('drain', done);
      response.off('close', done);
      resolve();
    };
    response.on('drain', done);
    response.on('close', done);
  });
}
