/** Upgrades to SPDY/3.1: what clients speak that know no WebSockets. */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { StatusError } from '@towtank/apimachinery';
import type { UpgradeProtocols } from '../connect/connect-response.ts';
import { socketConnection } from '../connect/socket-connection.ts';
import { errorResponse } from '../endpoints/respond.ts';
import { refuseUpgrade } from './refuse-upgrade.ts';

/** A request to upgrade its connection. */
export interface UpgradingRequest {
  readonly request: IncomingMessage;
  readonly socket: Duplex;
  /** What has been read of the connection behind the request. */
  readonly head: Buffer;
}

const PROTOCOL_HEADER = 'X-Stream-Protocol-Version';

/** Hands the connection over if the two sides have a protocol in common; clients that ask for none get the oldest. */
export function upgradeToSpdy({ protocols, run }: UpgradeProtocols, { request, socket, head }: UpgradingRequest): void {
  const offered = [request.headers[PROTOCOL_HEADER.toLowerCase()] ?? []]
    .flat()
    .flatMap((line) => line.split(',').map((protocol) => protocol.trim()));
  const protocol = protocols.find((candidate) => offered.includes(candidate));
  if (protocol === undefined && offered.length > 0) return refuseUpgrade(socket, noCommonProtocol(offered, protocols));
  const lines = ['HTTP/1.1 101 Switching Protocols', 'Connection: Upgrade', 'Upgrade: SPDY/3.1'];
  if (protocol !== undefined) lines.push(`${PROTOCOL_HEADER}: ${protocol}`);
  socket.write(`${lines.join('\r\n')}\r\n\r\n`);
  run(socketConnection(socket, head), protocol ?? '');
}

function noCommonProtocol(offered: readonly string[], accepted: readonly string[]): ReturnType<typeof errorResponse> {
  const message = `unable to negotiate protocol: client supports [${offered.join(' ')}], server accepts [${accepted.join(' ')}]`;
  return errorResponse(new StatusError(403, 'Forbidden', message));
}
