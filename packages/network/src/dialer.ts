/** The little that agents, servers and relays need of a network. */
import type { Socket } from 'node:net';
import type { DatagramSocket } from './datagram-socket.ts';
import type { Source } from './virtual-address.ts';

/** Where to connect to, and as whom. */
export interface ConnectOptions {
  /** A name or an IP, virtual or real. */
  readonly host: string;
  readonly port: number;
  /** Who connects; the surrounding `runAs`, or a process outside the cluster, unless given. */
  readonly from?: Source | undefined;
  /** Restricts the addresses of a name to one family. */
  readonly family?: 0 | 4 | 6 | undefined;
  /** Keeps the writable side open after the peer has ended its own. */
  readonly allowHalfOpen?: boolean | undefined;
  /** Gives up with an AbortError when it aborts before the connection stands; destroys the socket after that. */
  readonly signal?: AbortSignal | undefined;
}

/** Opens connections and datagram sockets on a network. */
export interface Dialer {
  /** A socket that is being connected. */
  connect(options: ConnectOptions): Socket;
  /** A socket that is connected. */
  dial(options: ConnectOptions): Promise<Socket>;
  /** A datagram socket. */
  datagram(options?: { readonly from?: Source | undefined }): DatagramSocket;
  /** The addresses of a name. */
  resolve(name: string, options?: Partial<ConnectOptions>): Promise<readonly string[]>;
}
