/**
 * The data of records, to and from the wire. Types that matter to a cluster are coded here, because their names may be
 * compressed; dns-packet codes the rest, and what it does not know stays bytes. Nothing else touches that package.
 */
import { formatIp, parseIp } from '@towtank/apimachinery';
import packet from 'dns-packet';
import { readName } from './domain-name.ts';
import type { MessageWriter } from './message-writer.ts';
import type { AddressRecord, KnownRecord, ResourceRecord, SoaData } from './resource-record.ts';
import { isKnownRecord } from './resource-record.ts';

const ADDRESS_BYTES = { A: 4, AAAA: 16 } as const;

/** What dns-packet offers for one record type; its published types leave this out. */
interface ForeignCodec {
  encode(data: unknown): Buffer;
  decode(bytes: Buffer, offset: number): unknown;
}

const foreignCodec = (type: string): ForeignCodec | undefined => {
  const { record, unknown } = packet as unknown as { record(type: string): ForeignCodec; unknown: ForeignCodec };
  const codec = record(type);
  return codec === unknown ? undefined : codec;
};

/** Writes the data of a record, without its length. */
export function writeRdata(writer: MessageWriter, record: ResourceRecord): void {
  if (isKnownRecord(record)) return writeKnown(writer, record);
  if (record.data instanceof Uint8Array) return writer.bytes(record.data);
  const codec = foreignCodec(record.type);
  if (codec === undefined) throw new Error(`records of type ${record.type} take their data as bytes`);
  // The codec fills in what is missing, so it gets a copy.
  writer.bytes(codec.encode({ ...record.data }).subarray(2));
}

/** Reads the data of a record of the given type: `length` bytes at `offset`, names in it resolved. */
export function readRdata(type: string, bytes: Buffer, offset: number, length: number): ResourceRecord['data'] {
  const end = offset + length;
  switch (type) {
    case 'A':
    case 'AAAA':
      return readAddress(type, bytes.subarray(offset, end));
    case 'CNAME':
    case 'NS':
    case 'PTR':
    case 'DNAME':
      return readName(bytes, offset).name;
    case 'SRV':
      return {
        priority: bytes.readUInt16BE(offset),
        weight: bytes.readUInt16BE(offset + 2),
        port: bytes.readUInt16BE(offset + 4),
        target: readName(bytes, offset + 6).name,
      };
    case 'MX':
      return { preference: bytes.readUInt16BE(offset), exchange: readName(bytes, offset + 2).name };
    case 'SOA':
      return readSoa(bytes, offset);
    case 'TXT':
      return readTexts(bytes, offset, end);
    default:
      return readForeign(type, bytes, offset, end);
  }
}

function writeKnown(writer: MessageWriter, record: KnownRecord): void {
  switch (record.type) {
    case 'A':
    case 'AAAA':
      return writeAddress(writer, record);
    case 'SRV':
      writer.uint16(record.data.priority);
      writer.uint16(record.data.weight);
      writer.uint16(record.data.port);
      // RFC 2782 forbids to compress the target; later names may still point into it.
      return writer.name(record.data.target, { compress: false });
    case 'MX':
      writer.uint16(record.data.preference);
      return writer.name(record.data.exchange);
    case 'SOA':
      return writeSoa(writer, record.data);
    case 'TXT':
      for (const text of record.data) writer.characterString(text);
      return;
    case 'DNAME':
      return writer.name(record.data, { compress: false });
    default:
      return writer.name(record.data);
  }
}

function writeAddress(writer: MessageWriter, { type, data }: AddressRecord): void {
  const bytes = parseIp(data);
  if (bytes.length !== ADDRESS_BYTES[type]) throw new Error(`${data} is no address for a record of type ${type}`);
  writer.bytes(bytes);
}

function writeSoa(writer: MessageWriter, soa: SoaData): void {
  writer.name(soa.mname);
  writer.name(soa.rname);
  for (const number of [soa.serial, soa.refresh, soa.retry, soa.expire, soa.minimum]) writer.uint32(number);
}

function readAddress(type: 'A' | 'AAAA', bytes: Buffer): string {
  if (bytes.length !== ADDRESS_BYTES[type]) throw new Error(`an ${type} record holds ${bytes.length} bytes`);
  return formatIp(bytes);
}

function readSoa(bytes: Buffer, offset: number): SoaData {
  const mname = readName(bytes, offset);
  const rname = readName(bytes, mname.end);
  const [serial = 0, refresh = 0, retry = 0, expire = 0, minimum = 0] = [0, 4, 8, 12, 16].map((step) =>
    bytes.readUInt32BE(rname.end + step),
  );
  return { mname: mname.name, rname: rname.name, serial, refresh, retry, expire, minimum };
}

function readTexts(bytes: Buffer, offset: number, end: number): string[] {
  const texts: string[] = [];
  for (let at = offset; at < end; ) {
    const length = bytes[at] ?? 0;
    if (at + 1 + length > end) throw new Error('a text ends beyond its record');
    texts.push(bytes.toString('utf8', at + 1, at + 1 + length));
    at += 1 + length;
  }
  return texts;
}

function readForeign(type: string, bytes: Buffer, offset: number, end: number): Uint8Array | Record<string, unknown> {
  const codec = foreignCodec(type);
  const decoded = codec?.decode(bytes, offset - 2);
  if (typeof decoded === 'object' && decoded !== null && !Buffer.isBuffer(decoded))
    return decoded as Record<string, unknown>;
  return Buffer.from(bytes.subarray(offset, end));
}
