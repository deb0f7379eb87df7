import { delay, FakeClock, type KubeObject } from '@towtank/apimachinery';
import type { Images } from '@towtank/kubelet';
import { type Cluster, type ClusterOptions, startCluster } from 'towtank';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';

const test = suite('workloads on simulated nodes');

const MINUTE = 60_000;
const answering =
  (text: string): Images[string] =>
  () =>
  (_request, response) =>
    response.end(text);
const named: Images[string] =
  ({ pod }) =>
  (_request, response) =>
    response.end(pod.metadata.name);

interface World extends AsyncDisposable {
  readonly cluster: Cluster;
  readonly clock: FakeClock;
}

async function start(options: ClusterOptions = {}): Promise<World> {
  const clock = new FakeClock(Date.UTC(2026, 0, 1));
  const cluster = await startCluster({ clock, port: false, ...options });
  return { cluster, clock, [Symbol.asyncDispose]: () => cluster.close() };
}

async function advance({ cluster, clock }: World, ms: number): Promise<void> {
  clock.advance(ms);
  await cluster.settled();
}

async function apply(cluster: Cluster, ...objects: object[]): Promise<void> {
  await cluster.apply(objects as KubeObject[]);
  await cluster.settled();
}

/** A workload of a kind of apps/v1 with one container that listens on 8080. */
const workload = (kind: string, name: string, more: object = {}, pod: object = {}): object => ({
  apiVersion: 'apps/v1',
  kind,
  metadata: { name },
  spec: {
    selector: { matchLabels: { app: name } },
    template: {
      metadata: { labels: { app: name } },
      spec: { containers: [{ name: 'main', image: `example/${name}`, ports: [{ containerPort: 8080 }] }], ...pod },
    },
    ...more,
  },
});

const jobSpec = (image: string): object => ({ restartPolicy: 'Never', containers: [{ name: 'main', image }] });

const jobOf = (image: string, more: object = {}): object => ({
  apiVersion: 'batch/v1',
  kind: 'Job',
  metadata: { name: 'work' },
  spec: { template: { spec: jobSpec(image) }, ...more },
});

const service = (name: string, spec: object = {}): object => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name },
  spec: { selector: { app: name }, ports: [{ port: 80, targetPort: 8080 }], ...spec },
});

function list(cluster: Cluster, path: string): Promise<KubeObject[]> {
  const [resource = '', version = 'v1', group = ''] = path.split('/').reverse();
  return cluster.client
    .resource({ group, version, resource })
    .list({ namespace: 'default' })
    .then(({ items }) => items);
}

const pods = async (cluster: Cluster): Promise<string[]> =>
  (await list(cluster, 'pods')).map(({ metadata }) => metadata.name ?? '').sort();

/** Who answers so many requests, with how often each did. */
async function answers(cluster: Cluster, url: string, times: number): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  for (let request = 0; request < times; request += 1) {
    const text = await (await cluster.fetch(url)).text();
    counts.set(text, (counts.get(text) ?? 0) + 1);
  }
  return counts;
}

test('requests to a Service go round the pods of its Deployment', async () => {
  await using world = await start({ images: { 'example/web': named } });
  const { cluster } = world;
  await apply(cluster, workload('Deployment', 'web', { replicas: 3 }), service('web'));
  const counts = await answers(cluster, 'http://web.default.svc.cluster.local/', 9);
  assert.equal([...counts.keys()].sort(), await pods(cluster));
  assert.equal([...counts.values()], [3, 3, 3]);
});

test('a pod that is made unready is left out, and comes back', async () => {
  await using world = await start({ images: { 'example/web': named } });
  const { cluster } = world;
  await apply(cluster, workload('Deployment', 'web', { replicas: 2 }), service('web'));
  const [first = '', second = ''] = await pods(cluster);
  await cluster.nodes.setReady(`default/${first}`, false);
  await cluster.settled();
  assert.equal([...(await answers(cluster, 'http://web.default.svc/', 4)).keys()], [second]);
  await cluster.nodes.setReady(`default/${first}`, undefined);
  await cluster.settled();
  assert.is((await answers(cluster, 'http://web.default.svc/', 4)).size, 2);
});

test('a rolling update loses no request', async () => {
  await using world = await start({ images: { 'example/web': answering('old'), 'example/web:2': answering('new') } });
  const { cluster } = world;
  await apply(cluster, workload('Deployment', 'web', { replicas: 3 }), service('web'));
  let rolling = true;
  const seen = new Set<string>();
  const traffic = (async () => {
    while (rolling) seen.add(await (await cluster.fetch('http://web.default.svc/')).text());
  })();
  const containers = [{ name: 'main', image: 'example/web:2', ports: [{ containerPort: 8080 }] }];
  await apply(cluster, workload('Deployment', 'web', { replicas: 3 }, { containers }));
  rolling = false;
  await traffic;
  assert.ok(seen.has('old'));
  assert.equal([...(await answers(cluster, 'http://web.default.svc/', 3)).keys()], ['new']);
});

