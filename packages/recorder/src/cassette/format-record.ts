/** A record as its line: the same record always gives the same text. */
import type { CassetteRecord, StoredHeaders } from './cassette-record.ts';

/** The order in which fields stand, whatever the order in which they were set. */
const ORDER = [
  'type',
  'version',
  'recorded',
  'source',
  'id',
  'at',
  'from',
  'op',
  'change',
  'resource',
  'method',
  'url',
  'status',
  'by',
  'error',
  'stream',
  'hash',
  'headers',
  'body',
  'object',
] as const;

/** The line of a record, without its line feed. Contents keep the order of their fields, since that is on the wire. */
export function formatRecord(record: CassetteRecord): string {
  const fields = record as unknown as Readonly<Record<string, unknown>>;
  const ordered: Record<string, unknown> = {};
  for (const name of ORDER) {
    const value = fields[name];
    if (value === undefined) continue;
    ordered[name] = name === 'headers' ? sorted(value as StoredHeaders) : value;
  }
  return JSON.stringify(ordered);
}

function sorted(headers: StoredHeaders): StoredHeaders {
  return Object.fromEntries(Object.entries(headers).sort(([a], [b]) => (a < b ? -1 : 1)));
}
