/** A server that does everything that a recorder must cope with. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { WebSocketServer } from 'ws';

/** The server, and how many times each path was asked for. */
export interface FakeUpstream extends AsyncDisposable {
  readonly server: string;
  readonly seen: IncomingMessage[];
}

export const EVENT = (at: number, size = 10): string =>
  `${JSON.stringify({ type: 'ADDED', object: { kind: 'ConfigMap', metadata: { name: `c${at}` }, data: 'x'.repeat(size) } })}\n`;

/** Starts it; `routes` come before those that every test may use. */
export async function startUpstream(
  routes: Readonly<Record<string, (request: IncomingMessage, response: ServerResponse) => void>> = {},
): Promise<FakeUpstream> {
  const seen: IncomingMessage[] = [];
  const sockets = new Set<Duplex>();
  const server = createServer((request, response) => {
    seen.push(request);
    const [path = ''] = (request.url ?? '').split('?');
    const route = routes[path] ?? ROUTES[path];
    if (route === undefined) return void response.writeHead(404).end('no such path');
    route(request, response);
  });
  server.on('connection', (socket) => sockets.add(socket));
  const webSockets = new WebSocketServer({ server, path: '/exec', handleProtocols: () => 'v5.channel.k8s.io' });
  webSockets.on('connection', (socket) => {
    socket.send(Buffer.from('\u0001ready\n'));
    socket.on('message', (data: Buffer) => {
      socket.send(Buffer.concat([Buffer.from([1]), data.subarray(1)]));
      if (data.includes('bye')) socket.close(1000, 'done');
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    server: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      webSockets.close();
      server.close();
      await once(server, 'close');
    },
  };
}

let posts = 0;
const json = { 'content-type': 'application/json' };
const ROUTES: Readonly<Record<string, (request: IncomingMessage, response: ServerResponse) => void>> = {
  '/json': (_, response) =>
    response.writeHead(200, { ...json, 'audit-id': 'noise', warning: '299 - "a", 299 - "b"' }).end('{"a":1}\n'),
  '/gzip': (_, response) =>
    response.writeHead(200, { ...json, 'content-encoding': 'gzip' }).end(gzipSync('{"packed":true}')),
  '/chunks': (_, response) => {
    response.writeHead(200, { 'content-type': 'text/plain' });
    for (const part of ['one ', 'two ', 'three']) response.write(part);
    response.end();
  },
  '/binary': (_, response) => response.writeHead(200).end(Buffer.from([0, 255, 10, 13, 254])),
  '/empty': (_, response) => response.writeHead(204).end(),
  '/echo': (request, response) => {
    posts += 1;
    request.pipe(response.writeHead(201, { ...json, 'x-count': String(posts) }));
  },
  '/reset': (_, response) => response.socket?.resetAndDestroy(),
  '/half': (_, response) => {
    response.writeHead(200, { 'content-length': '100' });
    response.write('only this', () => response.socket?.resetAndDestroy());
  },
  '/watch': (_, response) => {
    response.writeHead(200, json).write(EVENT(1));
    const [event = '', rest = ''] = [EVENT(2).slice(0, 20), EVENT(2).slice(20)];
    response.write(event);
    response.write(rest + EVENT(3));
    response.end();
  },
};