test('the members of a StatefulSet are found by name, and keep it', async () => {
  await using world = await start({ images: { 'example/db': named } });
  const { cluster } = world;
  const headless = service('db', { clusterIP: 'None', ports: [{ port: 8080 }] });
  await apply(cluster, headless, workload('StatefulSet', 'db', { replicas: 3, serviceName: 'db' }));
  assert.equal(await pods(cluster), ['db-0', 'db-1', 'db-2']);
  const url = 'http://db-1.db.default.svc.cluster.local:8080/';
  assert.is(await (await cluster.fetch(url)).text(), 'db-1');
  await cluster.client
    .resource({ group: '', version: 'v1', resource: 'pods' })
    .delete('db-1', { namespace: 'default' });
  await cluster.settled();
  assert.is(await (await cluster.fetch(url)).text(), 'db-1');
});

test('a Job runs its function to the end', async () => {
  const done: (string | undefined)[] = [];
  await using world = await start({
    images: { 'example/work': async ({ env }) => void done.push(env.JOB_COMPLETION_INDEX) },
  });
  const { cluster } = world;
  await apply(cluster, jobOf('example/work', { completions: 3, parallelism: 2, completionMode: 'Indexed' }));
  assert.equal(done.sort(), ['0', '1', '2']);
  const [job] = await list(cluster, 'batch/v1/jobs');
  assert.is(job?.status.succeeded, 3);
  assert.is(job?.status.completedIndexes, '0-2');
});

test('settled() waits for the functions of jobs, which take their own time', async () => {
  await using world = await start({ images: { 'example/work': () => new Promise((end) => setTimeout(end, 50)) } });
  const { cluster } = world;
  await apply(cluster, jobOf('example/work'));
  const [job] = await list(cluster, 'batch/v1/jobs');
  assert.is(job?.status.conditions.at(-1).type, 'Complete');
});

test('a job that waits for the clock is left to the test that moves it', async () => {
  await using world = await start({ images: { 'example/work': ({ clock }) => delay(clock, MINUTE) } });
  const { cluster } = world;
  await apply(cluster, jobOf('example/work'));
  assert.is((await list(cluster, 'batch/v1/jobs'))[0]?.status.active, 1);
  await advance(world, MINUTE);
  assert.is((await list(cluster, 'batch/v1/jobs'))[0]?.status.succeeded, 1);
});

test('settled() names the pod of a job that does not end, and waits no longer once that is deleted', async () => {
  await using world = await start({ images: { 'example/work': () => new Promise<void>(() => {}) } });
  const { cluster } = world;
  const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'stuck' }, spec: jobSpec('example/work') };
  await cluster.apply([pod]);
  await cluster.settled({ jobs: false });
  const refused = await cluster.settled({ timeoutMs: 20 }).then(String, String);
  assert.ok(refused.includes('has not returned in container main of Pod default/stuck.'), refused);
  const pods = cluster.client.resource({ group: '', version: 'v1', resource: 'pods' });
  await pods.delete('stuck', { namespace: 'default' });
  await cluster.settled();
});

test('a Job whose function fails gives up after its limit', async () => {
  let runs = 0;
  await using world = await start({
    images: {
      'example/work': async () => {
        runs += 1;
        throw new Error('no');
      },
    },
  });
  const { cluster } = world;
  await apply(cluster, jobOf('example/work', { backoffLimit: 1 }));
  await advance(world, 10_000);
  const [job] = await list(cluster, 'batch/v1/jobs');
  assert.is(runs, 2);
  assert.is(job?.status.conditions.at(-1).type, 'Failed');
});

test('a CronJob runs by the clock', async () => {
  let runs = 0;
  await using world = await start({
    images: {
      'example/tick': async () => {
        runs += 1;
      },
    },
  });
  const { cluster } = world;
  const template = { spec: { restartPolicy: 'OnFailure', containers: [{ name: 'main', image: 'example/tick' }] } };
  const spec = { schedule: '*/10 * * * *', jobTemplate: { spec: { template } } };
  await apply(cluster, { apiVersion: 'batch/v1', kind: 'CronJob', metadata: { name: 'tick' }, spec });
  for (let minutes = 0; minutes < 30; minutes += 10) await advance(world, 10 * MINUTE);
  assert.is(runs, 3);
});

test('a DaemonSet has a pod on every node, those that join later too', async () => {
  await using world = await start({ nodes: 2 });
  const { cluster } = world;
  await apply(cluster, workload('DaemonSet', 'agent'));
  await cluster.nodes.add({ name: 'late' });
  await cluster.settled();
  const nodes = (await list(cluster, 'pods')).map(({ spec }) => spec.nodeName).sort();
  assert.equal(nodes, ['late', 'node-1', 'node-2']);
});

