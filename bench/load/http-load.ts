/**
 * Repeats one HTTP request over keep-alive connections. It reads of each answer only what it must to find its end, so
 * that it takes a fraction of the server's time.
 */
import { connect } from 'node:net';
import { finish, loadOptions, Meter } from '../harness/load.ts';

/** Stands for a number that no other request has. */
const COUNTER = '00000000';

interface HttpLoad {
  readonly port: number;
  /** The text of the request; the first `00000000` in it is counted up. */
  readonly request: string;
  readonly connections: number;
  readonly warmUpMs: number;
  readonly durationMs: number;
  /** Count the bytes of the answers instead of the answers. */
  readonly bytes?: boolean;
}

const { port, request, connections, warmUpMs, durationMs, bytes } = loadOptions<HttpLoad>();
const HEAD_END = Buffer.from('\r\n\r\n');
const LAST_CHUNK = Buffer.from('0\r\n\r\n');
const counts = request.includes(COUNTER);
const meter = new Meter();
let sent = 0;
let running = true;

for (let index = 0; index < connections; index += 1) openConnection();
await after(warmUpMs);
meter.begin();
await after(durationMs);
running = false;
finish(meter.result);

function openConnection(): void {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true }, () => socket.write(nextRequest()));
  let head: Buffer | undefined;
  /** Bytes of the answer that are still to come; -1 while the head is read, -2 in a chunked body. */
  let left = -1;
  const answered = (): void => {
    if (!bytes) meter.add(1);
    left = -1;
    if (running) socket.write(nextRequest());
    else socket.destroy();
  };
  socket.on('data', (data: Buffer) => {
    if (bytes) meter.add(data.length);
    if (left > 0) left -= data.length;
    else if (left === -1) {
      head = head === undefined ? data : Buffer.concat([head, data]);
      const end = head.indexOf(HEAD_END);
      if (end < 0) return;
      left = bodyLeft(head, end);
      head = undefined;
    }
    if (left === 0 || (left === -2 && data.subarray(-LAST_CHUNK.length).equals(LAST_CHUNK))) answered();
  });
}

function nextRequest(): string {
  sent += 1;
  return counts ? request.replace(COUNTER, String(sent).padStart(COUNTER.length, '0')) : request;
}

function bodyLeft(head: Buffer, end: number): number {
  const text = head.toString('latin1', 0, end);
  const status = Number(text.slice(9, 12));
  if (status >= 300) throw new Error(`the server answered ${text}\n${head.subarray(end + 4, end + 400)}`);
  const length = /content-length: (\d+)/i.exec(text)?.[1];
  return length === undefined ? -2 : Number(length) - (head.length - end - HEAD_END.length);
}

function after(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
