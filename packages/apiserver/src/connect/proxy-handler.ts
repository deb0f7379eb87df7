/** The proxy subresources: HTTP requests, passed on to a pod, a service or a node. */
import { type IncomingMessage, request as sendRequest } from 'node:http';
import type { Duplex } from 'node:stream';
import { connect as connectTls } from 'node:tls';
import { type ApiRequest, type ApiResponse, type StatusError, serviceUnavailable } from '@towtank/apimachinery';
import { offeredProtocols } from '../authentication/bearer-token.ts';
import type { ApiCall } from '../endpoints/api-call.ts';
import { connectResponse } from './connect-response.ts';
import type { NodeConnector } from './node-connector.ts';
import { requireNodes } from './pod-target.ts';
import { type ProxyTarget, proxyTarget } from './proxy-target.ts';

/** Headers that belong to one hop, or that the target must not learn. */
const NOT_FORWARDED = new Set([
  'authorization',
  'connection',
  'content-length',
  'host',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** Passes a request on and answers what comes back, whatever its status. */
export async function proxyHandler(call: ApiCall, nodes: NodeConnector | undefined): Promise<ApiResponse> {
  const target = await proxyTarget(call);
  const path = pathBehind(call);
  const { method, url, headers } = call.request;
  if (wantsUpgrade(headers)) return await tunnelTo(target, call, requireNodes(nodes));
  if (path === '' && (method === 'GET' || method === 'HEAD')) return redirectToFolder(url);
  const connector = requireNodes(nodes);
  const socket = await reach(target, connector);
  try {
    return answerOf(await exchange(call, target, path, socket), call);
  } catch (reason) {
    throw unreachable(reason, target);
  }
}

/** Path and query behind `/proxy`, as the client has written them. */
function pathBehind({ request: { url }, attributes, served }: ApiCall): string {
  const question = url.indexOf('?');
  const path = question < 0 ? url : url.slice(0, question);
  const isNamespaced = served.resource.namespaced && attributes.namespace !== '';
  let at = 0;
  // the slashes before: /api/v1/namespaces/NAMESPACE/RESOURCE/NAME/proxy
  for (let slashes = isNamespaced ? 7 : 5; slashes > 0; slashes -= 1) at = path.indexOf('/', at) + 1;
  const end = path.indexOf('/', at);
  const rest = end < 0 ? '' : path.slice(end);
  return rest === '' ? '' : rest + (question < 0 ? '' : url.slice(question));
}

/** Relative links on the page only work below a path that ends with a slash. */
function redirectToFolder(url: string): ApiResponse {
  const [path = '', query] = url.split('?', 2);
  const location = `${path}/${query === undefined ? '' : `?${query}`}`;
  return { type: 'bytes', status: 301, headers: { location }, body: new Uint8Array() };
}

/** Whether the client wants to go on in another protocol. */
const wantsUpgrade = ({ connection = '', upgrade }: ApiRequest['headers']): boolean =>
  upgrade !== undefined && connection.toLowerCase().includes('upgrade');

/** Passes the request on as it came; what becomes of the connection is between its two ends. */
async function tunnelTo(target: ProxyTarget, call: ApiCall, nodes: NodeConnector): Promise<ApiResponse> {
  const { request } = call;
  const { connection = '', upgrade = '' } = request.headers;
  const headers: Record<string, string> = { ...forwardedHeaders(request, target), connection, upgrade };
  const protocols = offeredProtocols(request.headers['sec-websocket-protocol']).join(', ');
  if (protocols === '') delete headers['sec-websocket-protocol'];
  else headers['sec-websocket-protocol'] = protocols;
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  const path = pathBehind(call) || '/';
  const backend = secured(await reach(target, nodes), target);
  backend.write(`${[`${request.method} ${path} HTTP/1.1`, ...lines].join('\r\n')}\r\n\r\n`);
  return connectResponse((client, head) => {
    client.on('error', () => backend.destroy()).once('close', () => backend.destroy());
    backend.on('error', () => client.destroy()).once('close', () => client.destroy());
    if (head.length > 0) backend.write(head);
    client.pipe(backend).pipe(client);
  });
}

/** Connects to a target. Throws 503. */
async function reach(target: ProxyTarget, nodes: NodeConnector): Promise<Duplex> {
  try {
    return await nodes.dial({ host: target.host, port: target.port });
  } catch (reason) {
    throw unreachable(reason, target);
  }
}

const unreachable = (reason: unknown, target: ProxyTarget): StatusError =>
  serviceUnavailable(`error trying to reach service: ${describe(reason, target)}`);

const secured = (socket: Duplex, { scheme }: ProxyTarget): Duplex =>
  scheme === 'https' ? connectTls({ socket, rejectUnauthorized: false }) : socket;

function forwardedHeaders(request: ApiRequest, { host, port }: ProxyTarget): Record<string, string> {
  const headers: Record<string, string> = {
    host: `${host}:${port}`,
    'x-forwarded-uri': request.url,
    'x-forwarded-host': request.headers.host ?? '',
  };
  for (const [name, value] of Object.entries(request.headers))
    if (value !== undefined && !NOT_FORWARDED.has(name)) headers[name] = value;
  return headers;
}

async function exchange(
  { request }: ApiCall,
  target: ProxyTarget,
  path: string,
  socket: Duplex,
): Promise<IncomingMessage> {
  const stream = secured(socket, target);
  const headers = forwardedHeaders(request, target);
  const { body, signal } = request;
  if (body !== undefined && body.length > 0) headers['content-length'] = String(body.length);
  return await new Promise((resolve, reject) => {
    const sent = sendRequest({
      method: request.method,
      path: path === '' ? '/' : path,
      headers,
      createConnection: () => stream as never,
    });
    sent.once('response', resolve).on('error', reject);
    signal?.addEventListener('abort', () => sent.destroy(), { once: true });
    sent.end(body);
  });
}

function answerOf(answer: IncomingMessage, { request: { method } }: ApiCall): ApiResponse {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(answer.headers))
    if (value !== undefined && (!NOT_FORWARDED.has(name) || name === 'content-length'))
      headers[name] = Array.isArray(value) ? value.join(', ') : value;
  const status = answer.statusCode ?? 502;
  if (method === 'HEAD') answer.resume();
  return { type: 'stream', status, headers, stream: method === 'HEAD' ? nothing() : answer };
}

async function* nothing(): AsyncGenerator<Uint8Array> {}

/** Socket errors as Go words them. */
function describe(reason: unknown, { host, port }: ProxyTarget): string {
  const { code, message } = reason as NodeJS.ErrnoException;
  const address = host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
  if (code === 'ECONNREFUSED') return `dial tcp ${address}: connect: connection refused`;
  if (code === 'ETIMEDOUT') return `dial tcp ${address}: i/o timeout`;
  if (code === 'EHOSTUNREACH') return `dial tcp ${address}: connect: no route to host`;
  if (code === 'ECONNRESET') return 'EOF';
  return message;
}
