/** The chain of handlers that answers a query: each plugin answers by itself or asks the next. */
import type { Question } from './codec/message.ts';
import type { ResourceRecord } from './codec/resource-record.ts';

/** Who asks. */
export interface QueryClient {
  /** `local` for queries made inside the process, without a socket. */
  readonly transport: 'udp' | 'tcp' | 'local';
  readonly address: string;
  readonly port: number;
  /** `namespace/name` of the pod that asks, where that is known. */
  readonly pod?: string;
}

/** A query on its way down the chain. */
export interface DnsRequest {
  readonly question: Question;
  readonly client: QueryClient;
  /** The authority section of the query: the serial of an incremental transfer. */
  readonly authorities: readonly ResourceRecord[];
  /** How many names were asked on behalf of the same query before this one. */
  readonly depth: number;
}

/** What goes back. The server adds the id, the question and EDNS, and cuts the answer to what the client takes. */
export interface DnsResponse {
  /** A mnemonic: `NOERROR`, `NXDOMAIN`, … */
  readonly rcode: string;
  readonly authoritative: boolean;
  readonly answers: readonly ResourceRecord[];
  readonly authorities: readonly ResourceRecord[];
  readonly additionals: readonly ResourceRecord[];
  readonly truncated?: boolean;
  readonly recursionAvailable?: boolean;
  readonly authenticatedData?: boolean;
  /**
   * The same question gets the same answer until the state of the server changes, so the encoded answer may be kept.
   * Whoever answers from a clock, a counter, a die or a neighbour leaves it out.
   */
  readonly stable?: boolean;
}

/** Answers a query; undefined means that nothing is sent. */
export type Handler = (request: DnsRequest) => Promise<DnsResponse | undefined>;

/** A link of the chain: wraps the handlers behind it. */
export type Plugin = (next: Handler) => Handler;

/** Links plugins in order, the first one nearest to the client. */
export const chain = (plugins: readonly Plugin[], last: Handler): Handler =>
  plugins.reduceRight((next, plugin) => plugin(next), last);

/** A response from its parts; what is left out is empty, and the response code NOERROR. */
export const respond = (parts: Partial<DnsResponse>): DnsResponse => ({
  rcode: 'NOERROR',
  authoritative: false,
  answers: [],
  authorities: [],
  additionals: [],
  ...parts,
});

/** A bare refusal of whatever kind the code says. */
export const respondError = (rcode: string): DnsResponse => respond({ rcode });

/** The end of the chain when nothing else is there: SERVFAIL, as CoreDNS answers when no plugin is left to ask. */
export const noPluginLeft: Handler = async () => respond({ rcode: 'SERVFAIL', stable: true });
