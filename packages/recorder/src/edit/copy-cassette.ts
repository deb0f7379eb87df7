/** Makes a cassette from others: part of one, or several as one. */
import type { CassetteRecord, StoredBody } from '../cassette/cassette-record.ts';
import { CassetteWriter } from '../cassette/cassette-writer.ts';
import { readCassette } from '../cassette/read-cassette.ts';

/** What is kept of a cassette. */
export interface TrimOptions {
  /** Exchanges whose path and query match; default all. */
  readonly keep?: RegExp;
  /** Exchanges that are left out, of those. */
  readonly drop?: RegExp;
  /** Records up to this time, milliseconds after the beginning. */
  readonly untilMs?: number;
}

/** Writes the wanted part of a cassette into another file, bodies that it needs included. */
export async function trimCassette(from: string, to: string, options: TrimOptions): Promise<void> {
  const { keep, drop, untilMs = Number.POSITIVE_INFINITY } = options;
  const ids = new Set<number>();
  await copy([from], to, (record) => {
    if ('at' in record && record.at > untilMs) return false;
    if (record.type === 'request' && (keep?.test(record.url) ?? true) && drop?.test(record.url) !== true)
      ids.add(record.id);
    return !('id' in record) || ids.has(record.id);
  });
}

/** Writes cassettes one after the other into one; each begins when the one before has ended. */
export const mergeCassettes = (from: readonly string[], to: string): Promise<void> => copy(from, to, () => true);

async function copy(from: readonly string[], to: string, wants: (record: CassetteRecord) => boolean): Promise<void> {
  let writer: CassetteWriter | undefined;
  let offset = { id: 0, at: 0 };
  try {
    for (const path of from) {
      const bodies = new Map<string, StoredBody>();
      const last = { ...offset };
      for await (const { record } of readCassette(path)) {
        if (record.type === 'cassette') writer ??= await CassetteWriter.open(to, record);
        if (record.type === 'body') bodies.set(record.hash, record.body);
        if (record.type === 'cassette' || record.type === 'body' || !wants(record)) continue;
        const moved = move(record, offset, bodies);
        if ('id' in moved) last.id = Math.max(last.id, moved.id);
        if ('at' in moved) last.at = Math.max(last.at, moved.at);
        await writer?.write(moved);
      }
      offset = last;
    }
  } finally {
    await writer?.close();
  }
}

/** The record with its number and time moved, and its content back in place: the writer shares it anew. */
function move(
  record: CassetteRecord,
  offset: { readonly id: number; readonly at: number },
  bodies: ReadonlyMap<string, StoredBody>,
): CassetteRecord {
  const { body } = record as { body?: StoredBody };
  return {
    ...record,
    ...('id' in record ? { id: record.id + offset.id } : {}),
    ...('at' in record ? { at: record.at + offset.at } : {}),
    ...(body !== undefined && 'hash' in body ? { body: bodies.get(body.hash) } : {}),
  } as CassetteRecord;
}
