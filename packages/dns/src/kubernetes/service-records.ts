/** SRV, CNAME, TXT and PTR records. */

import { sameName, withoutDot } from '../codec/domain-name.ts';
import type { ResourceRecord } from '../codec/resource-record.ts';
import { addressOfReverseName } from '../codec/reverse-name.ts';
import type { Row } from './cluster-objects.ts';
import { rowsOf } from './rows.ts';
import { addressRecord, type Found, type ZoneView } from './zone-view.ts';

/** The version of the DNS specification of Kubernetes, which `dns-version` gives. */
const SPECIFICATION_VERSION = '1.1.0';
const VERSION_TTL_SECONDS = 28_800;

/**
 * The SRV records of a name, and the addresses of their targets to go with them. Every row weighs the same, duplicates
 * included, and at least 1: CoreDNS counts rows before it drops duplicates.
 */
export function srvRecords(
  view: ZoneView,
  name: string,
): { readonly records: readonly ResourceRecord[]; readonly extra: readonly ResourceRecord[] } | undefined {
  const rows = rowsOf(view, name, 'SRV')?.filter(({ family }) => family !== 0);
  if (rows === undefined) return undefined;
  const { ttl } = view.options;
  // The same order of operations as the reference, whose rounding it thus shares.
  const weight = Math.max(1, Math.floor((100 / (rows.length * 100)) * 100));
  const records = new Map<string, ResourceRecord>();
  const extra = new Map<string, ResourceRecord>();
  for (const row of rows) {
    if (row.port === -1) continue;
    const target = `${row.owner}.${view.zone}`;
    const [place, address] = [`${target} ${row.port}`, `${target} ${row.host}`];
    if (!records.has(place))
      records.set(place, { name, type: 'SRV', ttl, data: { priority: 0, weight, port: row.port, target } });
    if (!extra.has(address)) extra.set(address, addressRecord(target, row, ttl));
  }
  return { records: [...records.values()], extra: [...extra.values()] };
}

/** The alias of an ExternalName Service, whether or not it leads anywhere. */
export function aliasRecords(view: ZoneView, name: string): Found<ResourceRecord> {
  const rows = rowsOf(view, name, 'CNAME');
  const first: Row | undefined = rows?.[0];
  if (first === undefined || first.family !== 0) return rows && [];
  return [{ name, type: 'CNAME', ttl: view.options.ttl, data: withoutDot(first.host) }];
}

/**
 * TXT: the zone has one such record, its version. Where anything has a record of another type there is no text; names
 * that only exist through others count as missing, a quirk of CoreDNS.
 */
export function textRecords(view: ZoneView, name: string): Found<ResourceRecord> {
  if (sameName(name, `dns-version.${view.zone}`))
    return [{ name, type: 'TXT', ttl: VERSION_TTL_SECONDS, data: [SPECIFICATION_VERSION] }];
  const rows = rowsOf(view, name, 'TXT');
  return rows === undefined || rows.length === 0 ? undefined : [];
}

/** The names that an address goes by: the Service that owns it, or else one name per Service that has it as endpoint. */
export function reverseRecords(view: ZoneView, name: string): Found<ResourceRecord> {
  const address = addressOfReverseName(name.toLowerCase());
  if (address === undefined) return rowsOf(view, name, 'PTR') && [];
  const names = [...new Set(ownersOf(view, address))];
  if (names.length === 0) return undefined;
  const { zone, ttl } = view.options;
  return names.map((owner) => ({ name, type: 'PTR', ttl, data: `${owner}.${zone}` }));
}

function* ownersOf({ index, options }: ZoneView, address: string): Iterable<string> {
  const exposed = (key: string): boolean => options.namespaces?.has(key.slice(0, key.indexOf('/'))) !== false;
  for (const key of index.servicesWithIp(address)) {
    if (!exposed(key)) continue;
    const [namespace, name] = key.split('/');
    yield `${name}.${namespace}.svc`;
    return;
  }
  for (const key of index.slicesWithIp(address)) {
    if (!exposed(key)) continue;
    for (const { ip, owner } of index.slice(key)?.addresses ?? []) if (ip === address) yield owner;
  }
}
