/** A proxy on loopback in front of an API server, which writes down everything that passes. */
import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { type Clock, formatTime, realClock } from '@towtank/apimachinery';
import { CassetteWriter } from '../cassette/cassette-writer.ts';
import type { RedactionOptions } from '../redaction/redaction-options.ts';
import { Redactor } from '../redaction/redactor.ts';
import { type Snapshot, type SnapshotOptions, startSnapshot } from '../snapshot/snapshot.ts';
import { clientKubeconfig } from './client-kubeconfig.ts';
import { ExchangeServer } from './exchange-server.ts';
import { passedHeaders, withoutProtobuf } from './header-fields.ts';
import { Recording, type RecordingProgress } from './recording.ts';
import { type RelayOptions, relayRequest } from './relay-request.ts';
import { relayUpgrade } from './relay-upgrade.ts';
import { credentialsOf, readUpstream, type Upstream } from './upstream.ts';
import { UpstreamConnection } from './upstream-connection.ts';

/** Options of a recorder. */
export interface RecorderOptions {
  /** The API server, or a kubeconfig as text or path. */
  readonly upstream: Upstream | string;
  /** Context of the kubeconfig. Default: its current one. */
  readonly context?: string;
  /** Path of the cassette; what is there is replaced. */
  readonly cassette: string;
  /** What is taken out beyond what always is. */
  readonly redaction?: RedactionOptions;
  /** Records what the cluster holds and how it changes, too. Default: not. */
  readonly snapshot?: SnapshotOptions;
  /** Where the recording comes from, for those who read the cassette. */
  readonly source?: string;
  readonly clock?: Clock;
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** Default 0: any free one. */
  readonly port?: number;
}

/** A running recorder. */
export interface Recorder extends AsyncDisposable {
  /**
   * Where clients connect to. Its path is a secret: whoever uses it is lent the upstream's credentials, unless the
   * request brings its own. Without that path a request passes as it is.
   */
  readonly url: string;
  /** For kubectl, helm and client libraries, as YAML text. */
  readonly kubeconfig: string;
  readonly progress: RecordingProgress;
  /** The snapshot, where one is recorded. */
  readonly snapshot: Snapshot | undefined;
  /** Ends every connection and completes the cassette. May be called twice. */
  close(): Promise<void>;
}

/**
 * Starts recording. Clients in any language use the kubeconfig that it gives out.
 *
 * @example
 * await using recorder = await startRecorder({ upstream: process.env.KUBECONFIG, cassette: 'fixtures/cassettes/web.jsonl' });
 */
export async function startRecorder(options: RecorderOptions): Promise<Recorder> {
  const { cassette, redaction = {}, source, clock = realClock, host = '127.0.0.1', port = 0 } = options;
  const upstream =
    typeof options.upstream === 'string'
      ? await readUpstream(options.upstream, options.context, clock)
      : options.upstream;
  // kubectl sends no token over plain HTTP, but every client keeps to the path of a server.
  const secret = randomBytes(24).toString('base64url');
  const literals = [...(redaction.literals ?? []), ...credentialsOf(upstream), secret];
  const header = { recorded: formatTime(clock.now()), ...(source === undefined ? {} : { source }) };
  const writer = await CassetteWriter.open(cassette, header);
  const recording = new Recording({ writer, redactor: new Redactor({ ...redaction, literals }), clock });
  const connection = new UpstreamConnection(upstream, (issued) =>
    recording.redactor.addLiterals(credentialsOf(issued)),
  );
  const stopping = new AbortController();
  const proxy = new RecordingProxy(recording, connection, `/${secret}`);
  const origin = await proxy.listen(host, port).catch(async (reason: unknown) => {
    await writer.close();
    throw reason;
  });
  let closed: Promise<void> | undefined;
  let snapshot: Snapshot | undefined;
  const close = (): Promise<void> => {
    stopping.abort();
    closed ??= proxy
      .close()
      .then(() => snapshot?.done)
      .finally(() => writer.close());
    return closed;
  };
  try {
    snapshot =
      options.snapshot &&
      (await startSnapshot({ connection, recording, clock, signal: stopping.signal }, options.snapshot));
  } catch (reason) {
    await close();
    throw reason;
  }
  const url = `${origin}/${secret}`;
  return {
    url,
    kubeconfig: clientKubeconfig({ server: url, namespace: upstream.namespace }),
    get progress() {
      return recording.progress;
    },
    snapshot,
    close,
    [Symbol.asyncDispose]: close,
  };
}

class RecordingProxy {
  readonly #recording: Recording;
  readonly #connection: UpstreamConnection;
  readonly #prefix: string;
  readonly #server: ExchangeServer;
  #isClosing = false;

  constructor(recording: Recording, connection: UpstreamConnection, prefix: string) {
    this.#recording = recording;
    this.#connection = connection;
    this.#prefix = prefix;
    // A failure here is one of the disk: the client sees a reset, and `close` of the recorder tells why.
    this.#server = new ExchangeServer({
      request: (request, response) => relayRequest(request, response, this.#optionsFor(request)),
      upgrade: (request, socket, head) => relayUpgrade(request, socket, head, this.#optionsFor(request)),
    });
  }

  listen(host: string, port: number): Promise<string> {
    return this.#server.listen(host, port);
  }

  async close(): Promise<void> {
    this.#isClosing = true;
    const closed = this.#server.close();
    this.#connection.close();
    await closed;
  }

  #optionsFor(request: IncomingMessage): RelayOptions {
    const headers = passedHeaders(request);
    const { method = 'GET', url: asked = '/' } = request;
    const isKnown = asked === this.#prefix || asked.startsWith(`${this.#prefix}/`);
    const url = isKnown ? asked.slice(this.#prefix.length) || '/' : asked;
    if (typeof headers.accept === 'string') headers.accept = withoutProtobuf(headers.accept);
    return {
      connection: this.#connection,
      exchange: this.#recording.exchange(method, url),
      method,
      url,
      headers,
      lent: isKnown && headers.authorization === undefined,
      isClosing: () => this.#isClosing,
    };
  }
}
