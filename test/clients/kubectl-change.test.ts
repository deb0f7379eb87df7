/**
 * kubectl's ways to change things.
 * @deadline 120 s
 */
import { resolve } from 'node:path';
import type { Cluster } from 'towtank';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { SHOP, startShop } from './_shop.ts';
import { toolPath, Workplace } from './_tools.ts';

const test = suite('kubectl changes');
const kubectl = toolPath('kubectl');

const CONFIG_MAP =
  'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: settings\n  labels: {app: web}\ndata:\n  colour: red\n';
const DATA = ['get', 'configmap', 'settings', '-o', 'jsonpath={.data}'];

/** A cluster with one ConfigMap. */
async function withSettings(run: (place: Workplace, cluster: Cluster) => Promise<void>): Promise<void> {
  await using cluster = await startShop();
  using place = new Workplace(cluster.kubeconfig);
  await place.ok(kubectl, ['apply', '-f', '-'], { input: CONFIG_MAP });
  await run(place, cluster);
}

test('edit opens an editor and applies what it saves', () =>
  withSettings(async (place) => {
    const environment = { EDITOR: "sed -i 's/colour: red/colour: green/'" };
    assert.is(
      await place.ok(kubectl, ['edit', 'configmap', 'settings'], { environment }),
      'configmap/settings edited\n',
    );
    assert.is(await place.ok(kubectl, DATA), '{"colour":"green"}');
  }));

for (const [type, patch] of [
  ['merge', '{"data":{"size":"L"}}'],
  ['strategic', '{"data":{"size":"L"}}'],
  ['json', '[{"op":"add","path":"/data/size","value":"L"}]'],
] as const)
  test(`patch of type ${type}`, () =>
    withSettings(async (place) => {
      const args = ['patch', 'configmap', 'settings', '--type', type, '-p', patch];
      assert.is(await place.ok(kubectl, args), 'configmap/settings patched\n');
      assert.is(await place.ok(kubectl, DATA), '{"colour":"red","size":"L"}');
    }));

test('patch of a status changes nothing else', async () => {
  await using cluster = await startShop();
  using place = new Workplace(cluster.kubeconfig);
  await place.ok(kubectl, ['apply', '-f', resolve(SHOP)]);
  const patch = '{"spec":{"replicas":9},"status":{"collisionCount":7}}';
  const deployment = ['deployment', 'web', '-n', 'shop'];
  await place.ok(kubectl, ['patch', ...deployment, '--subresource=status', '--type=merge', '-p', patch]);
  assert.is(await place.ok(kubectl, ['get', ...deployment, '-o', 'jsonpath={.spec.replicas}']), '3');
});

test('a strategic patch merges containers by name', async () => {
  await using cluster = await startShop();
  using place = new Workplace(cluster.kubeconfig);
  await place.ok(kubectl, ['apply', '-f', resolve(SHOP)]);
  const patch = '{"spec":{"template":{"spec":{"containers":[{"name":"web","env":[{"name":"A","value":"1"}]}]}}}}';
  await place.ok(kubectl, ['patch', 'deployment', 'web', '-n', 'shop', '-p', patch]);
  const containers = [
    'get',
    'deployment',
    'web',
    '-n',
    'shop',
    '-o',
    'jsonpath={.spec.template.spec.containers[*].image}',
  ];
  assert.is(await place.ok(kubectl, containers), 'shop/web');
});

test('replace --force deletes and creates anew', () =>
  withSettings(async (place) => {
    const uid = ['get', 'configmap', 'settings', '-o', 'jsonpath={.metadata.uid}'];
    const before = await place.ok(kubectl, uid);
    const said = await place.ok(kubectl, ['replace', '--force', '-f', '-'], { input: CONFIG_MAP });
    assert.match(said, /configmap "settings" deleted.*\nconfigmap\/settings replaced\n/);
    assert.is.not(await place.ok(kubectl, uid), before);
  }));

test('label and annotate set and remove', () =>
  withSettings(async (place) => {
    await place.ok(kubectl, ['label', 'configmap', 'settings', 'tier=front', 'app-']);
    await place.ok(kubectl, ['annotate', 'configmap', 'settings', 'note=hello there']);
    const labels = ['get', 'configmap', 'settings', '-o', 'jsonpath={.metadata.labels}/{.metadata.annotations.note}'];
    assert.is(await place.ok(kubectl, labels), '{"tier":"front"}/hello there');
    const { code, stderr } = await place.run(kubectl, ['label', 'configmap', 'settings', 'tier=back']);
    assert.is(code, 1);
    assert.match(stderr, /'tier' already has a value \(front\), and --overwrite is false/);
  }));

test('diff shows what apply would change, and changes nothing', () =>
  withSettings(async (place) => {
    const input = CONFIG_MAP.replace('red', 'blue');
    const { code, stdout } = await place.run(kubectl, ['diff', '-f', '-'], { input });
    assert.is(code, 1);
    assert.match(stdout, /^- {2}colour: red$/m);
    assert.match(stdout, /^\+ {2}colour: blue$/m);
    assert.is(await place.ok(kubectl, DATA), '{"colour":"red"}');
  }));

