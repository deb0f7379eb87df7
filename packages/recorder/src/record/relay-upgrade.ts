/** Passes an upgraded connection (exec, attach, port-forward) and writes its messages down. */
import { once } from 'node:events';
import type { ClientRequest, IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { BodyCollector } from './body-collector.ts';
import { keptHeaders, passedHeaders } from './header-fields.ts';
import type { RecordedExchange } from './recording.ts';
import type { RelayOptions } from './relay-request.ts';
import { WebSocketDecoder } from './web-socket-frames.ts';

/** Resolves when the connection has ended on both sides. */
export async function relayUpgrade(
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
  { connection, exchange, method, url, headers, lent, isClosing }: RelayOptions,
): Promise<void> {
  const protocol = request.headers.upgrade ?? '';
  const { 'sec-websocket-extensions': _compression, ...others } = headers;
  await exchange.request(keptHeaders(others), Buffer.alloc(0));
  let outgoing: ClientRequest | undefined;
  socket.on('error', () => outgoing?.destroy());
  try {
    outgoing = await connection.send({
      method,
      url,
      headers: { ...others, connection: 'Upgrade', upgrade: protocol },
      lent,
    });
    outgoing.end();
    const answer = await firstAnswer(outgoing);
    if (answer.socket === undefined) return await refused(answer.incoming, socket, exchange);
    const { incoming, socket: upstream, head: first } = answer;
    const isWebSocket = protocol.toLowerCase() === 'websocket';
    const fields = passedHeaders(incoming);
    await exchange.stream(
      { status: 101, headers: { ...keptHeaders(fields), upgrade: protocol } },
      isWebSocket ? 'websocket' : 'raw',
    );
    socket.write(headText(incoming, { ...fields, connection: 'Upgrade', upgrade: protocol }));
    const tap = isWebSocket ? messageTap(exchange) : chunkTap(exchange);
    const ends: ('client' | 'server')[] = [];
    await Promise.all([
      pass(upstream, socket, first, (chunk) => tap(chunk, 'server')).then(() => ends.push('server')),
      pass(socket, upstream, head, (chunk) => tap(chunk, 'client')).then(() => ends.push('client')),
    ]);
    await exchange.end(ends[0] ?? 'server');
  } catch (reason) {
    socket.destroy();
    outgoing?.destroy();
    if (isClosing()) return;
    await exchange.end('reset', (reason as NodeJS.ErrnoException).code ?? (reason as Error).message);
  }
}

interface Answer {
  readonly incoming: IncomingMessage;
  readonly socket?: Duplex;
  readonly head: Buffer;
}

function firstAnswer(outgoing: NodeJS.EventEmitter): Promise<Answer> {
  return new Promise((resolve, reject) => {
    outgoing.once('upgrade', (incoming: IncomingMessage, socket: Duplex, head: Buffer) =>
      resolve({ incoming, socket, head }),
    );
    outgoing.once('response', (incoming: IncomingMessage) => resolve({ incoming, head: Buffer.alloc(0) }));
    outgoing.on('error', reject);
  });
}

/** An answer that is no upgrade: an ordinary one, after which the connection ends. */
async function refused(incoming: IncomingMessage, socket: Duplex, exchange: RecordedExchange): Promise<void> {
  const body = new BodyCollector();
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) {
    body.push(chunk as Buffer);
    chunks.push(chunk as Buffer);
  }
  const fields = passedHeaders(incoming);
  await exchange.answer(
    { status: incoming.statusCode ?? 502, headers: keptHeaders(fields) },
    await body.take(incoming.headers['content-encoding']),
  );
  const bytes = Buffer.concat(chunks);
  socket.end(
    Buffer.concat([
      Buffer.from(headText(incoming, { ...fields, connection: 'close', 'content-length': String(bytes.length) })),
      bytes,
    ]),
  );
}

function headText({ statusCode, statusMessage }: IncomingMessage, headers: Record<string, string | string[]>): string {
  const lines = Object.entries(headers).flatMap(([name, values]) =>
    [values].flat().map((value) => `${name}: ${value}`),
  );
  return `${[`HTTP/1.1 ${statusCode} ${statusMessage}`, ...lines].join('\r\n')}\r\n\r\n`;
}

type Tap = (chunk: Buffer, from: 'client' | 'server') => Promise<void>;

function messageTap(exchange: RecordedExchange): Tap {
  const decoders = { client: new WebSocketDecoder(), server: new WebSocketDecoder() };
  return async (chunk, from) => {
    for (const { op, data } of decoders[from].push(chunk)) await exchange.frame(data, { from, op });
  };
}

const chunkTap =
  (exchange: RecordedExchange): Tap =>
  (chunk, from) =>
    exchange.frame(chunk, { from });

/** One direction of the connection, until it ends. */
async function pass(from: Duplex, to: Duplex, head: Buffer, tap: (chunk: Buffer) => Promise<void>): Promise<void> {
  const send = async (chunk: Buffer): Promise<void> => {
    await tap(chunk);
    if (!to.destroyed && !to.write(chunk)) await Promise.race([once(to, 'drain'), once(to, 'close')]);
  };
  if (head.length > 0) await send(head);
  for await (const chunk of from) await send(chunk as Buffer);
  to.end();
}
