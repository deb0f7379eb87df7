/** From messages to bytes, cut to the size that the other side takes. */
import { HEADER_BYTES } from './decode-message.ts';
import type { Edns, Message } from './message.ts';
import { MessageWriter } from './message-writer.ts';
import { writeRdata } from './rdata.ts';
import { classNumber, typeNumber } from './registry.ts';
import type { ResourceRecord } from './resource-record.ts';

/** How a message is written. */
export interface EncodeOptions {
  /** The most bytes that the receiver takes. */
  readonly maxBytes: number;
  /** Names are compressed in messages longer than this, even though they would fit. Default: never. */
  readonly compressAbove?: number;
  /** Bytes to leave free in front of the message. */
  readonly prefix?: number;
}

/** The most bytes a message can have on a stream. */
export const MAX_MESSAGE_BYTES = 65_535;

const TRUNCATED_FLAG = 0x0200;

/**
 * Writes a message. As long as it fits, names are spelled out, as CoreDNS does it; where it does not, they are
 * compressed; where that does not help, records are left out from the end, the rest of the sections with them, and TC is
 * set. The EDNS record always stays.
 */
export function encodeMessage(
  message: Message,
  { maxBytes, compressAbove = Number.POSITIVE_INFINITY, prefix = 0 }: EncodeOptions,
): Buffer {
  const plain = write(message, { compress: false, maxBytes: Number.POSITIVE_INFINITY });
  if (plain.length <= Math.min(maxBytes, compressAbove)) return plain.finish(prefix);
  return write(message, { compress: true, maxBytes }).finish(prefix);
}

function write(message: Message, { compress, maxBytes }: { compress: boolean; maxBytes: number }): MessageWriter {
  const writer = new MessageWriter({ compress });
  writeHeader(writer, message);
  for (const { name, type, class: klass } of message.questions) {
    writer.name(name);
    writer.uint16(typeNumber(type));
    writer.uint16(classNumber(klass));
  }
  const budget = maxBytes - (message.edns === undefined ? 0 : ednsLength(message.edns));
  const sections = [message.answers, message.authorities, message.additionals];
  let [full, written] = [false, 0];
  for (const [at, records] of sections.entries()) {
    written = full ? 0 : writeRecords(writer, records, budget);
    full ||= written < records.length;
    writer.patchUint16(6 + at * 2, written);
  }
  if (full) writer.patchUint16(2, headerFlags(message) | TRUNCATED_FLAG);
  if (message.edns !== undefined) {
    writeEdns(writer, message.edns);
    writer.patchUint16(10, written + 1);
  }
  return writer;
}

function writeHeader(writer: MessageWriter, message: Message): void {
  writer.uint16(message.id);
  writer.uint16(headerFlags(message));
  writer.uint16(message.questions.length);
  for (let at = writer.length; at < HEADER_BYTES; at += 2) writer.uint16(0);
}

function headerFlags(message: Message): number {
  const bit = (flag: boolean, mask: number): number => (flag ? mask : 0);
  return (
    bit(message.response, 0x8000) |
    (message.opcode << 11) |
    bit(message.authoritative, 0x0400) |
    bit(message.truncated, TRUNCATED_FLAG) |
    bit(message.recursionDesired, 0x0100) |
    bit(message.recursionAvailable, 0x0080) |
    bit(message.authenticatedData, 0x0020) |
    bit(message.checkingDisabled, 0x0010) |
    (message.rcode & 0xf)
  );
}

/** Writes as many records as fit, and says how many. */
function writeRecords(writer: MessageWriter, records: readonly ResourceRecord[], budget: number): number {
  for (const [at, record] of records.entries()) {
    const before = writer.length;
    writeRecord(writer, record);
    if (writer.length <= budget) continue;
    writer.rewind(before);
    return at;
  }
  return records.length;
}

function writeRecord(writer: MessageWriter, record: ResourceRecord): void {
  writer.name(record.name);
  writer.uint16(typeNumber(record.type));
  writer.uint16(record.class === undefined ? 1 : classNumber(record.class));
  writer.uint32(record.ttl);
  const start = writer.length;
  writer.uint16(0);
  writeRdata(writer, record);
  writer.patchUint16(start, writer.length - start - 2);
}

const ednsLength = ({ options }: Edns): number => options.reduce((sum, { data }) => sum + 4 + data.length, 11);

function writeEdns(writer: MessageWriter, edns: Edns): void {
  writer.uint8(0);
  writer.uint16(typeNumber('OPT'));
  writer.uint16(edns.udpSize);
  writer.uint8(edns.extendedRcode);
  writer.uint8(edns.version);
  writer.uint16(edns.flags);
  writer.uint16(ednsLength(edns) - 11);
  for (const { code, data } of edns.options) {
    writer.uint16(code);
    writer.uint16(data.length);
    writer.bytes(data);
  }
}