test('apply --prune removes what is no longer described', () =>
  withSettings(async (place) => {
    const input = CONFIG_MAP.replace('settings', 'other');
    const said = await place.ok(
      kubectl,
      ['apply', '--prune', '-l', 'app=web', '-f', '-', '--prune-allowlist=core/v1/ConfigMap'],
      { input },
    );
    assert.match(said, /configmap\/other created\n/);
    assert.match(said, /configmap\/settings pruned\n/);
  }));

test('server-side apply tells a conflict, and wins by force', () =>
  withSettings(async (place) => {
    const input = CONFIG_MAP.replace('red', 'blue');
    const args = ['apply', '--server-side', '--field-manager=other', '-f', '-'];
    const { code, stderr } = await place.run(kubectl, args, { input });
    assert.is(code, 1);
    assert.match(stderr, /conflict with "kubectl-client-side-apply" using v1: \.data\.colour/);
    await place.ok(kubectl, [...args, '--force-conflicts'], { input });
    assert.is(await place.ok(kubectl, DATA), '{"colour":"blue"}');
  }));

test('wait returns when a condition holds', async () => {
  await using cluster = await startShop();
  using place = new Workplace(cluster.kubeconfig);
  await place.ok(kubectl, ['apply', '-f', resolve(SHOP)]);
  const said = await place.ok(kubectl, [
    'wait',
    '--for=condition=Available',
    'deployment/web',
    '-n',
    'shop',
    '--timeout=30s',
  ]);
  assert.is(said, 'deployment.apps/web condition met\n');
  const field = ['wait', '--for=jsonpath={.status.readyReplicas}=3', 'deployment/web', '-n', 'shop', '--timeout=30s'];
  assert.is(await place.ok(kubectl, field), 'deployment.apps/web condition met\n');
});

test('wait for a deletion ends with it', () =>
  withSettings(async (place) => {
    const waiting = place.ok(kubectl, ['wait', '--for=delete', 'configmap/settings', '--timeout=30s']);
    await place.ok(kubectl, ['delete', 'configmap', 'settings']);
    await waiting;
  }));

test('get --watch shows each change', () =>
  withSettings(async (place) => {
    await using watch = place.start(kubectl, [
      'get',
      'configmap',
      'settings',
      '--watch',
      '-o',
      'jsonpath={.data.colour}{"\\n"}',
    ]);
    await watch.line(/^red$/);
    const changed = watch.line(/^black$/);
    await place.ok(kubectl, ['patch', 'configmap', 'settings', '-p', '{"data":{"colour":"black"}}']);
    await changed;
  }));

test('proxy opens the API to a plain HTTP client', () =>
  withSettings(async (place) => {
    await using proxy = place.start(kubectl, ['proxy', '--port=0']);
    const line = await proxy.line(/^Starting to serve on /);
    const response = await fetch(
      `http://${line.replace('Starting to serve on ', '')}/api/v1/namespaces/default/configmaps/settings`,
    );
    assert.is(response.status, 200);
    assert.equal(((await response.json()) as { data: unknown }).data, { colour: 'red' });
  }));

/** Whom the API server takes the holder of a token for. */
async function whoami(place: Workplace, token: string): Promise<string> {
  // its own kubeconfig: the token of the other one would go first
  const config = (await place.ok(kubectl, ['config', 'view', '--raw'])).replace(/token: .*/, `token: ${token}`);
  const args = ['auth', 'whoami', '--kubeconfig', place.file('stranger', config)];
  return place.ok(kubectl, [...args, '-o', 'jsonpath={.status.userInfo.username}']);
}

test('create token gives a credential that works', () =>
  withSettings(async (place) => {
    const token = (await place.ok(kubectl, ['create', 'token', 'default'])).trim();
    assert.match(token, /^[\w-]+\.[\w-]+\.[\w-]+$/);
    assert.is(await whoami(place, token), 'system:serviceaccount:default:default');
  }));

test('a Secret of an account is given a token that works', () =>
  withSettings(async (place, cluster) => {
    const secret =
      'apiVersion: v1\nkind: Secret\ntype: kubernetes.io/service-account-token\n' +
      'metadata:\n  name: robot\n  annotations: {kubernetes.io/service-account.name: default}\n';
    await place.ok(kubectl, ['apply', '-f', '-'], { input: secret });
    await cluster.settled();
    const token = await place.ok(kubectl, [
      'get',
      'secret',
      'robot',
      '-o',
      'go-template={{.data.token | base64decode}}',
    ]);
    assert.is(await whoami(place, token), 'system:serviceaccount:default:default');
    assert.match(await place.ok(kubectl, ['describe', 'secret', 'robot']), /^namespace: +7 bytes$/m);
  }));

test('create makes objects from arguments', () =>
  withSettings(async (place) => {
    for (const args of [
      ['create', 'namespace', 'made'],
      ['create', 'secret', 'generic', 'key', '--from-literal=a=b', '-n', 'made'],
      ['create', 'deployment', 'app', '--image=shop/web', '--replicas=2', '-n', 'made'],
      ['expose', 'deployment', 'app', '--port=80', '--target-port=8080', '-n', 'made'],
      ['create', 'job', 'once', '--image=shop/job', '-n', 'made'],
      ['run', 'single', '--image=shop/web', '-n', 'made'],
    ])
      assert.match(await place.ok(kubectl, args), / created\n| exposed\n/);
  }));

test.run();
