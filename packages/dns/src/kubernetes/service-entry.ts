/** One Service and its slices, with the rows that queries pick from. */

import { ipVersionOf } from '@towtank/apimachinery';
import type { Row, ServiceRecord, SliceRecord } from './cluster-objects.ts';

/**
 * What is known under one `namespace/name`. Slices may come before their Service and outlive it. Derived lists are made
 * on first use after a change, so that a burst of slice updates costs one rebuild.
 */
export class ServiceEntry {
  #service: ServiceRecord | undefined;
  #serviceRows: readonly Row[] = [];
  readonly #slices = new Map<string, SliceRecord>();
  #endpointRows: readonly Row[] | undefined;
  #byLabel: ReadonlyMap<string, readonly Row[]> | undefined;

  get service(): ServiceRecord | undefined {
    return this.#service;
  }

  set service(service: ServiceRecord | undefined) {
    this.#service = service;
    this.#serviceRows = service === undefined ? [] : rowsOf(service);
  }

  /** Whether nothing is left to remember. */
  get empty(): boolean {
    return this.#service === undefined && this.#slices.size === 0;
  }

  /** The rows of the Service itself: its cluster IPs by port, or the name it stands for. */
  get serviceRows(): readonly Row[] {
    return this.#serviceRows;
  }

  /** The rows of all ready endpoints, in order of their slices. */
  get endpointRows(): readonly Row[] {
    this.#endpointRows ??= [...this.#slices.values()].flatMap(({ rows }) => rows);
    return this.#endpointRows;
  }

  /** The rows of the endpoints with the given first label, in lower case. */
  endpointRowsOf(label: string): readonly Row[] {
    this.#byLabel ??= groupByLabel(this.endpointRows);
    return this.#byLabel.get(label) ?? [];
  }

  setSlice(key: string, slice: SliceRecord): void {
    this.#slices.set(key, slice);
    this.#forget();
  }

  deleteSlice(key: string): void {
    this.#slices.delete(key);
    this.#forget();
  }

  #forget(): void {
    this.#endpointRows = undefined;
    this.#byLabel = undefined;
  }
}

function rowsOf({ namespace, name, kind, externalName, clusterIPs, ports }: ServiceRecord): Row[] {
  const owner = `${name}.${namespace}.svc`;
  const row = (host: string, { name: portName, port, protocol }: ServiceRecord['ports'][number]): Row => ({
    owner,
    host,
    family: ipVersionOf(host),
    port,
    portName,
    protocol,
    label: '',
  });
  if (kind === 'virtual') return ports.flatMap((port) => clusterIPs.map((ip) => row(ip, port)));
  // An external name that is an address is no name that a CNAME could point to: the Service has no record at all.
  if (kind === 'headless' || externalName === '' || ipVersionOf(externalName) !== 0) return [];
  return [row(externalName, { name: '', port: 0, protocol: '' })];
}

function groupByLabel(rows: readonly Row[]): ReadonlyMap<string, readonly Row[]> {
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const group = groups.get(row.label);
    if (group === undefined) groups.set(row.label, [row]);
    else group.push(row);
  }
  return groups;
}
