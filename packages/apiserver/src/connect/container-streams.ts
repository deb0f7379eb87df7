/** The streams of a command or of a container, whichever way they travel. */
import type { Readable, Writable } from 'node:stream';
import type { Clock } from '@towtank/apimachinery';
import type { Channels } from './channels.ts';
import type { MessageConnection } from './message-connection.ts';
import { SpdySession, type SpdyStream } from './spdy-session.ts';

export const STDIN = 0;
export const STDOUT = 1;
export const STDERR = 2;
export const ERROR = 3;
export const RESIZE = 4;

/** Streams by their numbers. */
export interface ContainerStreams {
  /** What the client sends. It has to be read. */
  input(number: number): Readable;
  /** What the client gets. */
  output(number: number): Writable;
  /** Ends all streams once what was written has been sent, with this text on the one that tells of errors. */
  end(text: string): Promise<void>;
}

/** Streams as channels of a WebSocket. */
export const streamsOfChannels = (channels: Channels, connection: MessageConnection): ContainerStreams => ({
  input: (number) => channels.input(number),
  output: (number) => channels.output(number),
  async end(text) {
    await channels.finish();
    if (text !== '') channels.send(ERROR, Buffer.from(text));
    connection.close();
  },
});

/** Numbers of streams by what SPDY clients call them. */
const NUMBERS: Readonly<Record<string, number>> = {
  stdin: STDIN,
  stdout: STDOUT,
  stderr: STDERR,
  error: ERROR,
  resize: RESIZE,
};

/** How long a client may take to open its streams, in milliseconds. */
const OPENING_TIMEOUT_MS = 30_000;

/**
 * Streams of SPDY, each opened by the client. Calls back once all that are expected are open; a client that takes too
 * long about it is disconnected.
 */
export function onSpdyStreams(
  connection: MessageConnection,
  expected: readonly number[],
  clock: Clock,
  callback: (streams: ContainerStreams) => void,
): void {
  const streams = new Map<number, SpdyStream>();
  const timer = clock.schedule(OPENING_TIMEOUT_MS, () => connection.close());
  connection.onClose(() => timer.cancel());
  void new SpdySession(connection, (stream) => {
    const number = NUMBERS[stream.headers.get('streamtype') ?? ''];
    if (number === undefined || !expected.includes(number) || streams.has(number)) return void stream.destroy();
    streams.set(number, stream);
    if (streams.size < expected.length) return;
    timer.cancel();
    callback(streamsOfSpdy(streams, connection));
  });
}

function streamsOfSpdy(streams: ReadonlyMap<number, SpdyStream>, connection: MessageConnection): ContainerStreams {
  const streamOf = (number: number): SpdyStream => streams.get(number) as SpdyStream;
  return {
    input: streamOf,
    output: streamOf,
    async end(text) {
      const ending = [...streams].map(
        ([number, stream]) => new Promise<void>((resolve) => stream.end(number === ERROR ? text : '', resolve)),
      );
      await Promise.all(ending);
      connection.close();
    },
  };
}
