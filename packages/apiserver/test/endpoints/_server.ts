/** A server in memory and a way to ask it. */
import type { ApiResponse, EncodedEvent, Transport } from '@towtank/apimachinery';
import { FakeClock } from '@towtank/apimachinery';
import { buildApiServer } from '../../src/index.ts';

/** What a request answers, with its bytes read back. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  readonly bytes: Buffer;
  // biome-ignore lint/suspicious/noExplicitAny: bodies of many shapes
  readonly json: any;
}

/** A request by method and path; a body is sent as JSON. */
export type Ask = (request: string, more?: { body?: unknown; headers?: Record<string, string> }) => Promise<Answer>;

/** A server that is closed with the scope. */
export interface TestServer extends AsyncDisposable {
  readonly ask: Ask;
  /** The events of a watch until now, as they are sent. */
  readonly watch: (url: string, accept: string) => Promise<EncodedEvent[]>;
  readonly clock: FakeClock;
}

/** Starts a server that lets everybody do everything. */
export async function startServer(): Promise<TestServer> {
  const clock = new FakeClock(Date.parse('2026-01-01T00:00:00Z'));
  const apiServer = await buildApiServer({
    clock,
    authorization: 'AlwaysAllow',
    disabledAdmission: ['ServiceAccount'],
  });
  const transport = apiServer.transport({ name: 'tester' });
  return {
    clock,
    ask: (request, more = {}) => ask(transport, request, more),
    watch: (url, accept) => watch(transport, url, accept),
    [Symbol.asyncDispose]: async () => apiServer.close(),
  };
}

async function ask(
  transport: Transport,
  request: string,
  { body, headers = {} }: { body?: unknown; headers?: Record<string, string> },
): Promise<Answer> {
  const [method = 'GET', url = '/'] = request.split(' ');
  const response = await transport.request({
    method,
    url,
    headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
    ...(body === undefined ? {} : { body: Buffer.from(JSON.stringify(body)) }),
  });
  return read(response);
}

function read(response: ApiResponse): Answer {
  if (response.type !== 'object' && response.type !== 'bytes') throw new Error(`a ${response.type} is not read here`);
  const bytes = response.type === 'bytes' ? response.body : response.encode();
  const whole = bytes instanceof Uint8Array ? Buffer.from(bytes) : Buffer.concat(bytes);
  const text = whole.toString();
  const isJson = response.headers['content-type']?.startsWith('application/json') === true;
  return {
    status: response.status,
    headers: response.headers,
    text,
    bytes: whole,
    json: isJson ? JSON.parse(text) : undefined,
  };
}

async function watch(transport: Transport, url: string, accept: string): Promise<EncodedEvent[]> {
  const response = await transport.request({ method: 'GET', url, headers: { accept } });
  if (response.type !== 'watch') throw new Error(`not a watch: ${read(response).text}`);
  const events: EncodedEvent[] = [];
  response.watch.start({ event: (event) => void events.push(event), end: () => {} });
  return events;
}
