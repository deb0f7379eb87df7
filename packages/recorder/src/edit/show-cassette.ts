/** A cassette as lines for people. */
import type { ResponseRecord } from '../cassette/cassette-record.ts';
import { readCassette } from '../cassette/read-cassette.ts';

/** An exchange or a change, in a row. */
export interface CassetteRow {
  readonly line: number;
  readonly atMs: number;
  /** `GET`, or `ADDED` for a change of a snapshot. */
  readonly what: string;
  /** Path and query, or resource and name. */
  readonly subject: string;
  /** Status of the answer, or what became of the request. */
  readonly outcome: string;
}

/** The rows in the order in which they began. Throws CassetteError. */
export async function cassetteRows(path: string): Promise<CassetteRow[]> {
  const rows = new Map<number | string, CassetteRow & { frames?: number }>();
  for await (const { record, line } of readCassette(path)) {
    if (record.type === 'request')
      rows.set(record.id, { line, atMs: record.at, what: record.method, subject: record.url, outcome: 'no answer' });
    if (record.type === 'object' || record.type === 'change') {
      const { namespace, name } = record.object.metadata;
      const subject = [record.resource, namespace, name].filter((part) => part !== undefined).join(' ');
      const [what, atMs] = record.type === 'change' ? [record.change, record.at] : ['OBJECT', 0];
      rows.set(`${line}`, { line, atMs, what, subject, outcome: '' });
    }
    if (record.type !== 'response' && record.type !== 'frame' && record.type !== 'end') continue;
    const row = rows.get(record.id);
    if (row === undefined) continue;
    if (record.type === 'response') rows.set(record.id, { ...row, outcome: outcomeOf(record) });
    if (record.type === 'frame') rows.set(record.id, { ...row, frames: (row.frames ?? 0) + 1 });
    if (record.type === 'end' && record.by !== 'server')
      rows.set(record.id, {
        ...row,
        outcome: `${row.outcome}, ${record.by === 'reset' ? `reset ${record.error ?? ''}` : 'left by client'}`,
      });
  }
  return [...rows.values()].map(({ frames, ...row }) =>
    frames === undefined ? row : { ...row, outcome: `${row.outcome}, ${frames} frames` },
  );
}

const outcomeOf = ({ status, stream }: ResponseRecord): string =>
  stream === undefined ? `${status}` : `${status} stream`;
