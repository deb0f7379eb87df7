/** Streams side by side on one connection: the first byte of each message names its stream. */
import { PassThrough, Writable } from 'node:stream';
import type { MessageConnection } from './message-connection.ts';

/** How the first byte is written. */
export interface ChannelFraming {
  /** Digits and base64 text instead of bytes, for clients that can only send text. */
  readonly base64: boolean;
  /** Whether a message may say that a stream has ended. */
  readonly closes: boolean;
}

/** Channel of the message that ends another channel. */
const CLOSE = 255;

/** The channels of one connection. */
export class Channels {
  readonly #connection: MessageConnection;
  readonly #framing: ChannelFraming;
  readonly #inputs = new Map<number, PassThrough>();
  readonly #outputs: Writable[] = [];

  constructor(connection: MessageConnection, framing: ChannelFraming) {
    this.#connection = connection;
    this.#framing = framing;
    connection.onMessage((message) => this.#receive(message));
    connection.onClose(() => {
      for (const input of this.#inputs.values()) input.end();
    });
  }

  /** What the client sends on a channel. It has to be read: a full one stops the connection. */
  input(channel: number): PassThrough {
    const input = new PassThrough();
    input.on('drain', () => this.#connection.resume());
    this.#inputs.set(channel, input);
    return input;
  }

  /** What is written goes to the client on this channel. */
  output(channel: number): Writable {
    const output = new Writable({
      write: (chunk: Buffer, _, done) => {
        if (this.send(channel, chunk)) done();
        else this.#connection.drained(done);
      },
    });
    this.#outputs.push(output);
    return output;
  }

  /** Ends the outputs; resolves when all that was written to them has been sent. */
  async finish(): Promise<void> {
    await Promise.all(this.#outputs.map((output) => new Promise((resolve) => output.end(resolve))));
  }

  /** Sends one message on a channel. Answers false when the client should be given time to read. */
  send(channel: number, data: Uint8Array): boolean {
    if (this.#framing.base64) {
      const text = Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('base64');
      return this.#connection.send(Buffer.from(String(channel) + text));
    }
    const message = Buffer.allocUnsafe(data.length + 1);
    message[0] = channel;
    message.set(data, 1);
    return this.#connection.send(message);
  }

  #receive(message: Buffer): void {
    if (message.length === 0) return;
    const { base64, closes } = this.#framing;
    const channel = base64 ? (message[0] ?? 0) - 48 : (message[0] ?? 0);
    if (closes && channel === CLOSE) return void this.#inputs.get(message[1] ?? CLOSE)?.end();
    const input = this.#inputs.get(channel);
    const data = base64 ? Buffer.from(message.toString('latin1', 1), 'base64') : message.subarray(1);
    if (input === undefined || input.writableEnded || data.length === 0) return;
    if (!input.write(data)) this.#connection.pause();
  }
}
