/** Passes a request to the upstream and the answer back, and writes both down. */
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { BodyCollector, LineCollector } from './body-collector.ts';
import { keptHeaders, passedHeaders } from './header-fields.ts';
import type { RecordedExchange, RecordedHead } from './recording.ts';
import type { UpstreamConnection } from './upstream-connection.ts';

/** What a relay works with. */
export interface RelayOptions {
  readonly connection: UpstreamConnection;
  readonly exchange: RecordedExchange;
  readonly method: string;
  /** Path and query for the upstream. */
  readonly url: string;
  readonly headers: Record<string, string | string[]>;
  /** Whether the client is lent the upstream's credentials. */
  readonly lent: boolean;
  /** Whether the recorder is about to close: connections that break then tell nothing about the upstream. */
  readonly isClosing: () => boolean;
}

/**
 * Resolves when the exchange is over. A record is written before the bytes that it is about travel on, so that the
 * order of the records is the order of cause and effect. Nobody is read from faster than others take.
 */
export async function relayRequest(
  request: IncomingMessage,
  response: ServerResponse,
  options: RelayOptions,
): Promise<void> {
  const { connection, exchange, method, url, headers, lent } = options;
  const streams = isStreamRequest(url);
  try {
    const outgoing = await connection.send({ method, url, headers: passedOn(headers, streams), lent });
    response.on('close', () => outgoing.destroy());
    // what breaks within the answer is the answer's error, which newer releases of Node report here as well
    outgoing.on('error', () => {});
    const answered = once(outgoing, 'response') as Promise<[IncomingMessage]>;
    answered.catch(() => undefined); // awaited below, once the body has passed
    await passBody(request, outgoing, exchange, headers);
    const [incoming] = await answered;
    await relayAnswer(incoming, response, options, streams);
  } catch (reason) {
    await brokenOff(reason, request, response, options);
  }
}

/** Watches and followed logs: their answer is written down line by line, as it comes. */
export const isStreamRequest = (url: string): boolean =>
  /[?&](watch|follow)=(true|1|True|t|T|TRUE)(&|$)/.test(url) || /^\/(api\/[^/]+|apis\/[^/]+\/[^/]+)\/watch\//.test(url);

function passedOn(headers: RelayOptions['headers'], streams: boolean): RelayOptions['headers'] {
  const { 'accept-encoding': encodings, ...others } = headers;
  const gzip = !streams && /\bgzip\b/.test(String(encodings ?? ''));
  return gzip ? { ...others, 'accept-encoding': 'gzip' } : others;
}

async function passBody(
  request: IncomingMessage,
  outgoing: NodeJS.WritableStream,
  exchange: RecordedExchange,
  headers: RelayOptions['headers'],
): Promise<void> {
  const body = new BodyCollector();
  try {
    for await (const chunk of request) {
      body.push(chunk as Buffer);
      if (!outgoing.write(chunk as Buffer)) await drained(outgoing);
    }
  } catch (reason) {
    await exchange.request(keptHeaders(headers), { omitted: 'the client broke off' });
    throw reason;
  }
  await exchange.request(keptHeaders(headers), await body.take(headers['content-encoding'] as string | undefined));
  outgoing.end();
}

async function relayAnswer(
  incoming: IncomingMessage,
  response: ServerResponse,
  { exchange }: RelayOptions,
  streams: boolean,
): Promise<void> {
  const passed = passedHeaders(incoming);
  const head: RecordedHead = { status: incoming.statusCode ?? 502, headers: keptHeaders(passed) };
  const { 'content-length': length } = incoming.headers;
  if (streams && length === undefined) {
    await exchange.stream(head, 'lines');
    response.writeHead(head.status, passed);
    response.flushHeaders();
    await relayLines(incoming, response, exchange);
  } else {
    response.writeHead(head.status, passed);
    await relayWhole(incoming, response, exchange, head);
  }
  response.end();
}

async function relayLines(
  incoming: IncomingMessage,
  response: ServerResponse,
  exchange: RecordedExchange,
): Promise<void> {
  const lines = new LineCollector();
  for await (const chunk of incoming) {
    for (const line of lines.push(chunk as Buffer)) await exchange.frame(line);
    if (!response.write(chunk)) await drained(response);
  }
  for (const line of lines.rest()) await exchange.frame(line);
  await exchange.end('server');
}

async function relayWhole(
  incoming: IncomingMessage,
  response: ServerResponse,
  exchange: RecordedExchange,
  head: RecordedHead,
): Promise<void> {
  const body = new BodyCollector();
  let last: Buffer | undefined;
  try {
    for await (const chunk of incoming) {
      body.push(chunk as Buffer);
      // One chunk is held back: what a client does once it has the whole answer comes after the record of it.
      if (last !== undefined && !response.write(last)) await drained(response);
      last = chunk as Buffer;
    }
  } catch (reason) {
    await exchange.stream(head, 'raw');
    const part = await body.take();
    if (!(part instanceof Buffer) || part.length > 0) await exchange.frame(part);
    await new Promise((passed) => response.write(last ?? '', passed));
    throw reason;
  }
  await exchange.answer(head, await body.take(incoming.headers['content-encoding']));
  if (last !== undefined) response.write(last);
}

/** Waits until a stream takes more, or is closed. */
function drained(stream: NodeJS.WritableStream): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      stream.off('drain', done);
      stream.off('close', done);
      resolve();
    };
    stream.on('drain', done);
    stream.on('close', done);
  });
}

/** One of the two sides has gone away; the other one is told in the same way. */
async function brokenOff(
  reason: unknown,
  request: IncomingMessage,
  response: ServerResponse,
  { exchange, isClosing, connection }: RelayOptions,
): Promise<void> {
  if (isClosing()) return void response.destroy();
  const isClientGone = request.errored !== null || (response.closed && !response.writableFinished);
  if (isClientGone) return exchange.end('client');
  const { code, message } = reason as NodeJS.ErrnoException;
  await exchange.end('reset', code ?? message);
  if (response.headersSent || code === 'ECONNRESET') return void response.destroy();
  const status = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', code: 502 };
  response.writeHead(502, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ ...status, message: `the recorder cannot reach ${connection.host}: ${message}` }));
}
