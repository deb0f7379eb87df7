/** The rest of a recorded stream, read from the cassette as it is played: memory does not grow with its length. */
import type { CassetteIndex, IndexedExchange } from '../cassette/cassette-index.ts';
import type { CassetteRecord, EndRecord, FrameRecord } from '../cassette/cassette-record.ts';
import { readLines } from '../cassette/read-lines.ts';
import { isRead } from './replay-plan.ts';

/** What happened next: a frame, the end, or a write of some client that was seen before anything that follows. */
export type StreamStep = FrameRecord | EndRecord | { readonly type: 'write'; readonly id: number; readonly at: number };

/** The steps of an exchange after the head of its answer, in the order of the cassette. */
export async function* recordedStream(
  index: CassetteIndex,
  { id, response }: IndexedExchange,
): AsyncGenerator<StreamStep> {
  if (response === undefined) return;
  const start = response.offset + response.bytes + 1;
  for await (const { text, whole } of readLines(index.path, start)) {
    const record = relevant(text, id) ? parsed(text, whole) : undefined;
    if (record === undefined) continue;
    if (record.type === 'request' && !isRead(record.method)) yield { type: 'write', id: record.id, at: record.at };
    if (record.type !== 'frame' && record.type !== 'end') continue;
    if (record.id !== id) continue;
    yield record;
    if (record.type === 'end') return;
  }
}

/** Most lines belong to other exchanges; their beginning tells, so that they need not be parsed. */
function relevant(text: string, id: number): boolean {
  if (text.startsWith('{"type":"frame",'))
    return text.startsWith(`{"type":"frame","id":${id},`) || !hasIdNext(text, 16);
  if (text.startsWith('{"type":"end",')) return text.startsWith(`{"type":"end","id":${id},`) || !hasIdNext(text, 14);
  return text.startsWith('{"type":"request",') || !text.startsWith('{"type":"');
}

const hasIdNext = (text: string, at: number): boolean => text.startsWith('"id":', at);

function parsed(text: string, whole: boolean): CassetteRecord | undefined {
  try {
    return JSON.parse(text) as CassetteRecord;
  } catch (reason) {
    if (!whole || text.trim() === '') return undefined;
    throw reason;
  }
}
