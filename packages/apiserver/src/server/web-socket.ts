/** Upgraded connections: watches over WebSocket, one message for each event, and what subresources make of theirs. */
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { type ApiRequest, badRequest, type EncodedEvent, type WatchResponse } from '@towtank/apimachinery';
import type { WebSocket, WebSocketServer } from 'ws';
import { offeredProtocols } from '../authentication/bearer-token.ts';
import { ANONYMOUS_CLIENT, type ClientIdentity } from '../certificates/client-identity.ts';
import { type ConnectResponse, isConnectResponse } from '../connect/connect-response.ts';
import { webSocketConnection } from '../connect/web-socket-connection.ts';
import { errorResponse } from '../endpoints/respond.ts';
import { FRAME_HEAD_BYTES, PROTOBUF_WATCH_MEDIA_TYPE } from '../protobuf/encode-protobuf.ts';
import type { ApiServer } from './api-server.ts';
import { refuseUpgrade } from './refuse-upgrade.ts';
import { type UpgradingRequest, upgradeToSpdy } from './upgrade-to-spdy.ts';

/** Serves an upgrade of a connection. */
export type UpgradeListener = (request: IncomingMessage, socket: Duplex, head: Buffer) => void;

/** Bytes that may wait for a slow watcher before it is ended. */
const MAX_BACKLOG_BYTES = 16 * 1024 * 1024;
const GOING_AWAY = 1001;

/** An upgrade listener in front of the core. Requests that are no watch are answered as what they are, then closed. */
export function webSocketListener(
  apiServer: ApiServer,
  identityOf?: (socket: Socket) => ClientIdentity,
): UpgradeListener {
  let server: Promise<WebSocketServer> | undefined;
  return (request, socket, head) => {
    server ??= startWebSockets();
    const aborted = new AbortController();
    socket.once('close', () => aborted.abort());
    const { user, rejected } = identityOf?.(request.socket) ?? ANONYMOUS_CLIENT;
    const asked: ApiRequest = {
      method: request.method ?? 'GET',
      url: request.url ?? '/',
      headers: request.headers as Record<string, string>,
      user,
      credentialRejected: rejected,
      signal: aborted.signal,
    };
    void Promise.all([server, apiServer.handle(asked)]).then(([wss, response]) => {
      if (isConnectResponse(response)) return connect(wss, response, { request, socket, head });
      if (response.type !== 'watch') return refuseUpgrade(socket, response, apiServer.auditIdOf(asked.headers));
      wss.handleUpgrade(request, socket, head, (webSocket) => sendWatch(response, webSocket));
    });
  };
}

async function startWebSockets(): Promise<WebSocketServer> {
  const { WebSocketServer } = await import('ws');
  const server = new WebSocketServer({ noServer: true, handleProtocols: chooseProtocol });
  server.on('headers', (headers, request) => {
    const protocol = agreed.get(request);
    if (protocol !== undefined) headers.push(`Sec-WebSocket-Protocol: ${protocol}`);
  });
  return server;
}

/** Protocols that have been agreed on before the handshake. */
const agreed = new WeakMap<IncomingMessage, string>();

/** Hands the connection to its subresource, if the two sides have a protocol in common. */
function connect(wss: WebSocketServer, { upgrade }: ConnectResponse, upgrading: UpgradingRequest): void {
  const { request, socket, head } = upgrading;
  if (typeof upgrade === 'function') return upgrade(socket, head);
  const wanted = request.headers.upgrade?.toLowerCase();
  if (wanted === 'spdy/3.1') return upgradeToSpdy(upgrade.spdy, upgrading);
  const { protocols, run } = upgrade.webSocket;
  const offered = offeredProtocols(request.headers['sec-websocket-protocol']);
  const protocol = protocols.find((candidate) => offered.includes(candidate));
  if (wanted !== 'websocket' || (protocol === undefined && offered.length > 0))
    return refuseUpgrade(
      socket,
      errorResponse(badRequest(`unable to upgrade: no protocol of ${protocols.join(', ')} is offered`)),
    );
  // kubectl's protocol has a slash in its name, which ws takes for a mistake: the two sides agree without its help
  delete request.headers['sec-websocket-protocol'];
  if (protocol !== undefined) agreed.set(request, protocol);
  wss.handleUpgrade(request, socket, head, (webSocket) => run(webSocketConnection(webSocket), protocol ?? ''));
}

/** The first protocol that is not a credential; none when only a credential is offered. */
function chooseProtocol(protocols: Set<string>, request: IncomingMessage): string | false {
  const offered = offeredProtocols(request.headers['sec-websocket-protocol']);
  return (
    [...protocols].find((protocol) => offered.includes(protocol) && !protocol.startsWith('base64url.bearer.')) ?? false
  );
}

/** Events as messages: text, or bytes without the length that comes before them in a stream. */
function sendWatch({ headers, watch }: WatchResponse, webSocket: WebSocket): void {
  const binary = headers['content-type'] === PROTOBUF_WATCH_MEDIA_TYPE;
  webSocket.once('close', () => watch.close());
  webSocket.on('error', () => watch.close());
  watch.start({
    event: (event: EncodedEvent) => {
      webSocket.send(binary ? event.frame().subarray(FRAME_HEAD_BYTES) : event.frame(), { binary });
      if (webSocket.bufferedAmount > MAX_BACKLOG_BYTES) webSocket.terminate();
    },
    end: () => webSocket.close(GOING_AWAY),
  });
}
