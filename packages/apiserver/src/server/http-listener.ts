/** The server's own listener on node:http or node:https: the hot path, with nothing between socket and core. */
import {
  createServer,
  type IncomingMessage,
  type OutgoingHttpHeader,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { pipeline, Readable } from 'node:stream';
import type { ApiRequest, ApiResponse, UserInfo } from '@towtank/apimachinery';
import { requestEntityTooLarge } from '@towtank/apimachinery';
import { errorResponse } from '../endpoints/respond.ts';
import { COMPRESSION_THRESHOLD_BYTES, compressor, takesGzip } from '../negotiation/compress.ts';
import type { ApiServer } from './api-server.ts';
import { refuseBrokenRequest } from './refuse-broken-request.ts';
import { writeWatch } from './watch-stream.ts';
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
  /** Identity behind a verified client certificate. */
  readonly userOf?: (socket: Socket) => UserInfo | undefined;
}

/** A listening port. */
export interface Listener extends AsyncDisposable {
  readonly url: string;
  readonly host: string;
  readonly port: number;
  /** Ends all connections and stops listening. */
  close(): Promise<void>;
}

/** The largest body that is taken, in bytes: 3 MiB, as the real server's. */
const MAX_BODY_BYTES = 3 * 1024 * 1024;
/** How much of a larger body is read and thrown away, so that its sender comes to read the refusal. */
const MAX_DISCARDED_BYTES = 64 * 1024 * 1024;

/** Starts to listen. Rejects when the port is taken. */
export async function listen(apiServer: ApiServer, options: ListenOptions = {}): Promise<Listener> {
  const { host = '127.0.0.1', port = 0, tls } = options;
  const onRequest = requestListener(apiServer, options.userOf);
  const server = tls === undefined ? createServer(SERVER_OPTIONS, onRequest) : secureServer(tls, onRequest);
  server.on(
    'upgrade',
    webSocketListener(apiServer, ({ socket }) => options.userOf?.(socket)),
  );
  server.on('clientError', refuseBrokenRequest);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
  const address = server.address() as AddressInfo;
  const shown = address.family === 'IPv6' ? `[${address.address}]` : address.address;
  const close = (): Promise<void> => closeServer(server);
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

const SERVER_OPTIONS = {
  keepAliveTimeout: 60_000,
  headersTimeout: 32_000,
  requestTimeout: 60_000,
  maxHeaderSize: MAX_HEADER_BYTES,
  noDelay: true,
} as const;

/** A server that reads its certificates at the first connection: most clusters are only used in process. */
function secureServer({ key, cert, clientCa }: TlsOptions, onRequest: RequestListener): Server {
  const ca = clientCa === undefined ? [] : [clientCa];
  const verification = { requestCert: clientCa !== undefined, rejectUnauthorized: false };
  const server = createSecureServer({ ...SERVER_OPTIONS, ...verification, ca: [] }, onRequest);
  return server.prependOnceListener('connection', () => server.setSecureContext({ key, cert, ca }));
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

/** A node:http request listener in front of the core: what express apps and test servers mount too. */
export function requestListener(
  apiServer: ApiServer,
  userOf?: (socket: Socket) => UserInfo | undefined,
): (req: IncomingMessage, res: ServerResponse) => void {
  return (req, res) => {
    const user = userOf?.(req.socket);
    if (req.method === 'GET' || req.method === 'HEAD') {
      void answer(apiServer, new HttpApiRequest(req, undefined, res, user), res);
      return;
    }
    readBody(req, (body) => {
      if (body === undefined) send(errorResponse(requestEntityTooLarge(MAX_BODY_BYTES)), res);
      else void answer(apiServer, new HttpApiRequest(req, body, res, user), res);
    });
  };
}

/** A request as the core takes it. A class, because a literal with an accessor costs each request more. */
class HttpApiRequest implements ApiRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Buffer | undefined;
  readonly user: UserInfo | undefined;
  readonly #res: ServerResponse;
  #controller: AbortController | undefined;

  constructor(req: IncomingMessage, body: Buffer | undefined, res: ServerResponse, user: UserInfo | undefined) {
    this.method = req.method ?? 'GET';
    this.url = req.url ?? '/';
    this.headers = req.headers as Record<string, string>;
    this.body = body;
    this.user = user;
    this.#res = res;
  }

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      const controller = new AbortController();
      this.#controller = controller;
      this.#res.once('close', () => controller.abort());
    }
    return this.#controller.signal;
  }
}

