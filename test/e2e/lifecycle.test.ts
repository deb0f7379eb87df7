/** What clusters leave behind once they are closed: nothing. */
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { type Cluster, type ClusterOptions, startCluster } from 'towtank';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';

const test = suite('a closed cluster');

setFlagsFromString('--expose-gc');
const collect: () => void = runInNewContext('gc');

const WEB = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web' },
  spec: {
    replicas: 2,
    selector: { matchLabels: { app: 'web' } },
    template: {
      metadata: { labels: { app: 'web' } },
      spec: { containers: [{ name: 'web', image: 'shop/web', ports: [{ containerPort: 80 }] }] },
    },
  },
};
const WEB_SERVICE = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'web' },
  spec: { selector: { app: 'web' }, ports: [{ port: 80 }] },
};
const images: NonNullable<ClusterOptions['images']> = { 'shop/web': () => (_, res) => void res.end('ahoy') };

/** What keeps the process alive; the turn lets closed sockets report. */
async function openHandles(): Promise<string[]> {
  await nextTurn();
  await nextTurn();
  // Files that are being read or closed are no handles: newer releases of Node load modules that way.
  return process
    .getActiveResourcesInfo()
    .filter((name) => !/^(?:FSReq|CloseReq)/.test(name))
    .sort();
}

interface Use {
  readonly name: string;
  readonly options?: ClusterOptions;
  /** Answers what ends because the cluster is closed. */
  use?(cluster: Cluster): Promise<readonly unknown[]>;
}

const USES: readonly Use[] = [
  { name: 'that nobody has used' },
  { name: 'with every port open', options: { port: 0, insecurePort: 0, dnsPort: 0, socksPort: 0 } },
  { name: 'without nodes', options: { nodes: 0 } },
  {
    name: 'whose pods still serve',
    options: { images },
    async use(cluster) {
      await cluster.apply([WEB, WEB_SERVICE]);
      await cluster.settled();
      const response = await cluster.fetch('http://web.default.svc.cluster.local/');
      assert.is(await response.text(), 'ahoy');
      return [];
    },
  },
  {
    name: 'in the middle of a rollout',
    options: { images },
    async use(cluster) {
      await cluster.apply([WEB, WEB_SERVICE]);
      return [];
    },
  },
  {
    name: 'with a watch over HTTP',
    options: { insecurePort: 0 },
    async use(cluster) {
      const response = await fetch(`${cluster.insecureUrl}/api/v1/namespaces?watch=true`);
      const reader = response.body?.getReader();
      await reader?.read();
      return [reader?.closed.catch(() => {})];
    },
  },
  {
    name: 'that closes while something dials',
    use: async (cluster) => [cluster.fetch('http://web.default.svc.cluster.local/').catch(() => {})],
  },
];

for (const { name, options, use } of USES) {
  test(`${name} leaves no handle`, async () => {
    const before = await openHandles();
    const cluster = await startCluster(options);
    const ends = await use?.(cluster);
    await cluster.close();
    await Promise.all(ends ?? []);
    assert.equal(await openHandles(), before);
  });
}

test('that could not start, because a port is taken, leaves no handle', async () => {
  const taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  const before = await openHandles();
  const { port } = taken.address() as AddressInfo;
  for (const option of ['port', 'insecurePort', 'dnsPort', 'socksPort']) {
    const reason = await startCluster({ [option]: port }).catch((error: unknown) => error);
    assert.is((reason as NodeJS.ErrnoException).code, 'EADDRINUSE', option);
    assert.equal(await openHandles(), before, option);
  }
  taken.close();
});

/** Starts and closes clusters one after another, and answers what still refers to them. */
async function startAndClose(count: number): Promise<WeakRef<object>[]> {
  const references: WeakRef<object>[] = [];
  for (let index = 0; index < count; index += 1) {
    const cluster = await startCluster({ images, seed: `lifecycle-${index}` });
    if (index % 5 === 0) {
      await cluster.apply([WEB, WEB_SERVICE]);
      await cluster.settled();
    }
    await cluster.close();
    for (const part of [cluster, cluster.apiServer, cluster.informers, cluster.network, cluster.dns, cluster.proxy])
      references.push(new WeakRef<object>(part));
  }
  return references;
}

/** Bytes of the heap that are in use after everything else has been collected. */
async function usedHeap(): Promise<number> {
  for (let round = 0; round < 3; round += 1) {
    await nextTurn();
    collect();
  }
  return process.memoryUsage().heapUsed;
}

test('is collected, and twenty of them do not grow the heap', async () => {
  await startAndClose(20);
  const before = await usedHeap();
  const references = await startAndClose(20);
  const grown = (await usedHeap()) - before;
  const kept = references.map((reference) => reference.deref()?.constructor.name).filter((part) => part !== undefined);
  assert.equal(kept, []);
  // compiled code and its feedback still grow a little; one cluster alone holds more than this
  assert.ok(grown < 2_500_000, `${grown} bytes more`);
});

test.run();
