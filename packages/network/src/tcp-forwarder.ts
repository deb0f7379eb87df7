/** A real TCP port that leads to a virtual address. */
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { relaySockets } from './relay-sockets.ts';
import type { RealAddress, Source } from './virtual-address.ts';

/** Options of a forwarder. */
export interface ForwarderOptions {
  /** The real address to listen on: a free port of 127.0.0.1 unless given. */
  readonly host?: string | undefined;
  readonly port?: number | undefined;
  /** Who a client counts as; by default a process outside the cluster with the client's own address. */
  readonly from?: ((client: Source) => Source) | undefined;
}

/** What a TCP forwarder needs of its network. */
export interface TcpForwarderOptions extends ForwarderOptions {
  /**
   * Leads a client on in the turn in which it is accepted. Answers the socket that is being connected on its behalf, or
   * nothing where a server of this process has taken the client's own socket.
   */
  readonly onward: (client: Socket, from: Source) => Socket | undefined;
}

/** A real port that leads to a virtual address. */
export interface Forwarder extends AsyncDisposable {
  readonly address: RealAddress;
  /** Frees the port; what is connected stays connected. */
  stop(): Promise<void>;
  /** Frees the port and ends every connection. */
  close(): Promise<void>;
}

/**
 * Listens, and leads each connection on: as it is to a server of this process, relayed to anything else. A connection that the network refuses is reset: the system has accepted it by
 * then. One that the network drops stays open and silent.
 */
export async function startTcpForwarder(options: TcpForwarderOptions): Promise<Forwarder> {
  const { host = '127.0.0.1', port = 0 } = options;
  const clients = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
    clients.add(client);
    client.once('close', () => clients.delete(client));
    forward(client, options);
  });
  server.listen(port, host);
  await once(server, 'listening');
  const stop = (): Promise<void> => stopListening(server);
  const close = async (): Promise<void> => {
    const stopped = stop();
    for (const client of clients) client.destroy();
    await stopped;
  };
  const address = { host, port: (server.address() as AddressInfo).port };
  return { address, stop, close, [Symbol.asyncDispose]: close };
}

function forward(client: Socket, { onward, from = (source) => source }: TcpForwarderOptions): void {
  const source = from({ ip: client.remoteAddress ?? '127.0.0.1', port: client.remotePort ?? 0 });
  const backend = onward(client, source);
  if (backend === undefined) return;
  const giveUp = (): void => void backend.destroy();
  const refuse = (): void => void client.resetAndDestroy();
  client.on('error', giveUp).once('close', giveUp);
  backend.once('error', refuse);
  backend.once('connect', () => {
    client.off('error', giveUp).off('close', giveUp);
    backend.off('error', refuse);
    relaySockets(client, backend);
  });
}

/** A server reports its close only when its last connection is gone, which is later than its port is free. */
async function stopListening(server: Server): Promise<void> {
  if (server.listening) server.close();
}
