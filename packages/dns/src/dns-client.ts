/** Asks a DNS server over the network. */
import { createSocket } from 'node:dgram';
import { connect, isIPv6 } from 'node:net';
import { type Clock, type Random, realClock, seededRandom } from '@towtank/apimachinery';
import { decodeMessage } from './codec/decode-message.ts';
import { sameName } from './codec/domain-name.ts';
import { encodeMessage, MAX_MESSAGE_BYTES } from './codec/encode-message.ts';
import type { Edns, Message, Question } from './codec/message.ts';
import { FrameReader } from './listeners/frame-reader.ts';

/** Whom to ask, and how long to wait. */
export interface DnsClientOptions {
  readonly host: string;
  readonly port: number;
  /** `udp` asks again over TCP where the answer was cut short. Default `udp`. */
  readonly transport?: 'udp' | 'tcp';
  /** Milliseconds per attempt. Default 2000. */
  readonly timeoutMs?: number;
  /** Default: the machine's clock. */
  readonly clock?: Clock;
  /** Source of query ids. */
  readonly random?: Random;
  /** An EDNS record to send along. */
  readonly edns?: Edns;
}

/** A question; the type is A and the class IN unless told otherwise. */
export type Asked = Pick<Question, 'name'> & Partial<Question>;

const DEFAULT_TIMEOUT_MS = 2_000;

/** One answer for one question. Rejects where none comes in time or the server cannot be reached. */
export async function queryDns(asked: Asked, options: DnsClientOptions): Promise<Message> {
  const random = options.random ?? seededRandom(`${process.pid}/${asked.name}`);
  const question = { type: 'A', class: 'IN', ...asked };
  const query = queryMessage(random.int(0x10000), question, options.edns);
  if (options.transport !== 'tcp') {
    const answer = await exchange(query, options, askOverUdp);
    if (!answer.truncated) return answer;
  }
  return exchange(query, options, askOverTcp);
}

type Ask = (
  query: Message,
  server: DnsClientOptions,
  settle: { answered(message: Message): void; failed(error: Error): void },
) => () => void;

/** Resolves with the first answer that belongs to the query; closes what was opened in any case. */
function exchange(query: Message, options: DnsClientOptions, ask: Ask): Promise<Message> {
  const { clock = realClock, timeoutMs = DEFAULT_TIMEOUT_MS, host, port } = options;
  return new Promise((resolve, reject) => {
    const finish = (settle: () => void): void => {
      timer.cancel();
      close();
      settle();
    };
    const close = ask(query, options, {
      answered: (message) => belongs(message, query) && finish(() => resolve(message)),
      failed: (error) => finish(() => reject(error)),
    });
    const timer = clock.schedule(timeoutMs, () =>
      finish(() => reject(new Error(`no answer from ${host}:${port} within ${timeoutMs} ms`))),
    );
  });
}

const askOverUdp: Ask = (query, { host, port }, { answered, failed }) => {
  const family = isIPv6(host) ? 6 : 4;
  const socket = createSocket({
    type: family === 6 ? 'udp6' : 'udp4',
    lookup: (address, _options, callback) => callback(null, address, family),
  });
  socket.on('error', failed);
  socket.on('message', (packet) => {
    const message = decoded(packet);
    if (message !== undefined) answered(message);
  });
  socket.send(encodeMessage(query, { maxBytes: MAX_MESSAGE_BYTES }), port, host);
  let open = true;
  return () => {
    if (open) socket.close();
    open = false;
  };
};

const askOverTcp: Ask = (query, { host, port }, { answered, failed }) => {
  const socket = connect({ host, port });
  const reader = new FrameReader();
  const framed = encodeMessage(query, { maxBytes: MAX_MESSAGE_BYTES, prefix: 2 });
  framed.writeUInt16BE(framed.length - 2, 0);
  socket.on('error', failed);
  socket.on('end', () => failed(new Error(`${host}:${port} closed the connection without an answer`)));
  socket.on('data', (chunk: Buffer) => {
    for (const frame of reader.push(chunk)) {
      const message = decoded(frame);
      if (message !== undefined) answered(message);
    }
  });
  socket.write(framed);
  return () => void socket.destroy();
};

function decoded(packet: Buffer): Message | undefined {
  try {
    return decodeMessage(packet);
  } catch {
    return undefined;
  }
}

function belongs(answer: Message, query: Message): boolean {
  const [got, asked] = [answer.questions[0], query.questions[0]];
  if (!answer.response || answer.id !== query.id) return false;
  return got === undefined || (asked !== undefined && got.type === asked.type && sameName(got.name, asked.name));
}

function queryMessage(id: number, question: Question, edns: Edns | undefined): Message {
  return {
    id,
    response: false,
    opcode: 0,
    authoritative: false,
    truncated: false,
    recursionDesired: true,
    recursionAvailable: false,
    authenticatedData: false,
    checkingDisabled: false,
    rcode: 0,
    questions: [question],
    answers: [],
    authorities: [],
    additionals: [],
    ...(edns === undefined ? {} : { edns }),
  };
}
