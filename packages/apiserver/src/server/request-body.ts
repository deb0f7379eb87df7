/** Reads the bodies of requests, within what the server takes. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';

/** The largest body that is taken, in bytes: 3 MiB, as the real server's. */
export const MAX_BODY_BYTES: number = 3 * 1024 * 1024;
/** How much of a larger body is read and thrown away, so that its sender comes to read the refusal. */
const MAX_DISCARDED_BYTES = 64 * 1024 * 1024;

/** A body, or undefined once it has grown over the limit. */
export type RequestBody = Buffer | undefined;

/** The answers that wait for the rest of a body, by their connections. */
const awaited = new WeakMap<Duplex, ServerResponse>();

/** The answer that a connection waits for, if what is missing is the rest of a body. */
export const answerAwaitingBody = (socket: Duplex): ServerResponse | undefined => awaited.get(socket);

/** Calls back with the body of a request. */
export function readRequestBody(
  req: IncomingMessage,
  res: ServerResponse,
  callback: (body: RequestBody) => void,
): void {
  const { socket } = req;
  const chunks: Buffer[] = [];
  let size = 0;
  let over = false;
  awaited.set(socket, res);
  const answer = (body: RequestBody): void => {
    awaited.delete(socket);
    callback(body);
  };
  req.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size > MAX_DISCARDED_BYTES) req.destroy();
    if (over) return;
    if (size > MAX_BODY_BYTES) {
      over = true;
      chunks.length = 0;
      answer(undefined);
    } else chunks.push(chunk);
  });
  req.on('end', () => {
    if (!over) answer(chunks.length === 1 ? chunks[0] : Buffer.concat(chunks));
  });
}
