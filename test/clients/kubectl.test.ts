/**
 * kubectl works against a cluster as against a real one.
 * @deadline 120 s
 */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { SHOP, startShop } from './_shop.ts';
import { toolPath, Workplace } from './_tools.ts';

const test = suite('kubectl');
const kubectl = toolPath('kubectl');
const shop = resolve(SHOP);

test('it is the version that it should be', async () => {
  using place = new Workplace('');
  assert.match(await place.ok(kubectl, ['version', '--client']), /Client Version: v1\.35\./);
});

test('version names the server', async () => {
  await using cluster = await startShop();
  using place = new Workplace(cluster.kubeconfig);
  assert.match(await place.ok(kubectl, ['version']), /Server Version: v1\.36\./);
});

test('apply creates, and says so; again it changes nothing', async () => {
  await using cluster = await startShop();
  using place = new Workplace(cluster.kubeconfig);
  const created = await place.ok(kubectl, ['apply', '-f', shop]);
  assert.is(
    created,
    [
      'namespace/shop created',
      'deployment.apps/web created',
      'service/web created',
      'service/web-pods created',
      'service/web-node created',
      'service/db created',
      '',
    ].join('\n'),
  );
  assert.is(await place.ok(kubectl, ['apply', '-f', shop]), created.replaceAll('created', 'unchanged'));
});

test('apply refuses what is invalid, in the words of Kubernetes', async () => {
  await using cluster = await startShop();
  using place = new Workplace(cluster.kubeconfig);
  const bad = readFileSync(shop, 'utf8').replace('nodePort: 30080', 'nodePort: 80');
  const { code, stderr } = await place.run(kubectl, ['apply', '-f', '-'], { input: bad });
  assert.is(code, 1);
  assert.match(
    stderr,
    /The Service "web-node" is invalid: spec\.ports\[0\]\.nodePort: Invalid value: 80: provided port is not in the valid range\. The range of valid ports is 30000-32767/,
  );
});

test('apply refuses fields that do not exist', async () => {
  await using cluster = await startShop();
  using place = new Workplace(cluster.kubeconfig);
  const bad = readFileSync(shop, 'utf8').replace('replicas: 3', 'replica: 3');
  const { code, stderr } = await place.run(kubectl, ['apply', '-f', '-'], { input: bad });
  assert.is(code, 1);
  assert.match(stderr, /unknown field "spec\.replica"/);
});

test('get all shows what runs, everywhere', async () => {
  await using cluster = await startShop();
  using place = new Workplace(cluster.kubeconfig);
  await place.ok(kubectl, ['apply', '-f', shop]);
  await cluster.settled();
  const all = await place.ok(kubectl, ['get', 'all', '-A']);
  assert.match(all, /^NAMESPACE +NAME +READY +STATUS +RESTARTS +AGE$/m);
  assert.is([...all.matchAll(/^shop +pod\/web-[a-z0-9]+-[a-z0-9]{5} +1\/1 +Running +0 +\d+s$/gm)].length, 3);
  assert.match(all, /^default +service\/kubernetes +ClusterIP +10\.96\.0\.1 +<none> +443\/TCP +\d+s$/m);
  assert.match(all, /^shop +service\/db +ExternalName +<none> +db\.example\.com +<none> +\d+s$/m);
  assert.match(all, /^shop +deployment\.apps\/web +3\/3 +3 +3 +\d+s$/m);
  assert.match(all, /^shop +replicaset\.apps\/web-[a-z0-9]+ +3 +3 +3 +\d+s$/m);
});

test('get services shows their addresses and selectors', async () => {
  await using cluster = await startShop();
  using place = new Workplace(cluster.kubeconfig);
  await place.ok(kubectl, ['apply', '-f', shop]);
  const services = await place.ok(kubectl, ['get', 'svc', '-n', 'shop', '-o', 'wide']);
  assert.match(services, /^NAME +TYPE +CLUSTER-IP +EXTERNAL-IP +PORT\(S\) +AGE +SELECTOR$/m);
  assert.match(services, /^web +ClusterIP +10\.96\.\d+\.\d+ +<none> +80\/TCP +\d+s +app=web$/m);
  assert.match(services, /^web-pods +ClusterIP +None +<none> +8080\/TCP +\d+s +app=web$/m);
  assert.match(services, /^web-node +NodePort +10\.96\.\d+\.\d+ +<none> +80:30080\/TCP +\d+s +app=web$/m);
});

