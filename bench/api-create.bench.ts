/** Pods, created over HTTP. */
import { httpRequest, startApi } from './harness/api.ts';
import { bareEcho } from './harness/bare.ts';
import { load } from './harness/load.ts';
import { compare, report } from './harness/measurement.ts';
import { podNumber } from './harness/pods.ts';

const PATH = '/api/v1/namespaces/default/pods';
const timing = { connections: 16, warmUpMs: 500, durationMs: 1000 };
const pod = podNumber(1);
const body = JSON.stringify({ ...pod, metadata: { ...pod.metadata, name: 'pod-00000000' } });
const request = httpRequest('POST', PATH, body);
await using bare = await bareEcho();

/** Each round has a server of its own, so that the last does not carry the objects of the first. */
async function creates(): Promise<number> {
  await using api = await startApi();
  return (await load('http-load', { port: api.port, request, ...timing })).rate;
}

// the first thousands of requests are served while their code is compiled
await creates();
report(
  await compare({
    name: `create a pod (${(body.length / 1e3).toFixed(1)} KB)`,
    unit: 'requests/s',
    limit: 'bare echo of the body',
    goal: { atLeast: 0.25 },
    rounds: 5,
    measure: creates,
    measureLimit: async () => (await load('http-load', { port: bare.port, request, ...timing })).rate,
  }),
);
