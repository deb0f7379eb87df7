/** The server's side of a SPDY/3.1 session: streams that a client opens on one connection. */
import { Duplex } from 'node:stream';
import type { MessageConnection } from './message-connection.ts';
import {
  controlFrame,
  dataFrame,
  FIN,
  FrameReader,
  GOAWAY,
  HeaderBlocks,
  PING,
  RST_STREAM,
  type SpdyFrame,
  SYN_REPLY,
  SYN_STREAM,
  words,
} from './spdy-frames.ts';

/** A stream with the headers that it was opened with. */
export class SpdyStream extends Duplex {
  readonly headers: ReadonlyMap<string, string>;
  readonly #id: number;
  readonly #connection: MessageConnection;

  constructor(id: number, headers: ReadonlyMap<string, string>, connection: MessageConnection) {
    super({ allowHalfOpen: true });
    this.headers = headers;
    this.#id = id;
    this.#connection = connection;
  }

  /** Takes what the client has sent. */
  receive(data: Buffer, ends: boolean): void {
    if (data.length > 0 && !this.push(data)) this.#connection.pause();
    if (ends) this.push(null);
  }

  override _read(): void {
    this.#connection.resume();
  }

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    if (this.#connection.send(dataFrame(this.#id, chunk))) done();
    else this.#connection.drained(done);
  }

  override _final(done: () => void): void {
    this.#connection.send(dataFrame(this.#id, new Uint8Array(), FIN));
    done();
  }
}

/** Streams that one client may have open. */
const MAX_STREAMS = 1000;

/** Serves a session until its connection closes. `onStream` is told of each stream the client opens. */
export class SpdySession {
  readonly #connection: MessageConnection;
  readonly #onStream: (stream: SpdyStream) => void;
  readonly #reader = new FrameReader();
  readonly #headers = new HeaderBlocks();
  readonly #streams = new Map<number, SpdyStream>();
  /** Frames are taken one after the other, although headers take a moment to unpack. */
  #work: Promise<void> = Promise.resolve();

  constructor(connection: MessageConnection, onStream: (stream: SpdyStream) => void) {
    this.#connection = connection;
    this.#onStream = onStream;
    connection.onMessage((message) => {
      for (const frame of this.#reader.read(message))
        this.#work = this.#work.then(() => this.#take(frame)).catch(() => connection.close());
    });
    connection.onClose(() => this.#close());
  }

  async #take({ type, streamId, flags, payload }: SpdyFrame): Promise<void> {
    const isLast = (flags & FIN) !== 0;
    switch (type) {
      case undefined:
        return this.#streams.get(streamId)?.receive(payload, isLast);
      case SYN_STREAM:
        return await this.#open(payload, isLast);
      case RST_STREAM:
        return void this.#streams.get(payload.readUInt32BE(0))?.destroy();
      case PING:
        return void this.#connection.send(controlFrame(PING, payload));
      case GOAWAY:
        return this.#connection.close();
      default:
        // settings and windows: this side keeps to none
        return;
    }
  }

  async #open(payload: Buffer, isLast: boolean): Promise<void> {
    const id = payload.readUInt32BE(0);
    const headers = await this.#headers.read(payload.subarray(10));
    if (this.#streams.size >= MAX_STREAMS) throw new Error('too many streams');
    this.#connection.send(controlFrame(SYN_REPLY, Buffer.concat([words(id), await this.#headers.empty()])));
    const stream = new SpdyStream(id, headers, this.#connection);
    stream.on('error', () => {});
    stream.once('close', () => this.#streams.delete(id));
    this.#streams.set(id, stream);
    if (isLast) stream.receive(Buffer.alloc(0), true);
    this.#onStream(stream);
  }

  #close(): void {
    for (const stream of this.#streams.values()) stream.destroy();
    void this.#work.then(() => this.#headers[Symbol.dispose]());
  }
}
