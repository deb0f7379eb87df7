/** A real TCP port that leads to a virtual address. */
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import type { Dialer } from './dialer.ts';
import { relaySockets } from './relay-sockets.ts';
import type { RealAddress, Source, VirtualAddress } from './virtual-address.ts';

/** Options of a forwarder. */
export interface ForwarderOptions {
  readonly network: Dialer;
  /** Where connections go. */
  readonly to: VirtualAddress;
  /** The real address to listen on: a free port of 127.0.0.1 unless given. */
  readonly host?: string | undefined;
  readonly port?: number | undefined;
  /** Who a client counts as; by default a process outside the cluster with the client's own address. */
  readonly from?: ((client: Source) => Source) | undefined;
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
 * Listens, and relays each connection. A connection that the network refuses is reset: the system has accepted it by
 * then. One that the network drops stays open and silent.
 */
export async function startTcpForwarder(options: ForwarderOptions): Promise<Forwarder> {
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

function forward(client: Socket, { network, to, from = (source) => source }: ForwarderOptions): void {
  const source = from({ ip: client.remoteAddress ?? '127.0.0.1', port: client.remotePort ?? 0 });
  const backend = network.connect({ host: to.ip, port: to.port, from: source, allowHalfOpen: true });
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
