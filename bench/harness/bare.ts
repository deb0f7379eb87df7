/** The limits: servers with nothing in them. */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer as createHttpServer, type RequestListener } from 'node:http';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A server on a free port of loopback. */
export interface Bare extends AsyncDisposable {
  readonly port: number;
}

/** A bare node:http server. */
export async function bareHttp(listener: RequestListener): Promise<Bare> {
  const server = createHttpServer({ keepAliveTimeout: 60_000 }, listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** A bare node:http server that answers every request with the same bytes. */
export const bareAnswer = (body: Uint8Array): Promise<Bare> =>
  bareHttp((_request, response) => {
    response.setHeader('Content-Type', 'application/json');
    response.setHeader('Content-Length', body.length);
    response.end(body);
  });

/** A bare node:http server that answers with the body of the request. */
export const bareEcho = (): Promise<Bare> =>
  bareHttp((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks);
      response.setHeader('Content-Type', 'application/json');
      response.setHeader('Content-Length', body.length);
      response.end(body);
    });
  });

/** A bare TCP server. */
export async function bareTcp(
  onConnection: (socket: Socket) => void,
): Promise<Bare & { readonly sockets: Set<Socket> }> {
  const sockets = new Set<Socket>();
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.on('error', () => {}).on('close', () => sockets.delete(socket));
    onConnection(socket);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    sockets,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

/** One hop of bare sockets: each connection is piped to `port`, and back. */
export const barePipe = (port: number): Promise<Bare> =>
  bareTcp((socket) => {
    const target = connect({ port, host: '127.0.0.1', noDelay: true }).on('error', () => socket.destroy());
    socket.pipe(target).pipe(socket);
    socket.on('close', () => target.destroy());
  });

/** A bare datagram socket that sends back what comes. */
export async function bareDatagramEcho(): Promise<Bare> {
  const socket = createSocket('udp4', (message, { port, address }) => socket.send(message, port, address));
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return { port: socket.address().port, [Symbol.asyncDispose]: async () => void socket.close() };
}
