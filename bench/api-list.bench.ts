/** A list of 5,000 pods, whole and by selector. */
import { httpRequest, startApi } from './harness/api.ts';
import { bareTcp } from './harness/bare.ts';
import { load } from './harness/load.ts';
import { compare, report } from './harness/measurement.ts';
import { podNumber } from './harness/pods.ts';

const PODS = 5000;
const PATH = '/api/v1/pods';
const timing = { connections: 2, warmUpMs: 500, durationMs: 2000 };

await using api = await startApi();
for (let index = 0; index < PODS; index += 1) await api.create('/api/v1/namespaces/default/pods', podNumber(index));
const body = Buffer.from(await api.get(PATH));
const head = `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n`;
const answer = Buffer.concat([Buffer.from(head), body]);
await using bare = await bareTcp((socket) => socket.on('data', () => socket.write(answer)));

const rate = async (port: number, path: string): Promise<number> =>
  (await load('http-load', { port, request: httpRequest('GET', path), ...timing })).rate;

const full = await compare({
  name: `list ${PODS} pods (${(body.length / 1e6).toFixed(1)} MB)`,
  unit: 'lists/s',
  limit: 'the same bytes to a socket',
  goal: { atLeast: 0.7 },
  measure: () => rate(api.port, PATH),
  measureLimit: () => rate(bare.port, PATH),
});
report(full);

const selected = await rate(api.port, `${PATH}?labelSelector=group%3Dspecial`);
report({
  name: `list 100 of ${PODS} pods by label, as a share of the full list's time`,
  value: full.value / selected,
  unit: '',
  goal: { atMost: 0.1 },
});
