/**
 * A watch of any length is recorded and replayed in memory that does not grow with it.
 * @deadline 120 s
 */
import type { ServerResponse } from 'node:http';
import { startRecorder, startReplay } from '@towtank/recorder';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Folder } from './_cassette-file.ts';
import { EVENT, startUpstream } from './_upstream.ts';

const test = suite('bounded memory');
const EVENTS = 100_000;
/** The events together are more than this, so that keeping them would be seen. */
const LIMIT_BYTES = 60 << 20;
const EVENT_BYTES = 1000;

async function sendEvents(response: ServerResponse): Promise<void> {
  response.writeHead(200, { 'content-type': 'application/json' });
  for (let at = 0; at < EVENTS; at += 1)
    if (!response.write(EVENT(at, EVENT_BYTES))) await new Promise((resolve) => response.once('drain', resolve));
  response.end();
}

/** Reads a watch to its end: how many bytes and lines came, and by how much memory grew meanwhile. */
async function drink(url: string): Promise<{ bytes: number; lines: number; grownBytes: number }> {
  const before = inUse();
  let [bytes, lines, peak, chunks] = [0, 0, 0, 0];
  for await (const chunk of (await fetch(url)).body ?? []) {
    bytes += chunk.length;
    for (const byte of chunk) if (byte === 10) lines += 1;
    chunks += 1;
    if (chunks % 100 === 0) peak = Math.max(peak, inUse());
  }
  return { bytes, lines, grownBytes: peak - before };
}

function inUse(): number {
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

test('100,000 events', async () => {
  using folder = new Folder();
  const cassette = folder.file('a.jsonl');
  await using upstream = await startUpstream({ '/events': (_, response) => void sendEvents(response) });
  await using recorder = await startRecorder({ upstream, cassette });
  const recorded = await drink(`${recorder.url}/events?watch=true`);
  await recorder.close();
  assert.is(recorded.lines, EVENTS);
  assert.ok(recorded.bytes > LIMIT_BYTES);
  assert.ok(recorded.grownBytes < LIMIT_BYTES, `recording took ${recorded.grownBytes >> 20} MiB`);
  await using replay = await startReplay({ cassette });
  const replayed = await drink(`${replay.url}/events?watch=true`);
  assert.is(replayed.bytes, recorded.bytes);
  assert.ok(replayed.grownBytes < LIMIT_BYTES, `replaying took ${replayed.grownBytes >> 20} MiB`);
  if (process.env.SHOW) console.log(recorded, replayed);
});

test.run();
