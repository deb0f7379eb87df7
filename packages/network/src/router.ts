/** The seam for whoever stands in front of other addresses and chooses among them: the service proxy. */
import type { Socket } from 'node:net';
import type { Protocol, RealAddress, Source, VirtualAddress } from './virtual-address.ts';

/** A connection or datagram on its way to an address that a router owns. */
export interface RouteRequest {
  readonly protocol: Protocol;
  readonly ip: string;
  readonly port: number;
  readonly from: Source;
}

/** The next step of a route: another virtual address, or a real one. */
export type Hop = (VirtualAddress | RealAddress) & {
  /** How long one attempt to connect may take, in milliseconds of the network's clock. */
  readonly timeoutMs?: number;
};

/** A request that goes no further: `refuse` answers with a reset, `drop` with silence. */
export type Rejection = 'refuse' | 'drop';

/** Whose socket it is that carries a connection: the caller's, or one that the server at the end has been given. */
export type SocketEnd = 'caller' | 'server';

/** One TCP connection's way through a router: it is asked for addresses until one takes the connection. */
export interface Journey {
  /** The next address to try; nothing once the router gives up. */
  next(): Hop | undefined;
  /**
   * The connection stands. The `bytesRead` and `bytesWritten` of a caller's socket count what the caller received and
   * sent; those of a server's socket what the caller sent and received.
   */
  connected(socket: Socket, end: SocketEnd): void;
  /** No address took the connection, or the caller went away first. Called at most once, and never after `connected`. */
  failed(error: Error): void;
}

/** Chooses for TCP connections. Called once per connection, before a socket opens. */
export interface TcpRouter {
  connect(request: RouteRequest): Journey | Rejection;
}

/** Where the datagrams of one client to one address go, for as long as the router keeps it so. */
export interface DatagramFlow {
  readonly hop: Hop;
  sent(bytes: number): void;
  /** Counts a reply; false where the flow is over, and the reply is lost. */
  received(bytes: number): boolean;
}

/** Chooses for datagrams. Called for every datagram: a router that keeps flows looks them up by the request's source. */
export interface UdpRouter {
  datagram(request: RouteRequest): DatagramFlow | Rejection;
}

/** What a virtual address leads to. */
export type Target = RealAddress | TcpRouter | UdpRouter;
