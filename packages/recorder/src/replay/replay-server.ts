/** A server that answers as a recording does. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { type Clock, realClock } from '@towtank/apimachinery';
import { CassetteIndex, type IndexedExchange } from '../cassette/cassette-index.ts';
import { clientKubeconfig } from '../record/client-kubeconfig.ts';
import { ExchangeServer } from '../record/exchange-server.ts';
import { withoutProtobuf } from '../record/header-fields.ts';
import type { RedactionOptions } from '../redaction/redaction-options.ts';
import { Redactor } from '../redaction/redactor.ts';
import { answerRequest } from './answer-request.ts';
import { answerUpgrade } from './answer-upgrade.ts';
import { derivedResourceList, isDiscovery } from './discovery.ts';
import { explainMismatch } from './explain-mismatch.ts';
import type { ReplaySpeed } from './playback.ts';
import { ReplayMismatchError } from './replay-mismatch-error.ts';
import { type Match, type MatchMode, type PlannedExchange, ReplayPlan } from './replay-plan.ts';
import { type ComparedRequest, comparedRequest, type Normaliser, requestKey } from './request-key.ts';

/** Options of a replay. */
export interface ReplayOptions {
  /** Path of the cassette. */
  readonly cassette: string;
  /** `strict` (the default) keeps to the order of the recording, `lenient` does not. */
  readonly mode?: MatchMode;
  /** How fast the frames of streams follow each other. Default `instant`; they always keep their order. */
  readonly speed?: ReplaySpeed;
  /** Makes more requests equal. The order of fields and parameters, and times, make no difference anyway. */
  readonly normalisers?: readonly Normaliser[];
  /** The rules with which the cassette was recorded, where it had its own. */
  readonly redaction?: RedactionOptions;
  /** Called with each request that was not recorded. */
  readonly mismatch?: (error: ReplayMismatchError) => void;
  readonly clock?: Clock;
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** Default 0: any free one. */
  readonly port?: number;
}

/** A recorded request. */
export interface RecordedRequest {
  readonly method: string;
  readonly url: string;
  /** Line of the cassette. */
  readonly line: number;
}

/** A running replay. */
export interface Replay extends AsyncDisposable {
  readonly url: string;
  /** For kubectl, helm and client libraries, as YAML text. */
  readonly kubeconfig: string;
  /** Requests that were not recorded, so far. */
  readonly mismatches: readonly ReplayMismatchError[];
  /** Recorded requests that nobody has made so far. */
  readonly unused: readonly RecordedRequest[];
  /** Ends every connection. May be called twice. */
  close(): Promise<void>;
}

/**
 * Serves a cassette. A request that was not recorded is answered with a Status of code 501 that names the nearest
 * recorded ones. Throws CassetteError for a cassette that cannot be read.
 *
 * @example
 * await using replay = await startReplay({ cassette: 'fixtures/cassettes/web.jsonl' });
 */
