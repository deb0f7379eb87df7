/** Events, fanned out to 100 watchers in another process. */
import { once } from 'node:events';
import { httpRequest, startApi } from './harness/api.ts';
import { bareTcp } from './harness/bare.ts';
import { startLoad } from './harness/load.ts';
import { compare, report } from './harness/measurement.ts';

const WATCHERS = 100;
const BATCHES = 40;
const EVENTS_A_BATCH = 50;
const PATH = '/api/v1/namespaces/default/configmaps';
const NAME = 'changing';
const configMap = (text: string): Record<string, unknown> & { metadata: { name: string } } => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: NAME },
  data: { text, filler: 'x'.repeat(500) },
});

/** Lets `write` produce events and waits, batch by batch, until each of them has reached every watcher. */
async function deliver(port: number, write: (text: string) => Promise<void> | void): Promise<number> {
  const request = httpRequest('GET', `${PATH}?watch=true&fieldSelector=metadata.name%3D${NAME}`);
  const child = startLoad('watch-load', { port, request, watchers: WATCHERS });
  await once(child, 'message'); // every watch is open
  const started = performance.now();
  for (let batch = 0; batch < BATCHES; batch += 1) {
    const marker = `end-of-batch-${batch}-`;
    child.send(marker);
    await once(child, 'message'); // it looks out for the marker
    const delivered = once(child, 'message');
    for (let event = 1; event < EVENTS_A_BATCH; event += 1) await write(`event-${event}`);
    await write(marker);
    await delivered;
  }
  const elapsedMs = performance.now() - started;
  child.disconnect();
  await once(child, 'exit');
  return (BATCHES * EVENTS_A_BATCH * WATCHERS * 1000) / elapsedMs;
}

async function deliverByApi(): Promise<number> {
  await using api = await startApi();
  await api.create(PATH, configMap('start'));
  return await deliver(api.port, async (text) => {
    const object = configMap(text);
    await api.transport.request({ method: 'PUT', url: `${PATH}/${NAME}`, headers: {}, object });
  });
}

/** The same frames, written to the same number of sockets by nothing but a loop. */
async function deliverBare(): Promise<number> {
  await using bare = await bareTcp((socket) => socket.once('data', () => socket.write('HTTP/1.1 200 OK\r\n\r\n')));
  return await deliver(bare.port, (text) => {
    const line = `${JSON.stringify({ type: 'MODIFIED', object: { ...configMap(text), managedFields: 'x'.repeat(300) } })}\n`;
    const frame = Buffer.from(`${line.length.toString(16)}\r\n${line}\r\n`);
    for (const socket of bare.sockets) socket.write(frame);
  });
}

report(
  await compare({
    name: `watch, ${WATCHERS} watchers`,
    unit: 'events/s',
    limit: 'bare sockets',
    goal: { atLeast: 0.6 },
    measure: deliverByApi,
    measureLimit: deliverBare,
  }),
);
