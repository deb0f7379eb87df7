/** What the answering functions share: the cluster seen through one query for one zone. */
import type { ResourceRecord, SoaRecord } from '../codec/resource-record.ts';
import type { DnsResponse } from '../handler.ts';
import type { ClusterIndex } from './cluster-index.ts';
import type { Row } from './cluster-objects.ts';

/** How the pods of a namespace appear in DNS. */
export type PodMode = 'disabled' | 'insecure' | 'verified';

/** The settings that shape answers. */
export interface ZoneOptions {
  /** The cluster's domain, in lower case. */
  readonly zone: string;
  /** Seconds. */
  readonly ttl: number;
  readonly pods: PodMode;
  /** Only these namespaces are answered for; undefined means all. */
  readonly namespaces: ReadonlySet<string> | undefined;
  /** Whether a Service with cluster IPs but without ready endpoints does not exist. */
  readonly ignoreEmptyServices: boolean;
  /** The addresses, loopback ones aside, under which clients know the server. */
  readonly localAddresses: readonly string[];
}

/** One zone as the query at hand spells it. */
export interface ZoneView {
  readonly index: ClusterIndex;
  readonly options: ZoneOptions;
  /** In the query's spelling: CoreDNS hands it on to the names it makes. */
  readonly zone: string;
  /** Resolves a name outside of the zone through the whole chain. Rejects where that fails. */
  readonly lookup: (name: string, type: string) => Promise<DnsResponse | undefined>;
}

/** Records, or undefined where the name does not exist. None at all means that it exists without data of the type. */
export type Found<T> = readonly T[] | undefined;

/** An address record for the row's host. */
export const addressRecord = (name: string, row: Pick<Row, 'host' | 'family'>, ttl: number): ResourceRecord => ({
  name,
  type: row.family === 6 ? 'AAAA' : 'A',
  ttl,
  data: row.host,
});

const SOA_TTL_LIMIT = 300;

/** The start of authority that the zone and every negative answer carry. */
export function soaRecord({ index, options, zone }: Pick<ZoneView, 'index' | 'options' | 'zone'>): SoaRecord {
  return {
    name: zone,
    type: 'SOA',
    ttl: Math.min(options.ttl, SOA_TTL_LIMIT),
    data: {
      mname: `ns.dns.${zone}`,
      rname: `hostmaster.${zone}`,
      serial: index.serial,
      refresh: 7200,
      retry: 1800,
      expire: 86_400,
      minimum: options.ttl,
    },
  };
}