test('pods that keep apart land on different nodes, and the last one waits', async () => {
  await using world = await start({ nodes: 2 });
  const { cluster } = world;
  const term = { topologyKey: 'kubernetes.io/hostname', labelSelector: { matchLabels: { app: 'web' } } };
  const affinity = { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term] } };
  await apply(cluster, workload('Deployment', 'web', { replicas: 3 }, { affinity }));
  const nodes = (await list(cluster, 'pods')).map(({ spec }) => spec.nodeName ?? 'none').sort();
  assert.equal(nodes, ['node-1', 'node-2', 'none']);
});

test('when a node fails its pods lose traffic, and are replaced elsewhere after five minutes', async () => {
  await using world = await start({ nodes: 2, images: { 'example/web': named } });
  const { cluster } = world;
  await apply(cluster, workload('Deployment', 'web', { replicas: 2 }), service('web'));
  await cluster.nodes.fail('node-1');
  await advance(world, 40_000);
  const counts = await answers(cluster, 'http://web.default.svc/', 4);
  assert.is(counts.size, 1);
  await advance(world, 5 * MINUTE);
  const running = (await list(cluster, 'pods')).filter(({ metadata }) => metadata.deletionTimestamp === undefined);
  assert.equal(
    running.map(({ spec }) => spec.nodeName),
    ['node-2', 'node-2'],
  );
  assert.is((await answers(cluster, 'http://web.default.svc/', 4)).size, 2);
});

test('draining a node moves its pods without breaking their budget', async () => {
  await using world = await start({ nodes: 2, images: { 'example/web': named } });
  const { cluster } = world;
  const budget = {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name: 'web' },
    spec: { minAvailable: 1, selector: { matchLabels: { app: 'web' } } },
  };
  await apply(cluster, budget, workload('Deployment', 'web', { replicas: 2 }), service('web'));
  const drained = cluster.nodes.drain('node-1');
  await cluster.settled();
  await advance(world, 5000);
  await drained;
  await cluster.settled();
  const nodes = (await list(cluster, 'pods')).map(({ spec }) => spec.nodeName);
  assert.equal(nodes, ['node-2', 'node-2']);
  assert.is((await answers(cluster, 'http://web.default.svc/', 4)).size, 2);
});

test('a function calls another Service in the name of its pod', async () => {
  await using world = await start({
    images: {
      'example/back':
        ({ network }) =>
        (request, response) =>
          response.end(network.peerOf(request.socket)?.pod ?? 'nobody'),
      'example/front':
        ({ network, env }) =>
        async (_request, response) => {
          const answer = await network.fetch(`http://${env.BACK_SERVICE_HOST}/`);
          response.end(await answer.text());
        },
    },
  });
  const { cluster } = world;
  await apply(cluster, workload('Deployment', 'back'), service('back'));
  await apply(cluster, workload('Deployment', 'front'), service('front'));
  const front = (await pods(cluster)).find((name) => name.startsWith('front'));
  assert.is(await (await cluster.fetch('http://front.default.svc/')).text(), `default/${front}`);
});

test('deleting a namespace ends everything that runs in it', async () => {
  let running = 0;
  await using world = await start({
    images: {
      'example/web': ({ signal }) => {
        running += 1;
        signal.addEventListener('abort', () => {
          running -= 1;
        });
        return (_request, response) => response.end();
      },
    },
  });
  const { cluster } = world;
  const namespaces = cluster.client.resource({ group: '', version: 'v1', resource: 'namespaces' });
  await namespaces.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } });
  await cluster.settled();
  await cluster.apply([workload('Deployment', 'web', { replicas: 2 }) as KubeObject], { namespace: 'shop' });
  await cluster.settled();
  assert.is(running, 2);
  await namespaces.delete('shop');
  await cluster.settled();
  assert.is(running, 0);
  assert.not((await namespaces.list()).items.some(({ metadata }) => metadata.name === 'shop'));
});

test('the same seed gives the same pods, names and addresses', async () => {
  const describe = async (): Promise<unknown> => {
    await using world = await start({ nodes: 2 });
    const { cluster } = world;
    await apply(
      cluster,
      workload('Deployment', 'web', { replicas: 3 }),
      workload('StatefulSet', 'db', { replicas: 2 }),
    );
    return (await list(cluster, 'pods')).map(({ metadata, spec, status }) => [
      metadata.name,
      metadata.uid,
      spec.nodeName,
      status.podIP,
      status.containerStatuses[0].containerID,
    ]);
  };
  assert.equal(await describe(), await describe());
});

test.run();
