/** The name servers of the zone: the Services that front this server, or its own addresses. */
import { canonicalIp, ipVersionOf } from '@towtank/apimachinery';
import type { ResourceRecord } from '../codec/resource-record.ts';
import { addressRecord, type ZoneView } from './zone-view.ts';

/** An address of a name server. */
export interface NameServerAddress {
  /** A full name, in the query's spelling of the zone. */
  readonly name: string;
  readonly host: string;
  readonly family: 0 | 4 | 6;
}

/**
 * Where one of the server's own addresses is a ready endpoint, the Services of that endpoint are the name servers; else
 * it is `ns.dns` with those addresses. Without any address the zone has no name server.
 */
export function nameServerAddresses({ index, options, zone }: ZoneView): NameServerAddress[] {
  const found: NameServerAddress[] = [];
  let fronted = false;
  for (const address of options.localAddresses) {
    for (const key of index.slicesWithIp(canonicalIp(address) ?? address)) {
      fronted = true;
      const slice = index.slice(key);
      const entry = slice && index.service(slice.serviceKey);
      if (entry === undefined) continue;
      const rows = entry.service.kind === 'headless' ? slice?.rows : entry.serviceRows;
      for (const { owner, host, family } of rows ?? [])
        if (family !== 0) found.push({ name: `${owner}.${zone}`, host, family });
    }
  }
  const unique = new Map(found.map((server) => [`${server.name} ${server.host}`, server]));
  if (fronted) return [...unique.values()];
  return options.localAddresses.map((host) => ({ name: `ns.dns.${zone}`, host, family: ipVersionOf(host) }));
}

/** The NS records of the zone and, beside them, the addresses of the servers that they name. */
export function nameServerRecords(view: ZoneView): { records: ResourceRecord[]; extra: ResourceRecord[] } {
  const { ttl } = view.options;
  const servers = nameServerAddresses(view);
  const names = [...new Set(servers.map(({ name }) => name))];
  return {
    records: names.map((data) => ({ name: view.zone, type: 'NS', ttl, data })),
    extra: servers.map((server) => addressRecord(server.name, server, ttl)),
  };
}
