/** From the bytes of a query to the bytes of its answer, whichever socket it came from. */
import { decodeCounts, decodeHeader, decodeMessage } from '../codec/decode-message.ts';
import { encodeMessage, MAX_MESSAGE_BYTES } from '../codec/encode-message.ts';
import type { Header, Message, Question } from '../codec/message.ts';
import { rcodeNumber } from '../codec/registry.ts';
import type { Generation } from '../generation.ts';
import { type DnsResponse, type Handler, type QueryClient, respondError } from '../handler.ts';
import type { QueryLog } from '../query-log.ts';
import { badVersionReply, ednsReply, isForeignVersion } from './edns.ts';
import { EncodedAnswers } from './encoded-answers.ts';
import { splitTransfer } from './split-transfer.ts';

/** What a responder works with. */
export interface ResponderOptions {
  readonly handler: Handler;
  readonly queries: QueryLog;
  readonly generation: Generation;
  /** Whether encoded answers may be kept while nothing changes. */
  readonly keepAnswers: boolean;
  /** Told of answers that no message can hold; the client gets SERVFAIL. */
  readonly onError: (error: unknown) => void;
}

/** The reply to one packet: undefined where nothing is to be sent. */
export type Reply = Buffer | undefined;

const OPCODE_QUERY = 0;
const OPCODE_NOTIFY = 4;
/** The size of a datagram that every client takes. */
const MIN_UDP_BYTES = 512;
/** The most that fits into a datagram over IPv4. */
const MAX_UDP_BYTES = 65_507;
/** Above this a datagram would be sent in fragments, so names are compressed even though the client would take it all. */
const UNFRAGMENTED_BYTES = { 4: 1480, 6: 1220 } as const;
/** The bytes of the length in front of every message on a stream. */
const LENGTH_BYTES = 2;

/**
 * Decodes a query, has it answered, encodes the answer. On a stream the reply has its length in front, and a zone
 * transfer comes as several messages in one buffer. Never throws: what cannot be read is answered with FORMERR, or not at
 * all where an answer could be abused.
 */
export class Responder {
  readonly #options: ResponderOptions;
  readonly #kept: EncodedAnswers;

  constructor(options: ResponderOptions) {
    this.#options = options;
    this.#kept = new EncodedAnswers(options.generation);
  }

  /** The reply to a packet: at once where the same question was answered before and nothing has changed since. */
  reply(packet: Buffer, client: QueryClient): Reply | Promise<Reply> {
    const kept = this.#kept.find(packet, client);
    if (kept === undefined) return this.#answer(packet, client);
    const { question, response } = kept;
    this.#log(question, response, client);
    return kept.reply;
  }

  async #answer(packet: Buffer, client: QueryClient): Promise<Reply> {
    if (packet.length < 12) return undefined;
    const header = decodeHeader(packet);
    if (header.response) return undefined;
    const { questions, answers, authorities, additionals } = decodeCounts(packet);
    if (header.opcode !== OPCODE_QUERY && header.opcode !== OPCODE_NOTIFY) return headerOnly(header, 'NOTIMP', client);
    // Every client sends one question; IXFR and EDNS explain the little else that a query may hold.
    if (questions !== 1 || answers > 1 || authorities > 1 || additionals > 2)
      return headerOnly({ ...header, opcode: OPCODE_QUERY }, 'FORMERR', client);
    const query = decoded(packet);
    const question = query?.questions[0];
    if (query === undefined || question === undefined)
      return headerOnly({ ...header, opcode: OPCODE_QUERY }, 'FORMERR', client);
    return this.#answerQuestion(packet, { query, question, client });
  }

  async #answerQuestion(
    packet: Buffer,
    { query, question, client }: { query: Message; question: Question; client: QueryClient },
  ): Promise<Reply> {
    const { handler, queries, generation, keepAnswers } = this.#options;
    if (isForeignVersion(query.edns)) {
      queries.add({ question, rcode: 'BADVERS', answers: [], client });
      return encode({ ...replyTo(query), edns: badVersionReply }, client);
    }
    const before = generation.value;
    const response = await handler({ question, client, authorities: query.authorities, depth: 0 });
    const reply = response && this.#encode(query, response, client);
    this.#log(question, response, client);
    const keep = keepAnswers && response?.stable && before === generation.value && !query.edns?.options.length;
    if (keep && reply !== undefined) this.#kept.keep(packet, client, { question, response, reply });
    return reply;
  }

  #encode(query: Message, response: DnsResponse, client: QueryClient): Buffer {
    try {
      return encodeResponse(query, response, client);
    } catch (error) {
      this.#options.onError(error);
      return encodeResponse(query, respondError('SERVFAIL'), client);
    }
  }

  #log(question: Question, response: DnsResponse | undefined, client: QueryClient): void {
    this.#options.queries.add({ question, rcode: response?.rcode, answers: response?.answers ?? [], client });
  }
}

function decoded(packet: Buffer): Message | undefined {
  try {
    return decodeMessage(packet);
  } catch {
    return undefined;
  }
}

function encodeResponse(query: Message, response: DnsResponse, client: QueryClient): Buffer {
  const parts = client.transport === 'tcp' ? splitTransfer(query, response) : [response];
  const replies = parts.map((part) => encode(messageOf(query, part), client, query.edns?.udpSize));
  return replies.length === 1 && replies[0] !== undefined ? replies[0] : Buffer.concat(replies);
}

function messageOf(query: Message, response: DnsResponse): Message {
  const { authoritative, answers, authorities, additionals, truncated = false } = response;
  return {
    ...replyTo(query),
    authoritative,
    truncated,
    recursionAvailable: response.recursionAvailable ?? false,
    authenticatedData: response.authenticatedData ?? false,
    rcode: rcodeNumber(response.rcode),
    answers,
    authorities,
    additionals,
    ...(query.edns === undefined ? {} : { edns: ednsReply(query.edns) }),
  };
}

const NO_RECORDS = { answers: [], authorities: [], additionals: [] } as const;

/** The header and question of every reply: RD and CD come back, AA, TC, RA and AD are up to the answer. */
const replyTo = ({ id, opcode, recursionDesired, checkingDisabled, questions }: Message): Message => ({
  id,
  response: true,
  opcode,
  authoritative: false,
  truncated: false,
  recursionDesired,
  recursionAvailable: false,
  authenticatedData: false,
  checkingDisabled,
  rcode: 0,
  questions,
  ...NO_RECORDS,
});

function headerOnly(header: Header, rcode: string, client: QueryClient): Buffer {
  const { id, opcode, recursionDesired, checkingDisabled } = header;
  const bare = replyTo({ ...header, id, opcode, recursionDesired, checkingDisabled, questions: [], ...NO_RECORDS });
  return encode({ ...bare, rcode: rcodeNumber(rcode) }, client);
}

function encode(message: Message, { transport, address }: QueryClient, udpSize = 0): Buffer {
  if (transport !== 'udp') return framed(message);
  const maxBytes = Math.min(MAX_UDP_BYTES, Math.max(MIN_UDP_BYTES, udpSize));
  return encodeMessage(message, { maxBytes, compressAbove: UNFRAGMENTED_BYTES[address.includes(':') ? 6 : 4] });
}

function framed(message: Message): Buffer {
  const reply = encodeMessage(message, { maxBytes: MAX_MESSAGE_BYTES, prefix: LENGTH_BYTES });
  reply.writeUInt16BE(reply.length - LENGTH_BYTES, 0);
  return reply;
}
