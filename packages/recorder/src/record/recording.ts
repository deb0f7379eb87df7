/** A recording in progress: what all exchanges share, and one exchange as it happens. */
import type { Clock } from '@towtank/apimachinery';
import type {
  CassetteRecord,
  EndRecord,
  FrameRecord,
  ResponseRecord,
  StoredBody,
  StoredHeaders,
} from '../cassette/cassette-record.ts';
import type { CassetteWriter } from '../cassette/cassette-writer.ts';
import { storeBytes } from '../cassette/stored-body.ts';
import { holdsContent } from '../redaction/redact-record.ts';
import type { FrameRedactors, Redactor } from '../redaction/redactor.ts';

/** How far a recording has come. */
export interface RecordingProgress {
  readonly requests: number;
  /** Watches and other streams that are open now. */
  readonly openStreams: number;
  readonly frames: number;
  /** Size of the cassette so far. */
  readonly bytes: number;
}

/** What a recording writes with. */
export interface RecordingOptions {
  readonly writer: CassetteWriter;
  readonly redactor: Redactor;
  readonly clock: Clock;
}

/** Numbers exchanges, redacts them and writes them down with relative times. */
export class Recording {
  readonly writer: CassetteWriter;
  readonly redactor: Redactor;
  readonly #clock: Clock;
  readonly #start: number;
  #requests = 0;
  #frames = 0;
  #openStreams = 0;

  constructor({ writer, redactor, clock }: RecordingOptions) {
    this.writer = writer;
    this.redactor = redactor;
    this.#clock = clock;
    this.#start = clock.now();
  }

  get progress(): RecordingProgress {
    const { bytes } = this.writer;
    return { requests: this.#requests, openStreams: this.#openStreams, frames: this.#frames, bytes };
  }

  /** Milliseconds since the recording began. */
  elapsedMs(): number {
    return Math.max(0, this.#clock.now() - this.#start);
  }

  /** Begins an exchange. */
  exchange(method: string, url: string): RecordedExchange {
    this.#requests += 1;
    return new RecordedExchange(this, this.#requests, { method, url });
  }

  /** Writes a record; see {@link CassetteWriter.write}. */
  write(record: CassetteRecord, bodyBytes?: number): Promise<void> {
    if (record.type === 'frame') this.#frames += 1;
    if (record.type === 'response' && record.stream !== undefined) this.#openStreams += 1;
    return this.writer.write(record, bodyBytes);
  }

  /** Counts a stream as ended. */
  streamEnded(): void {
    this.#openStreams -= 1;
  }
}

/** What came with a head. */
export interface RecordedHead {
  readonly status: number;
  readonly headers: StoredHeaders;
}

/** One exchange, written down as it happens. The calls come in the order of the methods. */
export class RecordedExchange {
  readonly #recording: Recording;
  readonly #id: number;
  readonly #method: string;
  readonly #url: string;
  #isStreaming = false;
  #ended = false;
  /** For streams that are not made of whole lines of JSON. */
  #frames: FrameRedactors | undefined;

  constructor(recording: Recording, id: number, { method, url }: { readonly method: string; readonly url: string }) {
    this.#recording = recording;
    this.#id = id;
    this.#method = method;
    this.#url = url;
  }

  /** The request, complete. An empty body is left out. */
  request(headers: StoredHeaders, body: Uint8Array | StoredBody): Promise<void> {
    const { redactor } = this.#recording;
    return this.#write({
      type: 'request',
      method: this.#method,
      url: redactor.url(this.#url),
      headers: redactor.headers(headers),
      ...this.#body(headers, body),
    });
  }

  /** An answer whose body is complete. */
  async answer({ status, headers }: RecordedHead, body: Uint8Array | StoredBody): Promise<void> {
    this.#ended = true;
    await this.#write({
      type: 'response',
      status,
      headers: this.#recording.redactor.headers(headers),
      ...this.#body(headers, body),
    });
  }

  /** An answer whose body goes on. */
  stream({ status, headers }: RecordedHead, stream: NonNullable<ResponseRecord['stream']>): Promise<void> {
    const { redactor } = this.#recording;
    this.#isStreaming = true;
    this.#frames = redactor.frames({ status, stream, headers }, { url: this.#url });
    return this.#write({ type: 'response', status, stream, headers: redactor.headers(headers) });
  }

  /** A piece of the stream. */
  frame(bytes: Uint8Array | StoredBody, fields: Pick<FrameRecord, 'from' | 'op'> = {}): Promise<void> {
    const body = bytes instanceof Uint8Array ? this.#piece(bytes, fields) : bytes;
    return this.#write({ type: 'frame', ...fields, body }, bytes instanceof Uint8Array ? bytes.length : undefined);
  }

  /** The end, once; later calls change nothing. */
  async end(by: EndRecord['by'], error?: string): Promise<void> {
    if (this.#ended) return;
    this.#ended = true;
    if (this.#isStreaming) this.#recording.streamEnded();
    await this.#write({ type: 'end', by, ...(error === undefined ? {} : { error }) });
  }

  #piece(bytes: Uint8Array, fields: Pick<FrameRecord, 'from' | 'op'>): StoredBody {
    const { from = 'server' } = fields;
    if (this.#frames !== undefined && holdsContent(fields)) return storeBytes(this.#frames[from].mask(bytes));
    return this.#recording.redactor.body(bytes, { url: this.#url });
  }

  #body(headers: StoredHeaders, body: Uint8Array | StoredBody): { body?: StoredBody } {
    if (!(body instanceof Uint8Array)) return { body };
    if (body.length === 0) return {};
    const contentType = [headers['content-type'] ?? ''].flat()[0];
    return { body: this.#recording.redactor.body(body, { url: this.#url, contentType }) };
  }

  #write(fields: Fields, bodyBytes?: number): Promise<void> {
    const record = { ...fields, id: this.#id, at: this.#recording.elapsedMs() } as CassetteRecord;
    return this.#recording.write(record, bodyBytes);
  }
}

type Fields = { readonly type: 'request' | 'response' | 'frame' | 'end' } & Readonly<Record<string, unknown>>;
