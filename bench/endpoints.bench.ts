/** How soon a change of one of 1,000 endpoints is seen by DNS and by the proxy. */
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
  {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'balanced' },
    spec: { selector: { app: 'many' }, ports: [{ port: 80 }] },
  },
] as never);
await cluster.settled();
const addresses = async (): Promise<readonly string[]> => (await cluster.resolve(NAME)) as string[];
if ((await addresses()).length !== PODS)
  throw new Error(`${(await addresses()).length} of ${PODS} endpoints are ready`);

const slices = cluster.informers.informer({ group: 'discovery.k8s.io', version: 'v1', resource: 'endpointslices' });
const sliceChange = (): Promise<void> =>
  new Promise((resolve) => {
    const remove = slices.addHandler({
      updated: () => {
        remove();
        resolve();
      },
    });
  });

/**
 * When neither DNS nor the proxy knows the address any more. Asked at each change of a slice and not before: asking takes
 * time of the one thread in which the change is on its way.
 */
async function gone(ip: string, firstChange: Promise<void>): Promise<{ fromDns: number; fromProxy: number }> {
  let [fromDns, fromProxy] = [0, 0];
  let changed = firstChange;
  for (;;) {
    await changed;
    changed = sliceChange();
    if (fromDns === 0 && !(await addresses()).includes(ip)) fromDns = performance.now();
    if (fromProxy === 0 && !cluster.proxy.backends('default/balanced').some((backend) => backend.ip === ip))
      fromProxy = performance.now();
    if (fromDns > 0 && fromProxy > 0) return { fromDns, fromProxy };
  }
}

const pods = cluster.client.resource({ group: '', version: 'v1', resource: 'pods' });
const { items } = await pods.list({ namespace: 'default', limit: ROUNDS });
const delays: { dns: number; proxy: number }[] = [];
for (const { metadata, status } of items) {
  const patch = { metadata: { labels: { app: 'taken-out' } } };
  const changed = sliceChange();
  await pods.patch(metadata.name ?? '', patch, { namespace: 'default', type: 'merge' });
  const written = performance.now();
  const { fromDns, fromProxy } = await gone(status.podIP, changed);
  delays.push({ dns: fromDns - written, proxy: fromProxy - written });
  await cluster.settled();
}
for (const [who, key] of [
  ['DNS', 'dns'],
  ['the proxy', 'proxy'],
] as const)
  report({
    name: `a change of one in ${PODS} endpoints is seen by ${who}`,
    value: median(delays.map((delay) => delay[key])),
    unit: 'ms',
    goal: { atMost: 5 },
  });
