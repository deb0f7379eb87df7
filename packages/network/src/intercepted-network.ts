/** What an interception needs of a network. */

import type { Socket } from 'node:net';
import type { ConnectOptions, Dialer } from './dialer.ts';
import type { LookupFunction, NameResolver } from './name-resolver.ts';
import type { Source } from './virtual-address.ts';

/** A network for which the process is intercepted. */
export interface InterceptedNetwork extends Dialer {
  owns(host: string): boolean;
  connectSocket(socket: Socket, options: ConnectOptions): void;
  readonly lookup: LookupFunction;
  readonly resolver: NameResolver | undefined;
  /** Who connects here. */
  readonly source: Source;
}

/** The network that owns a name or IP, where one does. */
export type OwnerOf = (host: unknown) => InterceptedNetwork | undefined;
