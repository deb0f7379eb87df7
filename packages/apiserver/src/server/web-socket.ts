/** Watches over WebSocket: one text message for each event. */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { ApiRequest, EncodedEvent, UserInfo, WatchResponse } from '@towtank/apimachinery';
import type { WebSocket, WebSocketServer } from 'ws';
import { offeredProtocols } from '../authentication/bearer-token.ts';
import type { ApiServer } from './api-server.ts';
import { refuseUpgrade } from './refuse-upgrade.ts';

/** Serves an upgrade of a connection. */
export type UpgradeListener = (request: IncomingMessage, socket: Duplex, head: Buffer) => void;

/** Bytes that may wait for a slow watcher before it is ended. */
const MAX_BACKLOG_BYTES = 16 * 1024 * 1024;
const GOING_AWAY = 1001;

/** An upgrade listener in front of the core. Requests that are no watch are answered as what they are, then closed. */
export function webSocketListener(
  apiServer: ApiServer,
  userOf?: (request: IncomingMessage) => UserInfo | undefined,
): UpgradeListener {
  let server: Promise<WebSocketServer> | undefined;
  return (request, socket, head) => {
    server ??= import('ws').then(
      ({ WebSocketServer }) => new WebSocketServer({ noServer: true, handleProtocols: chooseProtocol }),
    );
    const aborted = new AbortController();
    socket.once('close', () => aborted.abort());
    const asked: ApiRequest = {
      method: 'GET',
      url: request.url ?? '/',
      headers: request.headers as Record<string, string>,
      user: userOf?.(request),
      signal: aborted.signal,
    };
    void Promise.all([server, apiServer.handle(asked)]).then(([wss, response]) => {
      if (response.type !== 'watch') return refuseUpgrade(socket, response);
      wss.handleUpgrade(request, socket, head, (webSocket) => sendWatch(response, webSocket));
    });
  };
}

/** The first protocol that is not a credential; none when only a credential is offered. */
function chooseProtocol(protocols: Set<string>, request: IncomingMessage): string | false {
  const offered = offeredProtocols(request.headers['sec-websocket-protocol']);
  return (
    [...protocols].find((protocol) => offered.includes(protocol) && !protocol.startsWith('base64url.bearer.')) ?? false
  );
}

function sendWatch({ watch }: WatchResponse, webSocket: WebSocket): void {
  webSocket.once('close', () => watch.close());
  webSocket.on('error', () => watch.close());
  watch.start({
    event: (event: EncodedEvent) => {
      webSocket.send(event.frame(), { binary: false });
      if (webSocket.bufferedAmount > MAX_BACKLOG_BYTES) webSocket.terminate();
    },
    end: () => webSocket.close(GOING_AWAY),
  });
}
