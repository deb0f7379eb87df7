/** DNS queries over UDP. */
import { startCluster } from 'towtank';
import { bareDatagramEcho } from './harness/bare.ts';
import { load } from './harness/load.ts';
import { compare, report } from './harness/measurement.ts';

const timing = { concurrency: 32, queries: 30_000 };

await using cluster = await startCluster();
await cluster.apply('fixtures/manifests/shop.yaml');
await cluster.settled();
await using bare = await bareDatagramEcho();

for (const [what, name] of [
  ['a ClusterIP', 'web.shop.svc.cluster.local'],
  ['three pods of a headless Service', 'web-pods.shop.svc.cluster.local'],
] as const) {
  report(
    await compare({
      name: `DNS, ${what}`,
      unit: 'queries/s',
      limit: 'bare datagram echo',
      goal: { atLeast: 0.5 },
      measure: async () => (await load('dns-load', { port: cluster.dns.port, name, ...timing })).rate,
      measureLimit: async () => (await load('dns-load', { port: bare.port, name, ...timing })).rate,
    }),
  );
}
