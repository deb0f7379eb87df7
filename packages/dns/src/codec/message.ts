/** DNS messages as values: the header, the question, the sections and the EDNS pseudo record. */
import type { ResourceRecord } from './resource-record.ts';

/** What a client asks. */
export interface Question {
  /** As the client spelled it, without a dot at its end. */
  readonly name: string;
  /** A mnemonic such as `A`, or `TYPE65280`. */
  readonly type: string;
  /** `IN`, but for curious clients. */
  readonly class: string;
}

/** An EDNS option. */
export interface EdnsOption {
  readonly code: number;
  readonly data: Uint8Array;
}

/** The OPT pseudo record (RFC 6891). */
export interface Edns {
  /** The size of the datagrams that the sender takes, in bytes. */
  readonly udpSize: number;
  readonly version: number;
  /** The upper eight bits of the response code. */
  readonly extendedRcode: number;
  /** The lower sixteen bits of the TTL field; the highest one is DO. */
  readonly flags: number;
  readonly options: readonly EdnsOption[];
}

/** The bits and numbers of a header but for its counts. */
export interface Header {
  readonly id: number;
  readonly response: boolean;
  /** 0 for a query, 4 for NOTIFY, 5 for UPDATE. */
  readonly opcode: number;
  readonly authoritative: boolean;
  readonly truncated: boolean;
  readonly recursionDesired: boolean;
  readonly recursionAvailable: boolean;
  readonly authenticatedData: boolean;
  readonly checkingDisabled: boolean;
  /** The lower four bits of the response code. */
  readonly rcode: number;
}

/** A whole message. */
export interface Message extends Header {
  readonly questions: readonly Question[];
  readonly answers: readonly ResourceRecord[];
  readonly authorities: readonly ResourceRecord[];
  /** Without the OPT record, which is `edns`. */
  readonly additionals: readonly ResourceRecord[];
  readonly edns?: Edns;
}

/** The option codes of EDNS that a response may echo. */
export const EDNS_OPTION = { nsid: 3, expire: 9, cookie: 10, tcpKeepalive: 11, padding: 12 } as const;
