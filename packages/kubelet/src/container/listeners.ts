/** Real sockets behind a container's ports. */
import { createSocket, type Socket as DgramSocket } from 'node:dgram';
import { createServer as createHttpServer, Server as HttpServer, type ServerResponse } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, Server as NetServer, type Socket } from 'node:net';
import type { Binding, Protocol, Source, VirtualAddress, VirtualNetwork } from '@towtank/network';
import type { HttpHandler, PortHandler, TcpHandler, UdpHandler } from './image.ts';

/** Something that listens, and can stop. */
export interface Listener {
  /** Takes no more connections; resolves when those in use are done. */
  drain(): Promise<void>;
  /** Cuts everything off. */
  close(): void;
}

/** What listeners are made for. */
export interface ListenOptions {
  readonly network: VirtualNetwork;
  /** The Pod: handlers run in its name. */
  readonly source: Source;
  /** Virtual addresses that lead to one and the same socket: the Pod's ports, and the node's for host ports. */
  readonly addresses: readonly VirtualAddress[];
  /** A handler has failed; the request has been answered. */
  readonly failed: (error: unknown) => void;
}

/** Binds a port's handler. Rejects with EADDRINUSE where the Pod uses the port already. */
export async function listenOn(handler: PortHandler, options: ListenOptions): Promise<Listener[]> {
  const parts = partsOf(handler, options);
  const listeners: Listener[] = [];
  try {
    for (const part of parts) listeners.push(await part());
  } catch (error) {
    for (const listener of listeners) listener.close();
    throw error;
  }
  return listeners;
}

/** Which protocols a handler is for. */
export function protocolsOf(handler: PortHandler): Protocol[] {
  if (typeof handler === 'function' || handler instanceof NetServer) return ['tcp'];
  const { http, tcp, udp } = handler;
  return [...(http || tcp ? (['tcp'] as const) : []), ...(udp ? (['udp'] as const) : [])];
}

function partsOf(handler: PortHandler, options: ListenOptions): (() => Promise<Listener>)[] {
  if (typeof handler === 'function') return [() => listenHttp(createHttpServer(guarded(handler, options)), options)];
  if (handler instanceof HttpServer) return [() => listenHttp(handler, options)];
  if (handler instanceof NetServer) return [() => listenTcp(handler, options)];
  const { http, tcp, udp } = handler;
  return [
    ...(http ? [() => listenHttp(createHttpServer(guarded(http, options)), options)] : []),
    ...(tcp ? [() => listenTcp(createTcpServer(guardedTcp(tcp, options)), options)] : []),
    ...(udp ? [() => listenUdp(udp, options)] : []),
  ];
}

/** A handler that fails must not take the process along: the caller gets a 500, the container a line in its log. */
function guarded(handler: HttpHandler, { network, source, failed }: ListenOptions): HttpHandler {
  const fail = (error: unknown, response: ServerResponse): void => {
    failed(error);
    if (response.headersSent) response.destroy();
    else response.writeHead(500, { 'content-type': 'text/plain' }).end('Internal Server Error\n');
  };
  return (request, response) => {
    try {
      const result = network.runAs(source, () => handler(request, response));
      if (result instanceof Promise) result.catch((error: unknown) => fail(error, response));
    } catch (error) {
      fail(error, response);
    }
  };
}

function guardedTcp(handler: TcpHandler, { network, source, failed }: ListenOptions): TcpHandler {
  return (socket) => {
    // A peer that resets is nobody's failure.
    socket.on('error', () => {});
    const fail = (error: unknown): void => {
      failed(error);
      socket.destroy();
    };
    try {
      const result = network.runAs(source, () => handler(socket));
      if (result instanceof Promise) result.catch(fail);
    } catch (error) {
      fail(error);
    }
  };
}

async function listenHttp(server: HttpServer, options: ListenOptions): Promise<Listener> {
  let active = 0;
  let idle: (() => void) | undefined;
  server.on('request', (_, response: ServerResponse) => {
    active += 1;
    response.once('close', () => {
      active -= 1;
      if (active === 0) idle?.();
    });
  });
  const sockets = await bind(server, options);
  return {
    async drain() {
      await sockets.retire();
      server.closeIdleConnections();
      if (active > 0) await new Promise<void>((resolve) => (idle = resolve));
      sockets.close();
    },
    close: sockets.close,
  };
}

async function listenTcp(server: NetServer, options: ListenOptions): Promise<Listener> {
  const sockets = await bind(server, options);
  return { drain: () => sockets.end(), close: sockets.close };
}

interface BoundSockets {
  /** Takes no more connections, but for those that are on their way already. */
  retire(): Promise<void>;
  /** Retires, and ends what is connected. */
  end(): Promise<void>;
  /** Cuts everything off. */
  close(): void;
}

/** Listens, binds every virtual address, and keeps track of connections. */
async function bind(server: NetServer, { network, addresses }: ListenOptions): Promise<BoundSockets> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  const bindings = await bindAll(network, addresses, 'tcp', server);
  const retire = (): Promise<void> => {
    const done = network.activity?.begin('listener');
    return network.retire(server, bindings).finally(done);
  };
  return {
    retire,
    async end() {
      await retire();
      for (const socket of sockets) socket.destroySoon();
    },
    close() {
      server.close();
      for (const binding of bindings) binding.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

async function bindAll(
  network: VirtualNetwork,
  [first, ...more]: readonly VirtualAddress[],
  protocol: Protocol,
  server: NetServer | DgramSocket,
): Promise<Binding[]> {
  if (first === undefined) return [];
  const bindings: Binding[] = [];
  try {
    bindings.push(await network.listen({ ...first, protocol }, server));
    const { port } = server.address() as AddressInfo;
    for (const address of more) bindings.push(network.bind({ ...address, protocol }, { host: '127.0.0.1', port }));
  } catch (error) {
    for (const binding of bindings) binding.close();
    server.close();
    throw error;
  }
  return bindings;
}

async function listenUdp(handler: UdpHandler, options: ListenOptions): Promise<Listener> {
  const { network, source, addresses, failed } = options;
  const socket = createSocket('udp4');
  socket.on('error', failed);
  socket.on('message', (message, { address, port: from }) => {
    const reply = (data: Uint8Array | string): void => {
      // A reply after the end of the container has nowhere to go.
      if (!closed) socket.send(data, from, address);
    };
    try {
      const result = network.runAs(source, () => handler(message, reply));
      if (result instanceof Promise) result.catch(failed);
    } catch (error) {
      failed(error);
    }
  });
  let closed = false;
  const bindings = await bindAll(network, addresses, 'udp', socket);
  const close = (): void => {
    if (closed) return;
    closed = true;
    for (const each of bindings) each.close();
    socket.close();
  };
  return { drain: async () => close(), close };
}
