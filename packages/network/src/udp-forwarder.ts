/** A real UDP port that leads to a virtual address. */
import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { isIPv6 } from 'node:net';
import type { Clock, Timer } from './clock.ts';
import type { DatagramSocket } from './datagram-socket.ts';
import type { Dialer } from './dialer.ts';
import type { Forwarder, ForwarderOptions } from './tcp-forwarder.ts';
import { formatAddress, type VirtualAddress } from './virtual-address.ts';

/** Options of a UDP forwarder. */
export interface UdpForwarderOptions extends ForwarderOptions {
  readonly network: Dialer;
  /** Where datagrams go. */
  readonly to: VirtualAddress;
  readonly clock: Clock;
  /** How long a silent client's socket towards the network is kept; 120 s unless given. */
  readonly idleMs?: number | undefined;
}

const IDLE_MS = 120_000;

interface Client {
  readonly socket: DatagramSocket;
  lastUsed: number;
  timer: Timer;
}

/** Listens, and gives each client address a socket of its own on the network. */
export async function startUdpForwarder(options: UdpForwarderOptions): Promise<Forwarder> {
  const { host = '127.0.0.1', port = 0 } = options;
  const server = createSocket(isIPv6(host) ? 'udp6' : 'udp4');
  server.bind(port, host);
  await once(server, 'listening');
  const clients = new ForwarderClients(server, options);
  server.on('message', (data, remote) => clients.send(data, remote));
  let open = true;
  const close = async (): Promise<void> => {
    if (!open) return;
    open = false;
    clients.close();
    server.close();
    await once(server, 'close');
  };
  return { address: { host, port: server.address().port }, stop: close, close, [Symbol.asyncDispose]: close };
}

class ForwarderClients {
  readonly #server: Socket;
  readonly #options: UdpForwarderOptions;
  readonly #idleMs: number;
  readonly #clients = new Map<string, Client>();

  constructor(server: Socket, options: UdpForwarderOptions) {
    this.#server = server;
    this.#options = options;
    this.#idleMs = options.idleMs ?? IDLE_MS;
  }

  send(data: Buffer, remote: RemoteInfo): void {
    const client = this.#client(remote);
    client.lastUsed = this.#options.clock.now();
    // A datagram that cannot be delivered is lost, as any other.
    client.socket.send(data, this.#options.to).catch(() => {});
  }

  close(): void {
    for (const { socket, timer } of this.#clients.values()) {
      timer.cancel();
      socket.close();
    }
    this.#clients.clear();
  }

  #client(remote: RemoteInfo): Client {
    const key = formatAddress(remote.address, remote.port);
    const known = this.#clients.get(key);
    if (known !== undefined) return known;
    const { network, clock, from = (source) => source } = this.#options;
    const socket = network.datagram({ from: from({ ip: remote.address, port: remote.port }) });
    const client: Client = { socket, lastUsed: clock.now(), timer: this.#expire(key, this.#idleMs) };
    socket.on('message', (data) => {
      client.lastUsed = clock.now();
      this.#server.send(data, remote.port, remote.address);
    });
    this.#clients.set(key, client);
    return client;
  }

  /** One timer per client, which looks at the last use when it fires: traffic need not touch it. */
  #expire(key: string, afterMs: number): Timer {
    return this.#options.clock.schedule(afterMs, () => {
      const client = this.#clients.get(key);
      if (client === undefined) return;
      const left = client.lastUsed + this.#idleMs - this.#options.clock.now();
      if (left > 0) {
        client.timer = this.#expire(key, left);
        return;
      }
      this.#clients.delete(key);
      client.socket.close();
    });
  }
}
