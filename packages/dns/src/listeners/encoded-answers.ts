/**
 * Answers as bytes, kept under the bytes of their question for as long as nothing changes. This is what makes the server
 * about as fast as its sockets: the same question costs a look-up and a copy.
 */
import type { Question } from '../codec/message.ts';
import type { Generation } from '../generation.ts';
import type { DnsResponse, QueryClient } from '../handler.ts';

/** An answer with what the query log says of it. */
export interface KeptAnswer {
  readonly question: Question;
  readonly response: DnsResponse;
  readonly reply: Buffer;
}

const CAPACITY = 10_000;
const ID_BYTES = 2;
/** Longer questions carry something unusual, and are rare. */
const MAX_QUESTION_BYTES = 320;

/** Encoded answers of one generation; those of an earlier one are forgotten on the first look. */
export class EncodedAnswers {
  readonly #generation: Generation;
  readonly #answers = new Map<string, KeptAnswer>();
  #madeFor = -1;

  constructor(generation: Generation) {
    this.#generation = generation;
  }

  /** The answer to a packet with the id of that packet in it; undefined where it has to be made. */
  find(packet: Buffer, client: QueryClient): KeptAnswer | undefined {
    if (this.#madeFor !== this.#generation.value || packet.length > MAX_QUESTION_BYTES) return undefined;
    const kept = this.#answers.get(keyOf(packet, client));
    if (kept === undefined) return undefined;
    const reply = Buffer.allocUnsafe(kept.reply.length);
    kept.reply.copy(reply);
    const idAt = client.transport === 'udp' ? 0 : ID_BYTES;
    reply[idAt] = packet[0] ?? 0;
    reply[idAt + 1] = packet[1] ?? 0;
    return { question: kept.question, response: kept.response, reply };
  }

  /** Keeps an answer that was made under the current generation. */
  keep(packet: Buffer, client: QueryClient, answer: KeptAnswer): void {
    if (packet.length > MAX_QUESTION_BYTES) return;
    if (this.#madeFor !== this.#generation.value || this.#answers.size >= CAPACITY) this.#answers.clear();
    this.#madeFor = this.#generation.value;
    this.#answers.set(keyOf(packet, client), answer);
  }
}

/** All bytes but those of the id; the transport decides on framing and size. */
const keyOf = (packet: Buffer, { transport }: QueryClient): string =>
  packet.toString('latin1', ID_BYTES) + (transport === 'udp' ? 'u' : 't');
