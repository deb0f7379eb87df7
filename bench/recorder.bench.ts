/** What a recorder costs: requests and watch events through it, against the same without it; and how fast a replay is. */
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startRecorder, startReplay } from '@towtank/recorder';
import { compare, report } from './harness/measurement.ts';

const REQUESTS = 2000;
const PARALLEL = 16;
const EVENTS = 20_000;
const data = { text: 'x'.repeat(500) };
const POD_LIST = JSON.stringify({
  kind: 'ConfigMapList',
  apiVersion: 'v1',
  items: [{ metadata: { name: 'a' }, data }],
});
const EVENT = `${JSON.stringify({ type: 'MODIFIED', object: { kind: 'ConfigMap', metadata: { name: 'a' }, data } })}\n`;

async function sendEvents(response: ServerResponse): Promise<void> {
  for (let at = 0; at < EVENTS; at += 1) if (!response.write(EVENT)) await once(response, 'drain');
  response.end();
}

const folder = mkdtempSync(join(tmpdir(), 'towtank-bench-'));
const cassette = join(folder, 'bench.jsonl');
const server = createServer((request, response) => {
  response.writeHead(200, { 'content-type': 'application/json' });
  if (request.url?.includes('watch=true')) void sendEvents(response);
  else response.end(POD_LIST);
});
server.listen(0, '127.0.0.1');
await once(server, 'listening');
const upstream = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

/** Requests in a second. */
async function requestsPerSecond(url: string): Promise<number> {
  const started = performance.now();
  let sent = 0;
  const ask = async (): Promise<void> => {
    while (sent < REQUESTS) {
      sent += 1;
      await (await fetch(`${url}/api/v1/configmaps?at=${sent}`)).arrayBuffer();
    }
  };
  await Promise.all(Array.from({ length: PARALLEL }, ask));
  return (REQUESTS * 1000) / (performance.now() - started);
}

/** Watch events in a second. */
async function eventsPerSecond(url: string): Promise<number> {
  const started = performance.now();
  let bytes = 0;
  for await (const chunk of (await fetch(`${url}/api/v1/configmaps?watch=true`)).body ?? []) bytes += chunk.length;
  return ((bytes / EVENT.length) * 1000) / (performance.now() - started);
}

async function recorded(measure: (url: string) => Promise<number>): Promise<number> {
  await using recorder = await startRecorder({ upstream: { server: upstream }, cassette });
  return await measure(recorder.url);
}

async function replayed(measure: (url: string) => Promise<number>): Promise<number> {
  await recorded(measure);
  await using replay = await startReplay({ cassette });
  return await measure(replay.url);
}

for (const [what, unit, measure] of [
  ['requests', 'requests/s', requestsPerSecond],
  ['watch events', 'events/s', eventsPerSecond],
] as const) {
  const measureLimit = (): Promise<number> => measure(upstream);
  const limit = 'without a recorder';
  report(await compare({ name: `recorder: ${what}`, unit, measure: () => recorded(measure), limit, measureLimit }));
  report(await compare({ name: `replay: ${what}`, unit, measure: () => replayed(measure), limit, measureLimit }));
}
server.close();
rmSync(folder, { recursive: true });
