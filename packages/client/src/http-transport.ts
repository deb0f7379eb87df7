/** Carries requests to an API server over HTTP or HTTPS, with kept-alive connections. */
import type { Agent, ClientRequest, IncomingMessage, RequestOptions } from 'node:http';
import type { ApiRequest, ApiResponse, Transport } from '@towtank/apimachinery';
import { watchOf } from './http-watch.ts';

/** Where the API server is and how to be known there. */
export interface HttpTransportOptions {
  /** For example `https://127.0.0.1:6443`; a path prefix is kept. */
  readonly server: string;
  readonly token?: string;
  /** The authorities to trust, PEM. */
  readonly caPem?: string;
  /** Client certificate and key, PEM. */
  readonly clientCert?: string;
  readonly clientKey?: string;
  readonly username?: string;
  readonly password?: string;
  readonly insecureSkipTlsVerify?: boolean;
  /** The name to expect in the server's certificate, where it is not the host of `server`. */
  readonly tlsServerName?: string;
}

interface Sender {
  readonly agent: Agent;
  request(options: RequestOptions, answered: (response: IncomingMessage) => void): ClientRequest;
}

const WATCH_URL = /[?&]watch=(true|1)(&|$)/;
const METHODS_WITH_BODY = new Set(['POST', 'PUT', 'PATCH', 'DELETE']);

/**
 * A transport over node:http or node:https. It needs nothing beyond Node, does not follow redirects and knows no proxy.
 * Requests reject only when the server cannot be reached, when it breaks off, or when their signal aborts.
 */
export function httpTransport(options: HttpTransportOptions): Transport {
  const url = new URL(options.server);
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    throw new TypeError(`the API server's address must be http or https, not "${options.server}"`);
  const authorization = authorizationOf(options);
  const prefix = url.pathname === '/' ? '' : url.pathname.replace(/\/$/, '');
  let sender: Promise<Sender> | undefined;
  return {
    async request(request) {
      sender ??= senderFor(url, options);
      const { agent, request: send } = await sender;
      const headers = { ...(authorization === undefined ? {} : { authorization }), ...request.headers };
      const target = {
        agent,
        headers: headers as Record<string, string>,
        method: request.method,
        path: prefix + request.url,
      };
      return exchange(send, target, request);
    },
    async close() {
      (await sender)?.agent.destroy();
      sender = undefined;
    },
  };
}

/** Loads the module of the protocol when the first request needs it: TLS is slow to load. */
async function senderFor(url: URL, options: HttpTransportOptions): Promise<Sender> {
  const to = { host: url.hostname.replace(/^\[|\]$/g, ''), port: url.port || (url.protocol === 'http:' ? 80 : 443) };
  const keepAlive = { keepAlive: true, noDelay: true };
  if (url.protocol === 'http:') {
    const http = await import('node:http');
    return {
      agent: new http.Agent(keepAlive),
      request: (target, answered) => http.request({ ...to, ...target }, answered),
    };
  }
  const https = await import('node:https');
  const agent = new https.Agent({
    ...keepAlive,
    ...(options.caPem === undefined ? {} : { ca: options.caPem }),
    ...(options.clientCert === undefined ? {} : { cert: options.clientCert }),
    ...(options.clientKey === undefined ? {} : { key: options.clientKey }),
    ...(options.tlsServerName === undefined ? {} : { servername: options.tlsServerName }),
    rejectUnauthorized: !options.insecureSkipTlsVerify,
  });
  return { agent, request: (target, answered) => https.request({ ...to, ...target }, answered) };
}

function authorizationOf({ token, username, password }: HttpTransportOptions): string | undefined {
  if (token !== undefined) return `Bearer ${token}`;
  if (username === undefined) return undefined;
  return `Basic ${Buffer.from(`${username}:${password ?? ''}`).toString('base64')}`;
}

function exchange(send: Sender['request'], target: RequestOptions, request: ApiRequest): Promise<ApiResponse> {
  return new Promise((resolve, reject) => {
    const { signal } = request;
    const body = request.body ?? (request.object === undefined ? undefined : JSON.stringify(request.object));
    const outgoing = send(target, (incoming) => {
      answer(request, incoming).then(resolve, reject);
    });
    const abort = (): void => void outgoing.destroy(new DOMException('The request was aborted.', 'AbortError'));
    signal?.addEventListener('abort', abort);
    outgoing.on('close', () => signal?.removeEventListener('abort', abort));
    outgoing.on('error', reject);
    if (signal?.aborted) return abort();
    if (body === undefined || !METHODS_WITH_BODY.has(request.method)) return void outgoing.end();
    outgoing.setHeader('content-length', Buffer.byteLength(body));
    outgoing.end(body);
  });
}

async function answer({ url }: ApiRequest, incoming: IncomingMessage): Promise<ApiResponse> {
  const status = incoming.statusCode ?? 0;
  const headers = headersOf(incoming);
  const isJson = (headers['content-type'] ?? '').includes('json');
  if (status === 200 && isJson && WATCH_URL.test(url))
    return { type: 'watch', status: 200, headers, watch: watchOf(incoming) };
  if (!isJson && headers['transfer-encoding'] === 'chunked' && status < 400)
    return { type: 'stream', status, headers, stream: incoming };
  const body = await readAll(incoming);
  if (!isJson) return { type: 'bytes', status, headers, body };
  return { type: 'object', status, headers, object: JSON.parse(body.toString('utf8')), encode: () => body };
}

function headersOf({ headers }: IncomingMessage): Record<string, string> {
  const flat: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers))
    if (value !== undefined) flat[name] = Array.isArray(value) ? value.join(', ') : value;
  return flat;
}

async function readAll(incoming: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  return chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks);
}
