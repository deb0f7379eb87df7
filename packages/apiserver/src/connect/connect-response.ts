/** Answers that go on as a connection of their own once the client upgrades. */
import { type ApiResponse, badRequest, type ObjectResponse } from '@towtank/apimachinery';
import { errorResponse } from '../endpoints/respond.ts';
import type { MessageConnection } from './message-connection.ts';

/** What becomes of an upgraded connection. */
export interface Upgrade {
  /** WebSocket protocols that are spoken, the best first. */
  readonly protocols: readonly string[];
  /** Takes over the connection; `protocol` is empty when the client has asked for none. */
  run(connection: MessageConnection, protocol: string): void;
}

/** An answer for clients that upgrade; others read in it that they should. */
export interface ConnectResponse extends ObjectResponse {
  readonly upgrade: Upgrade;
}

/** The answer of a handler that needs an upgraded connection. */
export const connectResponse = (upgrade: Upgrade): ConnectResponse => {
  const { status, headers, object, encode } = errorResponse(badRequest('Upgrade request required'));
  return { type: 'object', status, headers, object, encode, upgrade };
};

/** Whether an answer can go on as a connection. */
export const isConnectResponse = (response: ApiResponse): response is ConnectResponse => 'upgrade' in response;