export async function startReplay(options: ReplayOptions): Promise<Replay> {
  const { cassette, mode = 'strict', normalisers = [], host = '127.0.0.1', port = 0 } = options;
  const redactor = new Redactor(options.redaction);
  const keys: string[] = [];
  const index = await CassetteIndex.open(cassette, ({ method, url }, bytes) => {
    keys.push(requestKey(comparedRequest({ method, url, bytes }, redactor, normalisers)));
  });
  const planned = index.exchanges.map((exchange, at): PlannedExchange => ({ exchange, key: keys[at] ?? '' }));
  const server = new ReplayServer(options, index, new ReplayPlan(planned, mode), redactor);
  const url = await server.listen(host, port).catch(async (reason: unknown) => {
    await index[Symbol.asyncDispose]();
    throw reason;
  });
  let closed: Promise<void> | undefined;
  const close = (): Promise<void> => {
    closed ??= server.close();
    return closed;
  };
  return {
    url,
    kubeconfig: clientKubeconfig({ server: url }),
    mismatches: server.mismatches,
    get unused() {
      return server.plan.unused.map(({ method, url: path, place: { line } }) => ({ method, url: path, line }));
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

class ReplayServer {
  readonly plan: ReplayPlan;
  readonly mismatches: ReplayMismatchError[] = [];
  readonly #options: ReplayOptions;
  readonly #index: CassetteIndex;
  readonly #redactor: Redactor;
  readonly #server: ExchangeServer;

  constructor(options: ReplayOptions, index: CassetteIndex, plan: ReplayPlan, redactor: Redactor) {
    this.plan = plan;
    this.#options = options;
    this.#index = index;
    this.#redactor = redactor;
    this.#server = new ExchangeServer({
      request: (request, response) => this.#answer(request, response),
      upgrade: (request, socket, head) => this.#upgrade(request, socket, head),
    });
  }

  listen(host: string, port: number): Promise<string> {
    return this.#server.listen(host, port);
  }

  async close(): Promise<void> {
    await this.#server.close();
    await this.#index[Symbol.asyncDispose]();
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    const derived = await this.#derived(request, body);
    if (derived !== undefined) return sendJson(response, 200, JSON.stringify(derived));
    const found = await this.#find(request, body);
    try {
      if (found instanceof ReplayMismatchError) throw found;
      await answerRequest(found, request, response, this.#playback);
    } catch (reason) {
      if (response.headersSent || !(reason instanceof Error)) throw reason;
      sendJson(response, 501, statusText(reason));
    }
  }

  /** Discovery that was recorded in its other form alone. */
  async #derived({ method = 'GET', url = '/' }: IncomingMessage, bytes: Uint8Array): Promise<object | undefined> {
    if (method !== 'GET' || !isDiscovery(url)) return undefined;
    const isRecorded = this.plan.knows(requestKey(this.#compared({ method, url, bytes })));
    return isRecorded ? undefined : await derivedResourceList(url, this.#index);
  }

  async #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    socket.on('error', () => socket.destroy());
    const found = await this.#find(request, Buffer.alloc(0));
    if (!(found instanceof ReplayMismatchError)) return answerUpgrade(found, request, socket, head, this.#playback);
    const body = statusText(found);
    const fields = `content-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close`;
    socket.end(`HTTP/1.1 501 Not Implemented\r\n${fields}\r\n\r\n${body}`);
  }

  get #playback(): Parameters<typeof answerRequest>[3] {
    const { clock = realClock, speed = 'instant' } = this.#options;
    return { index: this.#index, plan: this.plan, clock, speed };
  }

  async #find(request: IncomingMessage, bytes: Buffer): Promise<IndexedExchange | ReplayMismatchError> {
    const { method = 'GET', url = '/' } = request;
    const compared = this.#compared({ method, url, bytes });
    const { accept } = request.headers;
    const headers = accept === undefined ? request.headers : { ...request.headers, accept: withoutProtobuf(accept) };
    const match = this.plan.take(requestKey(compared), headers);
    if ('exchange' in match) return match.exchange;
    const error = await this.#mismatch(compared, match);
    this.mismatches.push(error);
    this.#options.mismatch?.(error);
    return error;
  }

  #compared(request: { method: string; url: string; bytes: Uint8Array }): ComparedRequest {
    return comparedRequest(request, this.#redactor, this.#options.normalisers);
  }

  #mismatch(
    wanted: ComparedRequest,
    match: Exclude<Match, { exchange: IndexedExchange }>,
  ): Promise<ReplayMismatchError> {
    const compare = (request: { method: string; url: string; bytes: Uint8Array }): ComparedRequest =>
      this.#compared(request);
    return explainMismatch(wanted, match, { index: this.#index, plan: this.plan, compare });
  }
}

function sendJson(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) });
  response.end(text);
}

const statusText = ({ message }: Error): string =>
  JSON.stringify({
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message,
    reason: 'NotRecorded',
    code: 501,
  });
