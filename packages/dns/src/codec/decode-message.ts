/** From bytes to messages. */
import { readName, withoutDot } from './domain-name.ts';
import type { Edns, EdnsOption, Header, Message, Question } from './message.ts';
import { readRdata } from './rdata.ts';
import { className, typeName } from './registry.ts';
import type { ResourceRecord } from './resource-record.ts';

/** The bytes of a header. */
export const HEADER_BYTES = 12;

/** How many entries a header announces per section. */
export interface SectionCounts {
  readonly questions: number;
  readonly answers: number;
  readonly authorities: number;
  readonly additionals: number;
}

/** Reads how many entries the sections have. The bytes must be those of a whole header. */
export const decodeCounts = (bytes: Buffer): SectionCounts => ({
  questions: bytes.readUInt16BE(4),
  answers: bytes.readUInt16BE(6),
  authorities: bytes.readUInt16BE(8),
  additionals: bytes.readUInt16BE(10),
});

/** Reads the header without its counts. Throws where the bytes are fewer than twelve. */
export function decodeHeader(bytes: Buffer): Header {
  if (bytes.length < HEADER_BYTES) throw new Error('a DNS message has at least 12 bytes');
  const flags = bytes.readUInt16BE(2);
  return {
    id: bytes.readUInt16BE(0),
    response: (flags & 0x8000) !== 0,
    opcode: (flags >> 11) & 0xf,
    authoritative: (flags & 0x0400) !== 0,
    truncated: (flags & 0x0200) !== 0,
    recursionDesired: (flags & 0x0100) !== 0,
    recursionAvailable: (flags & 0x0080) !== 0,
    authenticatedData: (flags & 0x0020) !== 0,
    checkingDisabled: (flags & 0x0010) !== 0,
    rcode: flags & 0xf,
  };
}

/** Reads a whole message. Throws where it is malformed; bytes behind it are ignored. */
export function decodeMessage(bytes: Buffer): Message {
  const header = decodeHeader(bytes);
  const counts = decodeCounts(bytes);
  const reader = new SectionReader(bytes);
  const questions: Question[] = [];
  for (let read = 0; read < counts.questions; read += 1) questions.push(reader.question());
  const answers = reader.records(counts.answers);
  const authorities = reader.records(counts.authorities);
  const additionals = reader.records(counts.additionals);
  const { edns } = reader;
  const message: Message = Object.assign(header, { questions, answers, authorities, additionals });
  return edns === undefined ? message : { ...message, edns };
}

class SectionReader {
  edns: Edns | undefined;
  readonly #bytes: Buffer;
  #at: number = HEADER_BYTES;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  question(): Question {
    const { name, end } = readName(this.#bytes, this.#at);
    this.#at = end + 4;
    return {
      name: withoutDot(name),
      type: typeName(this.#bytes.readUInt16BE(end)),
      class: className(this.#bytes.readUInt16BE(end + 2)),
    };
  }

  records(count: number): ResourceRecord[] {
    const records: ResourceRecord[] = [];
    for (let read = 0; read < count; read += 1) {
      const record = this.#record();
      if (record !== undefined) records.push(record);
    }
    return records;
  }

  #record(): ResourceRecord | undefined {
    const { name, end } = readName(this.#bytes, this.#at);
    const type = typeName(this.#bytes.readUInt16BE(end));
    const length = this.#bytes.readUInt16BE(end + 8);
    const start = end + 10;
    this.#at = start + length;
    if (this.#at > this.#bytes.length) throw new Error('a record ends beyond the message');
    if (type === 'OPT') {
      this.edns = readEdns(this.#bytes, end, length);
      return undefined;
    }
    const code = this.#bytes.readUInt16BE(end + 2);
    return {
      name: withoutDot(name),
      type,
      ttl: this.#bytes.readUInt32BE(end + 4),
      ...(code === 1 ? {} : { class: className(code) }),
      data: readRdata(type, this.#bytes, start, length),
    } as ResourceRecord;
  }
}

function readEdns(bytes: Buffer, fixed: number, length: number): Edns {
  const options: EdnsOption[] = [];
  const end = fixed + 10 + length;
  for (let at = fixed + 10; at < end; ) {
    const size = bytes.readUInt16BE(at + 2);
    if (at + 4 + size > end) throw new Error('an EDNS option ends beyond its record');
    options.push({ code: bytes.readUInt16BE(at), data: Buffer.from(bytes.subarray(at + 4, at + 4 + size)) });
    at += 4 + size;
  }
  return {
    udpSize: bytes.readUInt16BE(fixed + 2),
    extendedRcode: bytes[fixed + 4] ?? 0,
    version: bytes[fixed + 5] ?? 0,
    flags: bytes.readUInt16BE(fixed + 6),
    options,
  };
}
