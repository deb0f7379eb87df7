/** How soon a change of one of 1,000 endpoints is seen by DNS and by the proxy. */
import { setImmediate } from 'node:timers/promises';
import { startCluster } from 'towtank';
import { median, report } from './harness/measurement.ts';

const PODS = 1000;
const ROUNDS = 40;
const NAME = 'many.default.svc.cluster.local';

await using cluster = await startCluster({ nodes: 10 });
await cluster.apply([
  {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'many' },
    spec: {
      replicas: PODS,
      selector: { matchLabels: { app: 'many' } },
      template: {
        metadata: { labels: { app: 'many' } },
        spec: { containers: [{ name: 'main', image: 'bench/simulated', ports: [{ containerPort: 80 }] }] },
      },
    },
  },
  {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'many' },
    spec: { clusterIP: 'None', selector: { app: 'many' }, ports: [{ port: 80 }] },
  },
] as never);
await cluster.settled();
const addresses = async (): Promise<readonly string[]> => (await cluster.resolve(NAME)) as string[];
if ((await addresses()).length !== PODS)
  throw new Error(`${(await addresses()).length} of ${PODS} endpoints are ready`);

const pods = cluster.client.resource({ group: '', version: 'v1', resource: 'pods' });
const { items } = await pods.list({ namespace: 'default', limit: ROUNDS });
const delays: number[] = [];
for (const { metadata, status } of items) {
  const patch = { metadata: { labels: { app: 'taken-out' } } };
  await pods.patch(metadata.name ?? '', patch, { namespace: 'default', type: 'merge' });
  const written = performance.now();
  while ((await addresses()).includes(status.podIP)) await setImmediate();
  delays.push(performance.now() - written);
  await cluster.settled();
}
report({
  name: `a change of one in ${PODS} endpoints is seen by DNS`,
  value: median(delays),
  unit: 'ms',
  goal: { atMost: 5 },
});
