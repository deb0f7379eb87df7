/** Answers queries on streams. */
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import type { Clock } from '@towtank/apimachinery';
import type { QueryClient } from '../handler.ts';
import { FrameReader } from './frame-reader.ts';
import type { Responder } from './responder.ts';

/** A bound TCP socket with its connections. */
export interface TcpListener {
  readonly port: number;
  /** Cuts all connections. */
  close(): Promise<void>;
}

/** Where to listen and when to give up on a client. */
export interface TcpListenerOptions {
  readonly host: string;
  readonly port: number;
  readonly clock: Clock;
  /** A connection without a query for so long is closed. */
  readonly idleMs: number;
}

/** Binds a socket and answers on it, any number of queries per connection, in order. Rejects where it cannot be bound. */
export async function listenTcp(responder: Responder, options: TcpListenerOptions): Promise<TcpListener> {
  const sockets = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    serve(socket, responder, options);
  });
  server.listen({ host: options.host, port: options.port, exclusive: true });
  await once(server, 'listening');
  const close = async (): Promise<void> => {
    if (!server.listening) return;
    const closed = once(server, 'close');
    server.close();
    for (const socket of sockets) socket.destroy();
    await closed;
  };
  return { port: (server.address() as AddressInfo).port, close };
}

function serve(socket: Socket, responder: Responder, { clock, idleMs }: TcpListenerOptions): void {
  const client: QueryClient = {
    transport: 'tcp',
    address: socket.remoteAddress ?? '',
    port: socket.remotePort ?? 0,
  };
  let lastQuery = clock.now();
  const watchIdle = (): void => {
    const left = lastQuery + idleMs - clock.now();
    if (left <= 0) return void socket.destroy();
    timer = clock.schedule(left, watchIdle);
  };
  let timer = clock.schedule(idleMs, watchIdle);
  socket.on('close', () => timer.cancel());
  void answerAll(socket, async (frame) => {
    lastQuery = clock.now();
    return responder.reply(frame, client);
  });
}

/** Reads frame by frame; while a reply is being made or does not fit into the socket, nothing is read. */
async function answerAll(socket: Socket, reply: (frame: Buffer) => Promise<Buffer | undefined>): Promise<void> {
  const reader = new FrameReader();
  try {
    for await (const chunk of socket.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      for (const frame of reader.push(chunk)) {
        const message = await reply(frame);
        if (socket.destroyed) return;
        if (message !== undefined && !socket.write(message)) await drained(socket);
      }
    }
    socket.end();
  } catch {
    socket.destroy();
  }
}

function drained(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      socket.off('drain', done);
      socket.off('close', done);
      resolve();
    };
    socket.on('drain', done);
    socket.on('close', done);
  });
}
