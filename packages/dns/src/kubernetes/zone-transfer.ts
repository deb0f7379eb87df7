/** All records of the zone, as AXFR gives them. */

import { withoutDot } from '../codec/domain-name.ts';
import type { ResourceRecord } from '../codec/resource-record.ts';
import type { Row } from './cluster-objects.ts';
import { nameServerRecords } from './name-servers.ts';
import { namespaceExists } from './rows.ts';
import type { ServiceEntry } from './service-entry.ts';
import { addressRecord, soaRecord, type ZoneView } from './zone-view.ts';

/** The zone between two copies of its SOA: name servers first, then Services by name. */
export function transferRecords(view: ZoneView): ResourceRecord[] {
  const soa = soaRecord(view);
  const servers = nameServerRecords(view);
  const services = [...view.index.services()]
    .filter(({ service }) => namespaceExists(view, service.namespace))
    .sort((a, b) => compare(a.service.name, b.service.name) || compare(a.service.namespace, b.service.namespace));
  const records = services.flatMap((entry) => recordsOf(view, entry));
  return [soa, ...servers.records, ...servers.extra, ...records, soa];
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

function recordsOf(view: ZoneView, entry: ServiceEntry): ResourceRecord[] {
  switch (entry.service?.kind) {
    case 'virtual':
      return virtualRecords(view, entry.serviceRows);
    case 'headless':
      return headlessRecords(view, entry.endpointRows);
    default:
      return entry.serviceRows.map((row) => ({
        name: `${row.owner}.${view.zone}`,
        type: 'CNAME',
        ttl: view.options.ttl,
        data: withoutDot(row.host),
      }));
  }
}

function virtualRecords({ zone, options: { ttl } }: ZoneView, rows: readonly Row[]): ResourceRecord[] {
  const addresses = new Map(rows.map((row) => [row.host, addressRecord(`${row.owner}.${zone}`, row, ttl)]));
  const ports = new Map(rows.map((row) => [`${row.protocol}/${row.port}`, row]));
  const locations = [...ports.values()].flatMap((row) => {
    const target = `${row.owner}.${zone}`;
    const srv = (name: string): ResourceRecord => srvRecord(name, { target, port: row.port, weight: 100, ttl });
    return row.portName === '' ? [srv(target)] : [srv(target), srv(portName(row, target))];
  });
  return [...addresses.values(), ...locations];
}

function headlessRecords({ zone, options: { ttl } }: ZoneView, rows: readonly Row[]): ResourceRecord[] {
  const endpoints = new Set(rows.map(({ owner, host }) => `${owner} ${host}`)).size;
  const weight = Math.max(1, Math.floor((100 / (endpoints * 100)) * 100));
  const seen = new Set<string>();
  return rows.flatMap((row) => {
    const target = `${row.owner}.${zone}`;
    const service = target.slice(target.indexOf('.') + 1);
    const addresses = [addressRecord(service, row, ttl), addressRecord(target, row, ttl)];
    const place = `${target} ${row.host}`;
    const fresh = seen.has(place) ? [] : addresses;
    seen.add(place);
    if (row.portName === '') return fresh;
    return [...fresh, srvRecord(portName(row, service), { target, port: row.port, weight, ttl })];
  });
}

const portName = ({ protocol, portName: name }: Row, service: string): string => `_${name}._${protocol}.${service}`;

const srvRecord = (
  name: string,
  { target, port, weight, ttl }: { target: string; port: number; weight: number; ttl: number },
): ResourceRecord => ({ name, type: 'SRV', ttl, data: { priority: 0, weight, port, target } });
