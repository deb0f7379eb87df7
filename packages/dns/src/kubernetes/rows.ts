/** Finds the rows behind a name: the step that every type of query shares. */
import { ipVersionOf } from '@towtank/apimachinery';
import { type Row, undashedIp } from './cluster-objects.ts';
import { nameServerAddresses } from './name-servers.ts';
import { parseQueryName, type QueryName } from './query-name.ts';
import type { Found, ZoneView } from './zone-view.ts';

/**
 * The rows of a name in or below the zone, for queries of the given type; undefined where the name does not exist. Names
 * are matched regardless of case.
 */
export function rowsOf(view: ZoneView, name: string, type: string): Found<Row> {
  const [lowerName, lowerZone] = [name.toLowerCase(), view.zone.toLowerCase()];
  // CoreDNS knows its own name only where the query spells the zone in lower case.
  if (view.zone === lowerZone && lowerName === `ns.dns.${lowerZone}`) return nameServerRows(view, type);
  const query = parseQueryName(lowerName, lowerZone);
  if (query === undefined) return undefined;
  if (query.kind === 'node' && query.namespace === '') return [];
  if (lowerZone !== view.options.zone || !namespaceExists(view, query.namespace)) return undefined;
  if (query.name === '') return [];
  return query.kind === 'pod' ? podRows(view, query) : serviceRows(view, query);
}

/** Whether the server answers for the namespace. */
export const namespaceExists = ({ index, options }: ZoneView, namespace: string): boolean =>
  options.namespaces?.has(namespace) !== false && index.hasNamespace(namespace);

function nameServerRows(view: ZoneView, type: string): Row[] {
  const family = type === 'A' ? 4 : type === 'AAAA' ? 6 : undefined;
  const rows = nameServerAddresses(view).filter((row) => row.family === family);
  return rows.map(({ host }) => ({ ...plainRow('ns.dns', host), port: 0 }));
}

function podRows({ index, options }: ZoneView, { name, namespace }: QueryName): Found<Row> {
  const ip = undashedIp(name);
  const known =
    options.pods === 'verified' ? index.hasPodIp(namespace, ip) : options.pods === 'insecure' && ipVersionOf(ip) !== 0;
  return known ? [plainRow(`${name}.${namespace}.pod`, ip)] : undefined;
}

function serviceRows({ index, options }: ZoneView, query: QueryName): Found<Row> {
  const entry = index.service(`${query.namespace}/${query.name}`);
  if (entry === undefined) return undefined;
  const { kind } = entry.service;
  if (kind === 'external') {
    const beyond = query.endpoint !== '' || query.port !== '' || query.protocol !== '';
    return beyond ? undefined : unlessEmpty(entry.serviceRows);
  }
  if (kind === 'virtual' && options.ignoreEmptyServices && entry.endpointRows.length === 0) return undefined;
  if (query.endpoint !== '') return unlessEmpty(entry.endpointRowsOf(query.endpoint));
  const rows = kind === 'headless' ? entry.endpointRows : entry.serviceRows;
  if (query.port === '' && query.protocol === '') return unlessEmpty(rows);
  return unlessEmpty(rows.filter((row) => matchesPort(row, query)));
}

/** An empty label is a wildcard: `_._tcp.web` asks for every TCP port. */
const matchesPort = (row: Row, { port, protocol }: QueryName): boolean =>
  (port === '' || port === row.portName) && (protocol === '' || protocol === row.protocol);

/** A Service without a row to give does not exist for DNS. */
const unlessEmpty = (rows: readonly Row[]): Found<Row> => (rows.length === 0 ? undefined : rows);

const plainRow = (owner: string, host: string): Row => ({
  owner,
  host,
  family: ipVersionOf(host),
  port: 0,
  portName: '',
  protocol: '',
  label: '',
});
