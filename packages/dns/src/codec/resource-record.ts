/** Resource records as values. */

interface RecordHeader {
  /** The owner, without a dot at its end. */
  readonly name: string;
  /** Seconds for which the record may be kept. */
  readonly ttl: number;
  /** `IN` where absent. */
  readonly class?: string;
}

/** An address: `A` or `AAAA`. */
export interface AddressRecord extends RecordHeader {
  readonly type: 'A' | 'AAAA';
  readonly data: string;
}

/** A record whose data is a name. */
export interface NameRecord extends RecordHeader {
  readonly type: 'CNAME' | 'NS' | 'PTR' | 'DNAME';
  readonly data: string;
}

/** The location of a service. */
export interface SrvRecord extends RecordHeader {
  readonly type: 'SRV';
  readonly data: SrvData;
}

/** The data of an SRV record. */
export interface SrvData {
  readonly priority: number;
  readonly weight: number;
  readonly port: number;
  readonly target: string;
}

/** The start of a zone's authority. */
export interface SoaRecord extends RecordHeader {
  readonly type: 'SOA';
  readonly data: SoaData;
}

/** The data of an SOA record; times in seconds. */
export interface SoaData {
  readonly mname: string;
  readonly rname: string;
  readonly serial: number;
  readonly refresh: number;
  readonly retry: number;
  readonly expire: number;
  readonly minimum: number;
}

/** Texts of at most 255 bytes each. */
export interface TxtRecord extends RecordHeader {
  readonly type: 'TXT';
  readonly data: readonly string[];
}

/** A mail exchange. */
export interface MxRecord extends RecordHeader {
  readonly type: 'MX';
  readonly data: { readonly preference: number; readonly exchange: string };
}

/** The types whose data has no type of its own here. Those without a mnemonic are written as in RFC 3597. */
export type OtherType =
  | 'CAA'
  | 'CERT'
  | 'DNSKEY'
  | 'DS'
  | 'HINFO'
  | 'HTTPS'
  | 'LOC'
  | 'NAPTR'
  | 'NSEC'
  | 'NSEC3'
  | 'NULL'
  | 'RP'
  | 'RRSIG'
  | 'SSHFP'
  | 'SVCB'
  | 'TLSA'
  | 'URI'
  | `TYPE${number}`;

/** A record of any other type: its data as bytes of the wire, or as the npm package dns-packet describes that type. */
export interface OtherRecord extends RecordHeader {
  readonly type: OtherType;
  readonly data: Uint8Array | Readonly<Record<string, unknown>>;
}

/** A record whose type is known here. Narrow by `type`. */
export type KnownRecord = AddressRecord | NameRecord | SrvRecord | SoaRecord | TxtRecord | MxRecord;

/** Any record. */
export type ResourceRecord = KnownRecord | OtherRecord;

const KNOWN = new Set(['A', 'AAAA', 'CNAME', 'NS', 'PTR', 'DNAME', 'SRV', 'SOA', 'TXT', 'MX']);

/** Narrows to the records whose data has a type of its own. */
export const isKnownRecord = (record: ResourceRecord): record is KnownRecord => KNOWN.has(record.type);

/** A record as one line, as zone files write it: `web.shop.svc.cluster.local 5 A 10.96.0.7`. */
export function formatRecord(record: ResourceRecord): string {
  return `${record.name} ${record.ttl} ${record.type} ${formatData(record)}`;
}

function formatData(record: ResourceRecord): string {
  if (!isKnownRecord(record))
    return record.data instanceof Uint8Array ? Buffer.from(record.data).toString('hex') : JSON.stringify(record.data);
  switch (record.type) {
    case 'SRV':
      return `${record.data.priority} ${record.data.weight} ${record.data.port} ${record.data.target}`;
    case 'SOA': {
      const { mname, rname, serial, refresh, retry, expire, minimum } = record.data;
      return `${mname} ${rname} ${serial} ${refresh} ${retry} ${expire} ${minimum}`;
    }
    case 'MX':
      return `${record.data.preference} ${record.data.exchange}`;
    case 'TXT':
      return record.data.map((text) => JSON.stringify(text)).join(' ');
    default:
      return record.data;
  }
}
