/** Watches over HTTP: chunks that are framed once and written to every watcher's socket. */
import type { ServerResponse } from 'node:http';
import type { EncodedEvent, WatchResponse } from '@towtank/apimachinery';

/** Bytes that may wait for a slow watcher before it is ended. */
const MAX_BACKLOG_BYTES = 16 * 1024 * 1024;

const chunks = new WeakMap<Uint8Array, Buffer>();

/** An event as one HTTP chunk; made once for all watchers that take the same bytes. */
function chunkOf(frame: Uint8Array): Buffer {
  let chunk = chunks.get(frame);
  if (chunk === undefined) {
    chunk = Buffer.concat([Buffer.from(`${frame.length.toString(16)}\r\n`), frame, Buffer.from('\r\n')]);
    chunks.set(frame, chunk);
  }
  return chunk;
}

/** Writes a watch to a response until it ends, the client goes, or the client falls too far behind. */
export function writeWatch({ status, headers, watch }: WatchResponse, res: ServerResponse): void {
  res.writeHead(status, { ...headers, 'transfer-encoding': 'chunked' });
  res.flushHeaders();
  const { socket } = res;
  if (socket === null || socket.destroyed) return watch.close();
  res.once('close', () => watch.close());
  watch.start({
    event: (event: EncodedEvent) => {
      socket.write(chunkOf(event.frame()));
      if (socket.writableLength > MAX_BACKLOG_BYTES) socket.destroy();
    },
    end: () => res.end(),
  });
}
