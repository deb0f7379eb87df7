/** A and AAAA: addresses of Services, endpoints and pods; ExternalName Services are followed to theirs. */
import { isInZone, sameName, withoutDot } from '../codec/domain-name.ts';
import type { ResourceRecord } from '../codec/resource-record.ts';
import type { Row } from './cluster-objects.ts';
import { rowsOf } from './rows.ts';
import { addressRecord, type ZoneView } from './zone-view.ts';

/** The longest chain of aliases that is followed. */
const CHAIN_LIMIT = 10;

/** What was found, and whether the cluster alone gave it. */
export interface AddressAnswer {
  readonly records: readonly ResourceRecord[];
  /** The upstream's answer was cut short. */
  readonly truncated: boolean;
  /** Somebody outside of the zone was asked. */
  readonly foreign: boolean;
}

interface AddressQuery {
  readonly name: string;
  readonly type: string;
  /** The targets of the aliases that led here. */
  readonly chain: readonly string[];
}

/**
 * The address records of a name; undefined where it does not exist. An alias is given together with what it leads to.
 * Inside of the zone an alias that leads nowhere, or in a circle, is left out; outside of it the alias stands alone,
 * unless the lookup itself failed: then it is left out, too.
 */
export async function addressRecords(view: ZoneView, query: AddressQuery): Promise<AddressAnswer | undefined> {
  const rows = rowsOf(view, query.name, query.type);
  if (rows === undefined) return undefined;
  const family = query.type === 'A' ? 4 : 6;
  const hosts = new Set<string>();
  const records: ResourceRecord[] = [];
  let [truncated, foreign] = [false, false];
  for (const row of rows) {
    if (row.family === 0) {
      const followed = await follow(view, query, row);
      records.push(...followed.records);
      truncated ||= followed.truncated;
      foreign ||= followed.foreign;
    } else if (row.family === family && !hosts.has(row.host)) {
      hosts.add(row.host);
      records.push(addressRecord(query.name, row, view.options.ttl));
    }
  }
  return { records, truncated, foreign };
}

const NOTHING: AddressAnswer = { records: [], truncated: false, foreign: false };

async function follow(view: ZoneView, { name, type, chain }: AddressQuery, row: Row): Promise<AddressAnswer> {
  const target = withoutDot(row.host);
  // A target at or below the name that is asked for could only lead back here.
  if (isInZone(target.toLowerCase(), name.toLowerCase())) return NOTHING;
  if (chain.length > CHAIN_LIMIT || chain.some((earlier) => sameName(earlier, target))) return NOTHING;
  const alias: ResourceRecord = { name, type: 'CNAME', ttl: view.options.ttl, data: target };
  if (isInZone(target.toLowerCase(), view.zone.toLowerCase())) {
    const found = await addressRecords(view, { name: target, type, chain: [...chain, target] });
    if (found === undefined || found.records.length === 0) return { ...NOTHING, foreign: found?.foreign ?? false };
    return { ...found, records: [alias, ...found.records] };
  }
  const response = await view.lookup(target, type).catch(() => undefined);
  if (response === undefined) return { ...NOTHING, foreign: true };
  return { records: [alias, ...response.answers], truncated: response.truncated ?? false, foreign: !response.stable };
}