test('describe shows a Service with its endpoints', async () => {
  await using cluster = await startShop();
  using place = new Workplace(cluster.kubeconfig);
  await place.ok(kubectl, ['apply', '-f', shop]);
  await cluster.settled();
  const text = await place.ok(kubectl, ['describe', 'svc', 'web', '-n', 'shop']);
  assert.match(text, /^Selector: +app=web$/m);
  assert.match(text, /^Type: +ClusterIP$/m);
  assert.match(text, /^TargetPort: +http\/TCP$/m);
  assert.match(text, /^Endpoints: +(10\.244\.\d+\.\d+:8080,?){3}$/m);
});

test('describe shows a Deployment and its events', async () => {
  await using cluster = await startShop();
  using place = new Workplace(cluster.kubeconfig);
  await place.ok(kubectl, ['apply', '-f', shop]);
  await cluster.settled();
  const text = await place.ok(kubectl, ['describe', 'deployment', 'web', '-n', 'shop']);
  assert.match(text, /^Replicas: +3 desired \| 3 updated \| 3 total \| 3 available \| 0 unavailable$/m);
  assert.match(text, /ScalingReplicaSet/);
});

test('a watch of EndpointSlices sees a change of scale', async () => {
  await using cluster = await startShop();
  using place = new Workplace(cluster.kubeconfig);
  await place.ok(kubectl, ['apply', '-f', shop]);
  await cluster.settled();
  await using watch = place.start(kubectl, [
    'get',
    'endpointslices',
    '-n',
    'shop',
    '-l',
    'kubernetes.io/service-name=web',
    '-w',
  ]);
  await watch.line(/^web-[a-z0-9]+ +IPv4 +8080 +10\.244\.[\d.]+,10\.244\.[\d.]+,10\.244\.[\d.]+ +\d+s$/);
  const shrunk = watch.line(/^web-[a-z0-9]+ +IPv4 +8080 +10\.244\.[\d.]+ +\d+s$/);
  await place.ok(kubectl, ['scale', 'deployment/web', '-n', 'shop', '--replicas=1']);
  await shrunk;
});

test('scale and rollout status follow a Deployment to its end', async () => {
  await using cluster = await startShop();
  using place = new Workplace(cluster.kubeconfig);
  await place.ok(kubectl, ['apply', '-f', shop]);
  assert.is(
    await place.ok(kubectl, ['scale', 'deployment/web', '-n', 'shop', '--replicas=5']),
    'deployment.apps/web scaled\n',
  );
  const status = await place.ok(kubectl, ['rollout', 'status', 'deployment/web', '-n', 'shop', '--timeout=30s']);
  assert.match(status, /deployment "web" successfully rolled out\n$/);
  assert.match(await place.ok(kubectl, ['get', 'deployment', 'web', '-n', 'shop']), /^web +5\/5 +5 +5/m);
});

test('a new image is rolled out, and undone', async () => {
  await using cluster = await startShop();
  using place = new Workplace(cluster.kubeconfig);
  await place.ok(kubectl, ['apply', '-f', shop]);
  await cluster.settled();
  await place.ok(kubectl, ['set', 'image', 'deployment/web', 'web=shop/other:2', '-n', 'shop']);
  await place.ok(kubectl, ['rollout', 'status', 'deployment/web', '-n', 'shop', '--timeout=30s']);
  const history = await place.ok(kubectl, ['rollout', 'history', 'deployment/web', '-n', 'shop']);
  assert.match(history, /^1 +<none>\n2 +<none>$/m);
  await place.ok(kubectl, ['rollout', 'undo', 'deployment/web', '-n', 'shop']);
  await place.ok(kubectl, ['rollout', 'status', 'deployment/web', '-n', 'shop', '--timeout=30s']);
  const image = ['get', 'deployment', 'web', '-n', 'shop', '-o', 'jsonpath={.spec.template.spec.containers[0].image}'];
  assert.is(await place.ok(kubectl, image), 'shop/web');
});

test('delete of a namespace takes all of it, and waits', async () => {
  await using cluster = await startShop();
  using place = new Workplace(cluster.kubeconfig);
  await place.ok(kubectl, ['apply', '-f', shop]);
  await cluster.settled();
  assert.is(await place.ok(kubectl, ['delete', 'ns', 'shop', '--timeout=30s']), 'namespace "shop" deleted\n');
  const { stderr } = await place.run(kubectl, ['get', 'all', '-n', 'shop']);
  assert.match(stderr, /No resources found in shop namespace/);
  assert.is(
    (await place.run(kubectl, ['get', 'ns', 'shop'])).stderr,
    'Error from server (NotFound): namespaces "shop" not found\n',
  );
});

test('logs shows what a container wrote', async () => {
  await using cluster = await startShop();
  using place = new Workplace(cluster.kubeconfig);
  await place.ok(kubectl, ['apply', '-f', shop]);
  await cluster.settled();
  const { code, stderr } = await place.run(kubectl, ['logs', 'deployment/web', '-n', 'shop']);
  assert.is(code, 0, stderr);
});

test.run();
