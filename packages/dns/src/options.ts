/** Everything that can be set about the server, with its defaults. */
import type { Activity, Clock, Random } from '@towtank/apimachinery';
import type { KubeClient } from '@towtank/client';
import type { DnsRequest, Plugin } from './handler.ts';
import type { InformerSource } from './kubernetes/informer-source.ts';
import type { PodMode } from './kubernetes/zone-view.ts';
import type { CacheOptions } from './plugins/cache.ts';
import type { UpstreamResolver } from './plugins/forward.ts';
import type { LoadBalanceMode } from './plugins/loadbalance.ts';
import type { RewriteRule } from './plugins/rewrite.ts';
import type { TransferOptions } from './plugins/transfer.ts';

/** How the server is started. Either informers or a client must be given. */
export interface DnsOptions {
  /** Informers that somebody else starts and closes. */
  readonly informers?: InformerSource;
  /** A client to make informers with; the server starts and closes them. Ignored where `informers` are given. */
  readonly client?: KubeClient;
  /** Default: the machine's clock. */
  readonly clock?: Clock;
  /** Counts queries to the upstream as work in progress. */
  readonly activity?: Activity;
  /** For query ids, the `random` order of addresses and the probability of faults. */
  readonly random?: Random;
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** UDP and TCP. Default 0: any port that is free for both. */
  readonly port?: number;
  /** The domain of the cluster. Default `cluster.local`. */
  readonly zone?: string;
  /** Seconds that answers may be kept, 0 to 3600. Default 5. */
  readonly ttl?: number;
  /** Default `verified`. */
  readonly pods?: PodMode;
  /**
   * Address ranges (`10.96.0.0/16`) or reverse zones for which the server alone decides: an address without a name does
   * not exist. Default: the usual Service and pod ranges, {@link DEFAULT_REVERSE_ZONES}.
   */
  readonly reverseZones?: readonly string[];
  /** Whether reverse names outside of those zones are answered where an endpoint has the address. Default true. */
  readonly reverseAnywhere?: boolean;
  /** The zones that the server serves at all; names elsewhere are REFUSED. Default `['.']`: every name. */
  readonly serve?: readonly string[];
  /** Answer only for these namespaces. Default: all. */
  readonly namespaces?: readonly string[];
  /** Whether a Service with a cluster IP but without ready endpoints does not exist. Default false. */
  readonly ignoreEmptyServices?: boolean;
  /** Whether an endpoint without a hostname is named after its pod instead of its address. Default false. */
  readonly endpointPodNames?: boolean;
  /** The addresses, loopback ones aside, under which clients know the server: its pod IP. They make its NS records. */
  readonly localAddresses?: readonly string[];
  /**
   * Who resolves everything else: a function, or the address of a DNS server. Without one such queries get SERVFAIL, and
   * nothing ever leaves the machine.
   */
  readonly upstream?: UpstreamResolver | { readonly host: string; readonly port: number };
  /** Milliseconds to wait for an upstream server. Default 2000. */
  readonly upstreamTimeoutMs?: number;
  /** Names with fixed addresses; they win over the cluster. */
  readonly hosts?: Readonly<Record<string, string | readonly string[]>>;
  /** Rules that turn one question into another. */
  readonly rewrite?: readonly RewriteRule[];
  /** Keeps answers for their TTL. Default: off. */
  readonly cache?: boolean | CacheOptions;
  /** Changes the order of addresses from answer to answer. Default: off. */
  readonly loadBalance?: false | LoadBalanceMode;
  /** Lets clients have the whole zone. Default: off. */
  readonly transfer?: TransferOptions;
  /** Plugins of your own; they are asked before all others. With any, every query goes down the whole chain. */
  readonly plugins?: readonly Plugin[];
  /** Told of whatever goes wrong while a query is answered; the client gets SERVFAIL. */
  readonly onError?: (error: unknown, request?: DnsRequest) => void;
  /** Queries kept in the log. Default 10,000. */
  readonly queryLogLimit?: number;
  /** Milliseconds after which an idle TCP connection is closed. Default 8000. */
  readonly tcpIdleMs?: number;
}

/** Where Services and pods of a towtank cluster live, unless told otherwise. */
export const DEFAULT_REVERSE_ZONES: readonly string[] = ['10.96.0.0/16', '10.244.0.0/16', 'fd00:10:96::/112'];

/** The domain of a cluster that nobody has named otherwise. */
export const DEFAULT_ZONE = 'cluster.local';

/** The defaults of the plain settings. */
export const DNS_DEFAULTS: Readonly<{
  host: string;
  port: number;
  ttl: number;
  upstreamTimeoutMs: number;
  queryLogLimit: number;
  tcpIdleMs: number;
}> = {
  host: '127.0.0.1',
  port: 0,
  ttl: 5,
  upstreamTimeoutMs: 2_000,
  queryLogLimit: 10_000,
  tcpIdleMs: 8_000,
};

/** The longest TTL that may be set, in seconds. */
export const MAX_TTL_SECONDS = 3_600;
