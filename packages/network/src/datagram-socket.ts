/** A datagram socket on the virtual network. */
import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { EventEmitter } from 'node:events';
import type { Routes } from './route-candidates.ts';
import { type DatagramRoute, routeDatagram } from './route-datagram.ts';
import { canonicalIp, formatAddress, isLoopback, type Source, type VirtualAddress } from './virtual-address.ts';

/** What a {@link DatagramSocket} emits. */
export interface DatagramEvents {
  /** A reply, and the virtual address that it was sent to. */
  message: [data: Buffer, from: VirtualAddress];
  close: [];
}

interface Channel {
  readonly socket: Socket;
  readonly ready: Promise<void>;
  route: DatagramRoute;
}

/**
 * Sends datagrams to virtual addresses and receives the replies. Each destination has a real socket of its own, kept
 * until close: a server sees one source port for one client and address, whichever back end a router picks.
 */
export class DatagramSocket extends EventEmitter<DatagramEvents> implements Disposable {
  /** Who sends, with the virtual source port. */
  readonly from: Source;
  readonly #routes: Routes;
  readonly #channels = new Map<string, Channel>();
  #isClosed = false;

  constructor({ routes, from }: { readonly routes: Routes; readonly from: Source }) {
    super();
    this.#routes = routes;
    this.from = from;
  }

  /**
   * Sends one datagram, and resolves when it is with the system; it may be lost like any other. Rejects with
   * ECONNREFUSED where nobody listens, as a connected socket would learn from ICMP, and with EHOSTUNREACH for an
   * unknown host.
   */
  async send(data: Uint8Array | string, { ip, port }: VirtualAddress): Promise<void> {
    if (this.#isClosed) throw new Error('the datagram socket is closed');
    const to = { ip: canonicalIp(ip), port };
    const route = routeDatagram(this.#routes, { protocol: 'udp', ...to, from: this.from });
    if (route === 'drop') return;
    if (route instanceof Error) throw route;
    const channel = this.#channel(to, route);
    channel.route = route;
    const bytes = typeof data === 'string' ? Buffer.from(data) : data;
    await channel.ready;
    await new Promise<void>((resolve, reject) => {
      channel.socket.send(bytes, route.address.port, route.address.host, (error) =>
        error ? reject(error) : resolve(),
      );
    });
    for (const flow of route.flows) flow.sent(bytes.length);
  }

  /** Closes every real socket underneath. Closing twice is harmless. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    for (const { socket } of this.#channels.values()) socket.close();
    this.#channels.clear();
    this.emit('close');
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #channel(to: VirtualAddress, route: DatagramRoute): Channel {
    const key = formatAddress(to.ip, to.port);
    const known = this.#channels.get(key);
    if (known !== undefined) return known;
    const { host } = route.address;
    const socket = createSocket(host.includes(':') ? 'udp6' : 'udp4');
    const ready = new Promise<void>((resolve, reject) => {
      socket.once('listening', resolve);
      socket.once('close', () => reject(new Error('the datagram socket is closed')));
      socket.once('error', reject);
    });
    const channel: Channel = { socket, ready, route };
    socket.on('message', (data, remote) => this.#receive(channel, to, data, remote));
    // Without an address the system would take datagrams from the network around this machine.
    socket.bind(0, isLoopback(host) ? host : undefined);
    this.#channels.set(key, channel);
    return channel;
  }

  /** A reply of a back end that the flow has left is lost, as it is once a real node has forgotten the flow. */
  #receive({ route }: Channel, to: VirtualAddress, data: Buffer, remote: RemoteInfo): void {
    if (remote.port !== route.address.port || canonicalIp(remote.address) !== canonicalIp(route.address.host)) return;
    if (!route.flows.every((flow) => flow.received(data.length))) return;
    this.emit('message', data, to);
  }
}
