/** Answers that go on as a connection of their own once the client upgrades. */
import type { Duplex } from 'node:stream';
import { type ApiResponse, badRequest, type ObjectResponse } from '@towtank/apimachinery';
import { errorResponse } from '../endpoints/respond.ts';
import type { MessageConnection } from './message-connection.ts';

/** One way in which an upgraded connection is spoken. */
export interface UpgradeProtocols {
  /** Names of protocols, the best first. */
  readonly protocols: readonly string[];
  /** Takes over the connection; `protocol` is empty when the client has asked for none. */
  run(connection: MessageConnection, protocol: string): void;
}

/** What becomes of an upgraded connection: messages of a WebSocket, or the frames of SPDY/3.1. */
export interface Upgrade {
  readonly webSocket: UpgradeProtocols;
  readonly spdy: UpgradeProtocols;
}

/** A connection that is passed on as it is. `head` has been read from it already. */
export type Tunnel = (client: Duplex, head: Buffer) => void;

/** An answer for clients that upgrade; others read in it that they should. */
export interface ConnectResponse extends ObjectResponse {
  readonly upgrade: Upgrade | Tunnel;
}

/** The answer of a handler that needs an upgraded connection. */
export const connectResponse = (upgrade: Upgrade | Tunnel): ConnectResponse => {
  const { status, headers, object, encode } = errorResponse(badRequest('Upgrade request required'));
  return { type: 'object', status, headers, object, encode, upgrade };
};

/** Whether an answer can go on as a connection. */
export const isConnectResponse = (response: ApiResponse): response is ConnectResponse => 'upgrade' in response;