/** Calls back with the body, or with undefined once it has grown over the limit. */
function readBody(req: IncomingMessage, callback: (body: Buffer | undefined) => void): void {
  const chunks: Buffer[] = [];
  let size = 0;
  let over = false;
  req.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size > MAX_DISCARDED_BYTES) req.destroy();
    if (over) return;
    if (size > MAX_BODY_BYTES) {
      over = true;
      chunks.length = 0;
      callback(undefined);
    } else chunks.push(chunk);
  });
  req.on('end', () => {
    if (!over) callback(chunks.length === 1 ? chunks[0] : Buffer.concat(chunks));
  });
}

async function answer(apiServer: ApiServer, request: ApiRequest, res: ServerResponse): Promise<void> {
  const response = await apiServer.handle(request);
  try {
    send(response, res);
  } catch (reason) {
    // an answer that cannot be encoded is our own bug: this client learns of it, the others are served on
    if (res.headersSent) res.destroy();
    else send(errorResponse(reason), res);
  }
}

/** Writes an answer of the core to a response. */
export function send(response: ApiResponse, res: ServerResponse): void {
  switch (response.type) {
    case 'object':
      return sendBytes(response.status, response.headers, response.encode(), res);
    case 'bytes':
      return sendBytes(response.status, response.headers, response.body, res);
    case 'watch':
      return writeWatch(response, res);
    case 'stream':
      res.writeHead(response.status, response.headers);
      void pipe(response.stream, res);
  }
}

function sendBytes(
  status: number,
  headers: Readonly<Record<string, string>>,
  bytes: Uint8Array | readonly Uint8Array[],
  res: ServerResponse,
): void {
  const parts = bytes instanceof Uint8Array ? undefined : bytes;
  const length = parts === undefined ? (bytes as Uint8Array).length : lengthOf(parts);
  if (length >= COMPRESSION_THRESHOLD_BYTES && takesGzip(res.req.headers['accept-encoding']))
    return sendCompressed(status, headers, parts ?? [bytes as Uint8Array], res);
  const fields: (string | number)[] = [];
  for (const name in headers) fields.push(name, headers[name] ?? '');
  fields.push('content-length', length);
  res.writeHead(status, fields as OutgoingHttpHeader[]);
  if (res.req.method === 'HEAD') res.end();
  else if (parts === undefined) res.end(bytes);
  else writeParts(parts, res);
}

function lengthOf(parts: readonly Uint8Array[]): number {
  let length = 0;
  for (const part of parts) length += part.length;
  return length;
}

/** The parts of a list are shared by all who read it, so that queueing them for a slow reader takes no memory. */
function writeParts(parts: readonly Uint8Array[], res: ServerResponse): void {
  res.cork();
  for (const part of parts) res.write(part);
  res.end();
  res.uncork();
}

/** Compresses as fast as the client reads: what waits for a slow one is bounded. */
function sendCompressed(
  status: number,
  headers: Readonly<Record<string, string>>,
  parts: readonly Uint8Array[],
  res: ServerResponse,
): void {
  const vary = [headers.vary, 'Accept-Encoding'].filter((field) => field !== undefined).join(', ');
  res.writeHead(status, { ...headers, vary, 'content-encoding': 'gzip' });
  if (res.req.method === 'HEAD') return void res.end();
  // the callback takes the error of a client that goes away
  pipeline(Readable.from(parts), compressor(), res, () => {});
}

async function pipe(stream: AsyncIterable<Uint8Array>, res: ServerResponse): Promise<void> {
  try {
    for await (const chunk of stream) {
      if (res.destroyed) return;
      if (!res.write(chunk)) await new Promise<void>((resolve) => res.once('drain', resolve).once('close', resolve));
    }
    res.end();
  } catch {
    res.destroy();
  }
}
