/** One object, read over HTTP again and again. */
import { httpRequest, startApi } from './harness/api.ts';
import { bareAnswer } from './harness/bare.ts';
import { load } from './harness/load.ts';
import { compare, report } from './harness/measurement.ts';
import { podNumber } from './harness/pods.ts';

const PATH = '/api/v1/namespaces/default/pods/pod-1';
const timing = { connections: 16, warmUpMs: 500, durationMs: 1500 };

await using api = await startApi();
await api.create('/api/v1/namespaces/default/pods', podNumber(1));
await using bare = await bareAnswer(await api.get(PATH));
const request = httpRequest('GET', PATH);

report(
  await compare({
    name: 'get a pod',
    unit: 'requests/s',
    limit: 'bare node:http',
    goal: { atLeast: 0.6 },
    measure: async () => (await load('http-load', { port: api.port, request, ...timing })).rate,
    measureLimit: async () => (await load('http-load', { port: bare.port, request, ...timing })).rate,
  }),
);
