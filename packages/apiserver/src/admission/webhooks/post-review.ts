/** One HTTPS request to a webhook. */
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import type { Duplex } from 'node:stream';
import { type ConnectionOptions, connect as connectTls } from 'node:tls';
import type { Clock } from '@towtank/apimachinery';
import { isJsonObject } from '../../schema/own-property.ts';
import type { AdmissionReview } from './admission-review.ts';
import type { WebhookAddress } from './webhook-address.ts';
import type { Webhook } from './webhook-hooks.ts';

/** Seconds that a webhook without a limit of its own may take. */
const DEFAULT_TIMEOUT_SECONDS = 10;
/** Bytes of an answer, as of any body that the server reads. */
const MAX_ANSWER_BYTES = 3 * 1024 * 1024;
const TIMED_OUT = 'context deadline exceeded';

/** Sends a review and answers what came back. Rejects with the reason in the words of the real API server. */
export async function postReview(
  { clientConfig, timeoutSeconds = DEFAULT_TIMEOUT_SECONDS }: Webhook,
  review: AdmissionReview,
  { address, clock }: { readonly address: WebhookAddress; readonly clock: Clock },
): Promise<Readonly<Record<string, unknown>>> {
  const url = new URL(address.url);
  url.searchParams.set('timeout', `${timeoutSeconds}s`);
  const timeout = new AbortController();
  const timer = clock.schedule(timeoutSeconds * 1000, () => timeout.abort());
  try {
    const { status, text } = await exchange(url, JSON.stringify(review), {
      address,
      caBundle: clientConfig.caBundle,
      signal: timeout.signal,
    });
    return parseAnswer(status, text);
  } finally {
    timer.cancel();
  }
}

interface Exchange {
  readonly address: WebhookAddress;
  readonly caBundle: string | undefined;
  readonly signal: AbortSignal;
}

interface Answer {
  readonly status: number;
  readonly text: string;
}

async function exchange(url: URL, body: string, { address, caBundle, signal }: Exchange): Promise<Answer> {
  try {
    const socket = await unlessAborted(address.connect(), signal);
    signal.addEventListener('abort', () => socket.destroy(), { once: true });
    const secure = await unlessAborted(encrypt(socket, address.serverName, caBundle), signal);
    return await send(url, body, { secure, signal });
  } catch (cause) {
    const why = signal.aborted ? TIMED_OUT : tlsFailure(cause as NodeJS.ErrnoException, address.serverName);
    throw new Error(`Post ${JSON.stringify(url.href)}: ${why}`, { cause });
  }
}

/** A connection that comes too late is closed. */
function unlessAborted(connecting: Promise<Duplex>, signal: AbortSignal): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    signal.addEventListener('abort', () => reject(new Error(TIMED_OUT)), { once: true });
    if (signal.aborted) reject(new Error(TIMED_OUT));
    connecting.then((socket) => (signal.aborted ? void socket.destroy() : resolve(socket)), reject);
  });
}

function encrypt(socket: Duplex, serverName: string, caBundle: string | undefined): Promise<Duplex> {
  const options: ConnectionOptions = { socket, host: serverName, ALPNProtocols: ['http/1.1'] };
  if (isIP(serverName) === 0) options.servername = serverName;
  if (caBundle) options.ca = Buffer.from(caBundle, 'base64');
  return new Promise((resolve, reject) => {
    const secure = connectTls(options);
    secure.once('secureConnect', () => resolve(secure));
    // stays for good: the peer may still break the connection when nobody listens any longer
    secure.on('error', reject);
    secure.once('close', () => reject(new Error('EOF')));
  });
}

function send(url: URL, body: string, { secure, signal }: { secure: Duplex; signal: AbortSignal }): Promise<Answer> {
  const headers = {
    'content-type': 'application/json',
    accept: 'application/json, */*',
    'content-length': Buffer.byteLength(body),
    'user-agent': 'kube-apiserver-admission',
    host: url.host,
    connection: 'close',
  };
  const path = `${url.pathname}${url.search}`;
  return new Promise<Answer>((resolve, reject) => {
    const request = httpRequest(
      { method: 'POST', path, headers, signal, createConnection: () => secure },
      (response) => {
        readText(response).then((text) => resolve({ status: response.statusCode ?? 0, text }), reject);
      },
    );
    request.once('error', reject);
    request.end(body);
  }).finally(() => secure.destroy());
}

async function readText(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response) {
    bytes += (chunk as Buffer).length;
    if (bytes > MAX_ANSWER_BYTES) throw new Error(`response body exceeds ${MAX_ANSWER_BYTES} bytes`);
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks).toString();
}

function parseAnswer(status: number, text: string): Readonly<Record<string, unknown>> {
  if (status < 200 || status > 206) throw new Error(statusFailure(status, text));
  let answer: unknown;
  try {
    answer = JSON.parse(text);
  } catch (cause) {
    throw new Error(`couldn't get version/kind; json parse error: ${(cause as Error).message}`, { cause });
  }
  if (!isJsonObject(answer)) throw new Error("couldn't get version/kind; json parse error: not an object");
  if (!answer.kind) throw new Error(`Object 'Kind' is missing in '${text}'`);
  return answer;
}

const STATUS_TEXTS: Readonly<Record<number, string>> = {
  400: 'the server rejected our request for an unknown reason',
  401: 'the server has asked for the client to provide credentials',
  404: 'the server could not find the requested resource',
  405: 'the server does not allow this method on the requested resource',
  409: 'the server reported a conflict',
  422: 'the server rejected our request due to an error in our request',
  429: 'the server has received too many requests and has asked us to try again later',
  503: 'the server is currently unable to handle the request',
  504: 'the server was unable to return a response in the time allotted, but may still be processing the request',
};

function statusFailure(status: number, body: string): string {
  const known = STATUS_TEXTS[status];
  if (known !== undefined) return known;
  if (status === 403) return body.trim() || 'unknown';
  if (status >= 500)
    return `an error on the server (${JSON.stringify(body.trim() || 'unknown')}) has prevented the request from succeeding`;
  return `the server responded with the status code ${status} but did not return more information`;
}

const UNKNOWN_AUTHORITY = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
]);

function tlsFailure(reason: NodeJS.ErrnoException & { cert?: { subjectaltname?: string } }, name: string): string {
  const { code = '', message, cert } = reason;
  const unverified = 'tls: failed to verify certificate: x509:';
  if (UNKNOWN_AUTHORITY.has(code)) return `${unverified} certificate signed by unknown authority`;
  if (code === 'CERT_HAS_EXPIRED') return `${unverified} certificate has expired or is not yet valid`;
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    const names = (cert?.subjectaltname ?? '').split(', ').map((one) => one.slice(one.indexOf(':') + 1));
    return `${unverified} certificate is valid for ${names.join(', ')}, not ${name}`;
  }
  if (code === 'ERR_SSL_WRONG_VERSION_NUMBER' || message.includes('wrong version number'))
    return 'http: server gave HTTP response to HTTPS client';
  return code === 'ECONNRESET' || message === 'socket hang up' ? 'EOF' : message;
}
