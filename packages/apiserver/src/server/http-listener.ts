/** The server's own listener on node:http or node:https: the hot path, with nothing between socket and core. */
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerOptions,
  type ServerResponse,
} from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { ApiRequest, UserInfo } from '@towtank/apimachinery';
import { ANONYMOUS_CLIENT, type ClientIdentity, clientIdentity } from '../certificates/client-identity.ts';
import { errorResponse } from '../endpoints/respond.ts';
import type { ApiServer } from './api-server.ts';
import { HttpApiRequest, OVERSIZED } from './http-api-request.ts';
import { refuseBrokenRequest } from './refuse-broken-request.ts';
import { readRequestBody } from './request-body.ts';
import { sendAnswer } from './send-answer.ts';
import { TurnQueue } from './turn-queue.ts';
import { webSocketListener } from './web-socket.ts';

/** Certificates of a secure port, as PEM. */
export interface TlsOptions {
  readonly key: string;
  readonly cert: string;
  /** CA that client certificates must come from. */
  readonly clientCa?: string;
}

/** Options of {@link listen}. */
export interface ListenOptions {
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** Default 0: any free port. */
  readonly port?: number;
  readonly tls?: TlsOptions;
  /** Who everybody on this port is; else certificates and tokens say who somebody is. */
  readonly userOf?: (socket: Socket) => UserInfo | undefined;
  readonly timeouts?: Partial<ConnectionTimeouts>;
}

/** How long a connection may keep the server waiting, in milliseconds. The defaults are the real server's. */
export interface ConnectionTimeouts {
  /** For the line and the headers of a request; then the connection is closed without a word. Default 32 s. */
  readonly headersMs: number;
  /** For a whole request, its body included; then it is answered 504. Default 60 s, and never less than for headers. */
  readonly requestMs: number;
  /** For the next request on an open connection. Default 90 s. */
  readonly idleMs: number;
}

/** A listening port. */
export interface Listener extends AsyncDisposable {
  readonly url: string;
  readonly host: string;
  readonly port: number;
  /** Ends all connections and stops listening. */
  close(): Promise<void>;
}

/** Starts to listen. Rejects when the port is taken. */
export async function listen(apiServer: ApiServer, options: ListenOptions = {}): Promise<Listener> {
  const { host = '127.0.0.1', port = 0, tls } = options;
  const identityOf = identifier(options);
  const onRequest = requestListener(apiServer, identityOf);
  const settings = serverSettings(options.timeouts ?? {});
  const server = tls === undefined ? createServer(settings, onRequest) : secureServer(tls, settings, onRequest);
  server.on('upgrade', webSocketListener(apiServer, identityOf));
  server.on('clientError', refuseBrokenRequest);
  const endAll = connectionEnder(server);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
  const address = server.address() as AddressInfo;
  const shown = address.family === 'IPv6' ? `[${address.address}]` : address.address;
  const close = (): Promise<void> => closeServer(server, endAll);
  return {
    url: `${tls === undefined ? 'http' : 'https'}://${shown}:${address.port}`,
    host: address.address,
    port: address.port,
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** Request line and headers together may have so many bytes, as with Go's server. */
const MAX_HEADER_BYTES = 1024 * 1024 + 4096;

/** How often stalled connections are looked for at most, in milliseconds. */
const CHECKING_INTERVAL_MS = 5000;

function serverSettings({
  headersMs = 32_000,
  requestMs = 60_000,
  idleMs = 90_000,
}: Partial<ConnectionTimeouts>): ServerOptions {
  return {
    headersTimeout: headersMs,
    requestTimeout: requestMs,
    keepAliveTimeout: idleMs,
    connectionsCheckingInterval: Math.min(CHECKING_INTERVAL_MS, headersMs, requestMs),
    maxHeaderSize: MAX_HEADER_BYTES,
    noDelay: true,
  };
}

/** A server that reads its certificates at the first connection: most clusters are only used in process. */
function secureServer(
  { key, cert, clientCa }: TlsOptions,
  settings: ServerOptions,
  onRequest: RequestListener,
): Server {
  const ca = clientCa === undefined ? [] : [clientCa];
  const verification = { requestCert: clientCa !== undefined, rejectUnauthorized: false };
  const server = createSecureServer({ ...settings, ...verification, ca: [] }, onRequest);
  return server.prependOnceListener('connection', () => server.setSecureContext({ key, cert, ca }));
}

/** Who is at the other end of a connection, as far as the connection itself says. */
export type IdentityOf = (socket: Socket) => ClientIdentity;

function identifier({ userOf, tls }: ListenOptions): IdentityOf | undefined {
  if (userOf !== undefined) return (socket) => ({ user: userOf(socket), rejected: false });
  return tls?.clientCa === undefined ? undefined : (socket) => clientIdentity(socket as TLSSocket);
}

/** Ends every connection: those too that are upgraded, or still shaking hands, of which the server itself knows nothing. */
function connectionEnder(server: Server): () => void {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  return () => {
    for (const socket of sockets) socket.destroy();
  };
}

function closeServer(server: Server, endAll: () => void): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    endAll();
  });
}

/** A node:http request listener in front of the core: what express apps and test servers mount too. */
export function requestListener(
  apiServer: ApiServer,
  identityOf?: IdentityOf,
): (req: IncomingMessage, res: ServerResponse) => void {
  const auditIdOf = (headers: ApiRequest['headers']): string => apiServer.auditIdOf(headers);
  return (req, res) => {
    const identity = identityOf === undefined ? ANONYMOUS_CLIENT : identityOf(req.socket);
    const receive = (body?: Buffer): void =>
      received.add({ apiServer, request: new HttpApiRequest({ req, res, body, identity }, auditIdOf), res });
    if (req.method === 'GET' || req.method === 'HEAD') receive();
    else readRequestBody(req, res, (body = OVERSIZED) => receive(body));
  };
}

/** A request that has arrived as a whole. */
interface Received {
  readonly apiServer: ApiServer;
  readonly request: HttpApiRequest;
  readonly res: ServerResponse;
}

/** Of all listeners: the clients of one mostly sit in one process with those of another. */
const received = new TurnQueue<Received>(answer);

async function answer({ apiServer, request, res }: Received): Promise<void> {
  const response = await apiServer.handle(request);
  try {
    sendAnswer(response, request, res);
  } catch (reason) {
    // an answer that cannot be encoded is our own bug: this client learns of it, the others are served on
    if (res.headersSent) res.destroy();
    else sendAnswer(errorResponse(reason), request, res);
  }
}
