/** Watches over HTTP: the events of one turn as one write, whose bytes are made once for all watchers that take them. */
import type { OutgoingHttpHeader, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { EncodedEvent, WatchResponse } from '@towtank/apimachinery';
import { type EventBatch, NO_EVENTS } from './event-batch.ts';
import { TurnQueue } from './turn-queue.ts';

/** Bytes that may wait for a slow watcher before it is ended. */
const MAX_BACKLOG_BYTES = 16 * 1024 * 1024;

/** A connection that owes its client the events of this turn. */
class WatchWriter {
  readonly #socket: Socket;
  #batch: EventBatch = NO_EVENTS;

  constructor(socket: Socket) {
    this.#socket = socket;
  }

  add(frame: Uint8Array): void {
    if (this.#batch === NO_EVENTS) writers.add(this);
    this.#batch = this.#batch.with(frame);
    if (this.#batch.isFull) this.flush();
  }

  flush(): void {
    const batch = this.#batch;
    if (batch === NO_EVENTS) return;
    this.#batch = NO_EVENTS;
    this.#socket.write(batch.bytes());
    if (this.#socket.writableLength > MAX_BACKLOG_BYTES) this.#socket.destroy();
  }
}

/** All writers flush together once this turn's events are known: then equal batches are still remembered. */
const writers = new TurnQueue<WatchWriter>(
  (writer) => writer.flush(),
  () => NO_EVENTS.forget(),
);

/**
 * Writes a watch to a response until it ends, the client goes, or the client falls too far behind. The headers are names
 * and values in turn.
 */
export function writeWatch(response: WatchResponse, fields: OutgoingHttpHeader[], res: ServerResponse): void {
  const { status, watch } = response;
  const { socket } = res;
  // the answer to an earlier request on this connection is not out yet
  if (socket === null && !res.destroyed) return void res.once('socket', () => writeWatch(response, fields, res));
  if (socket === null || socket.destroyed) return watch.close();
  res.writeHead(status, fields);
  res.flushHeaders();
  if (res.req.method === 'HEAD') {
    watch.close();
    return void res.end();
  }
  res.once('close', () => watch.close());
  const writer = new WatchWriter(socket);
  watch.start({
    event: (event: EncodedEvent) => writer.add(event.frame()),
    end() {
      writer.flush();
      res.end();
    },
  });
}
