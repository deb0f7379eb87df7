/** Writes answers of the core to HTTP responses. */
import type { OutgoingHttpHeader, ServerResponse } from 'node:http';
import { pipeline, Readable } from 'node:stream';
import type { ApiResponse } from '@towtank/apimachinery';
import { COMPRESSION_THRESHOLD_BYTES, compressor, takesGzip } from '../negotiation/compress.ts';
import type { HttpApiRequest } from './http-api-request.ts';
import { TurnQueue } from './turn-queue.ts';
import { writeWatch } from './watch-stream.ts';

/** Writes an answer, with what it says of its request. */
export function sendAnswer(response: ApiResponse, request: HttpApiRequest, res: ServerResponse): void {
  const { status, headers } = response;
  switch (response.type) {
    case 'object':
      return sendBytes({ status, headers, request }, response.encode(), res);
    case 'bytes':
      return sendBytes({ status, headers, request }, response.body, res);
    case 'watch':
      return writeWatch(response, fieldsOf({ ...headers, 'transfer-encoding': 'chunked' }, request), res);
    case 'stream':
      res.writeHead(status, fieldsOf(headers, request));
      void pipe(response.stream, res);
  }
}

/** How an answer begins. */
interface Head {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly request: HttpApiRequest;
}

/** Names and values in turn: the form in which Node takes headers fastest. */
function fieldsOf(headers: Readonly<Record<string, string>>, request: HttpApiRequest): OutgoingHttpHeader[] {
  const fields: OutgoingHttpHeader[] = [];
  for (const name in headers) fields.push(name, headers[name] ?? '');
  request.addHeaders(fields);
  return fields;
}

/** An answer with all of its bytes. */
interface Answer {
  readonly res: ServerResponse;
  readonly bytes: Uint8Array;
}

/** A write wakes the client at its other end, which costs more than the write: of several in a row only the first does. */
const answers = new TurnQueue<Answer>(({ res, bytes }) => res.end(bytes));

function sendBytes(answer: Head, bytes: Uint8Array | readonly Uint8Array[], res: ServerResponse): void {
  const parts = bytes instanceof Uint8Array ? undefined : bytes;
  const length = parts === undefined ? (bytes as Uint8Array).length : lengthOf(parts);
  if (length >= COMPRESSION_THRESHOLD_BYTES && takesGzip(res.req.headers['accept-encoding']))
    return sendCompressed(answer, parts ?? [bytes as Uint8Array], res);
  const fields = fieldsOf(answer.headers, answer.request);
  fields.push('content-length', length);
  res.writeHead(answer.status, fields);
  if (res.req.method === 'HEAD') res.end();
  else if (parts === undefined) answers.add({ res, bytes: bytes as Uint8Array });
  else writeParts(parts, res);
}

function lengthOf(parts: readonly Uint8Array[]): number {
  let length = 0;
  for (const part of parts) length += part.length;
  return length;
}

/** The parts of a list are shared by all who read it, so that queueing them for a slow reader takes no memory. */
function writeParts(parts: readonly Uint8Array[], res: ServerResponse): void {
  res.cork();
  for (const part of parts) res.write(part);
  res.end();
  res.uncork();
}

/** Compresses as fast as the client reads: what waits for a slow one is bounded. */
function sendCompressed({ status, headers, request }: Head, parts: readonly Uint8Array[], res: ServerResponse): void {
  const vary = [headers.vary, 'Accept-Encoding'].filter((field) => field !== undefined).join(', ');
  res.writeHead(status, fieldsOf({ ...headers, vary, 'content-encoding': 'gzip' }, request));
  if (res.req.method === 'HEAD') return void res.end();
  // the callback takes the error of a client that goes away
  pipeline(Readable.from(parts), compressor(), res, () => {});
}

async function pipe(stream: AsyncIterable<Uint8Array>, res: ServerResponse): Promise<void> {
  try {
    for await (const chunk of stream) {
      if (res.destroyed) return;
      if (!res.write(chunk)) await new Promise<void>((resolve) => res.once('drain', resolve).once('close', resolve));
    }
    res.end();
  } catch {
    res.destroy();
  }
}
