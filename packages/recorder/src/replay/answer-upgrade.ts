/** Plays a recorded WebSocket, or another upgraded connection. */
import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { IndexedExchange } from '../cassette/cassette-index.ts';
import type { EndRecord, ResponseRecord } from '../cassette/cassette-record.ts';
import { ChannelParser, layoutOf, type StreamLayout } from '../cassette/stream-layout.ts';
import { encodeWebSocketMessage, WebSocketDecoder } from '../record/web-socket-frames.ts';
import { holdsContent } from '../redaction/redact-record.ts';
import { contentOf, headersOf } from './answer-request.ts';
import { type PlaybackOptions, playStream } from './playback.ts';

/** RFC 6455, section 1.3. */
const WEBSOCKET_GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

/**
 * Answers an upgrade as in the recording. What the server sent comes after as much content from the client as it did
 * then, so that an answer does not come before its question.
 */
export async function answerUpgrade(
  exchange: IndexedExchange,
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
  options: PlaybackOptions,
): Promise<void> {
  const record = exchange.response === undefined ? undefined : await options.index.recordAt(exchange.response);
  if (record?.type !== 'response') return void socket.destroy();
  if (record.stream === undefined) {
    const body = await contentOf(record.body, options);
    const headers = { ...headersOf(record), connection: 'close', 'content-length': String(body.length) };
    return void socket.end(Buffer.concat([headBytes(record.status, headers), body]));
  }
  socket.write(headBytes(101, switchedHeaders(record, request)));
  await play(exchange, record, socket, head, options);
}

async function play(
  exchange: IndexedExchange,
  record: ResponseRecord,
  socket: Duplex,
  head: Buffer,
  options: PlaybackOptions,
): Promise<void> {
  const aborted = new AbortController();
  socket.on('close', () => aborted.abort());
  socket.on('error', () => aborted.abort());
  const isWebSocket = record.stream === 'websocket';
  const layout = layoutOf(record.headers ?? {});
  const heard = new Heard(isWebSocket, layout, aborted.signal);
  const recorded = new ChannelParser(layout);
  heard.take(head);
  socket.on('data', (chunk: Buffer) => heard.take(chunk));
  socket.on('end', () => heard.end());
  let wanted = 0;
  for await (const step of playStream(exchange, record.at, options, aborted.signal)) {
    if (step.type === 'end') return await finish(step.by, socket, heard);
    const data = await contentOf(step.body, options);
    if (step.from === 'client') {
      if (holdsContent(step)) wanted += recorded.contentBytes(data);
      await heard.atLeast(wanted);
    } else socket.write(isWebSocket ? encodeWebSocketMessage({ op: step.op ?? 'binary', data }) : data);
  }
}

/** A connection that the client ended stays open until the client does so again. */
async function finish(by: EndRecord['by'], socket: Duplex, heard: Heard): Promise<void> {
  if (by === 'reset') return void socket.destroy();
  if (by === 'client') await heard.atLeast(Number.POSITIVE_INFINITY);
  socket.end();
}

/** How much content the client has sent. */
class Heard {
  readonly #decoder: WebSocketDecoder | undefined;
  readonly #channels: ChannelParser;
  #bytes = 0;
  #wake: () => void = () => {};

  /** Nobody waits any more once the signal aborts. */
  constructor(isWebSocket: boolean, layout: StreamLayout, signal: AbortSignal) {
    signal.addEventListener('abort', () => this.end(), { once: true });
    this.#channels = new ChannelParser(layout);
    this.#decoder = isWebSocket ? new WebSocketDecoder() : undefined;
  }

  take(chunk: Buffer): void {
    const pieces = this.#decoder?.push(chunk).filter(holdsContent) ?? [{ data: chunk }];
    for (const { data } of pieces) this.#bytes += this.#channels.contentBytes(data);
    this.#wake();
  }

  end(): void {
    this.#bytes = Number.POSITIVE_INFINITY;
    this.#wake();
  }

  async atLeast(bytes: number): Promise<void> {
    while (this.#bytes < bytes)
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
  }
}

function switchedHeaders(record: ResponseRecord, request: IncomingMessage): Record<string, string | string[]> {
  const headers = { ...headersOf(record), connection: 'Upgrade' };
  const key = request.headers['sec-websocket-key'];
  if (key === undefined) return headers;
  const accept = createHash('sha1')
    .update(key + WEBSOCKET_GUID)
    .digest('base64');
  return { ...headers, upgrade: 'websocket', 'sec-websocket-accept': accept };
}

function headBytes(status: number, headers: Record<string, string | string[]>): Buffer {
  const lines = Object.entries(headers).flatMap(([name, values]) =>
    [values].flat().map((value) => `${name}: ${value}`),
  );
  const reason = status === 101 ? 'Switching Protocols' : 'Recorded';
  return Buffer.from(`${[`HTTP/1.1 ${status} ${reason}`, ...lines].join('\r\n')}\r\n\r\n`);
}
