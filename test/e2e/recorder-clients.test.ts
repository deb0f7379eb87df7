/**
 * Real clients are recorded against a cluster; a strict replay gives each of them the same again.
 * @deadline 180 s
 */
import { resolve } from 'node:path';
import { CoreV1Api, KubeConfig, Watch } from '@kubernetes/client-node';
import type { Cluster } from 'towtank';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { SHOP, startShop } from '../clients/_shop.ts';
import { type Outcome, pythonWith, toolPath, Workplace } from '../clients/_tools.ts';
import { twice } from './_twice.ts';

const test = suite('clients recorded and replayed');
const kubectl = toolPath('kubectl');
const shop = resolve(SHOP);
const python = pythonWith('kubernetes');

/** A cluster with the shop in it. */
async function startFullShop(): Promise<Cluster> {
  const cluster = await startShop();
  await cluster.apply(SHOP);
  await cluster.settled();
  return cluster;
}

const COMMANDS: Readonly<Record<string, readonly (readonly string[])[]>> = {
  'kubectl get all': [['get', 'all', '-A']],
  'kubectl get as YAML': [['get', 'deploy,svc,secrets', '-n', 'shop', '-o', 'yaml']],
  'kubectl apply, scale, rollout and delete': [
    ['apply', '-f', shop],
    ['scale', 'deployment/web', '-n', 'shop', '--replicas=5'],
    ['rollout', 'status', 'deployment/web', '-n', 'shop', '--timeout=30s'],
    ['get', 'deployment', 'web', '-n', 'shop'],
    ['set', 'image', 'deployment/web', 'web=shop/other:2', '-n', 'shop'],
    ['rollout', 'restart', 'deployment/web', '-n', 'shop'],
    ['delete', 'service', 'db', '-n', 'shop'],
    ['get', 'services', '-n', 'shop'],
  ],
  'kubectl create and wait': [
    ['create', 'configmap', 'settings', '--from-literal=a=1'],
    ['create', 'secret', 'generic', 'login', '--from-literal=password=hunter2hunter2'],
    ['wait', 'deployment/web', '-n', 'shop', '--for=condition=Available', '--timeout=10s'],
    ['get', 'configmap', 'settings', '-o', 'jsonpath={.data.a}'],
    ['delete', 'secret', 'login'],
  ],
  'kubectl failures': [
    ['get', 'pod', 'nobody'],
    ['apply', '-f', 'nowhere.yaml'],
    ['create', 'configmap', 'Not_A_Name'],
  ],
  'kubectl api-resources and explain': [['api-resources'], ['explain', 'service.spec']],
  'kubectl watch to its end': [
    ['get', 'pods', '-n', 'shop', '--watch', '--request-timeout=2s', '--output-watch-events'],
  ],
};

for (const [name, commands] of Object.entries(COMMANDS))
  test(`${name} prints the same`, async () => {
    const { recorded, replayed } = await twice(startFullShop, async (kubeconfig) => {
      using place = new Workplace(kubeconfig);
      const outcomes: Outcome[] = [];
      for (const command of commands) outcomes.push(await place.run(kubectl, command));
      // Failures may name the address that was connected to; durations of retries differ.
      return outcomes.map(({ code, stdout, stderr }) => ({
        code,
        stdout,
        stderr: stderr.replace(/127\.0\.0\.1:\d+/g, ''),
      }));
    });
    assert.equal(replayed, recorded);
    assert.ok(recorded.some(({ stdout }) => stdout !== '') || name === 'kubectl failures');
  });

const CHART: Readonly<Record<string, string>> = {
  'Chart.yaml': 'apiVersion: v2\nname: chart\nversion: 1.0.0\n',
  'values.yaml': 'size: 1\n',
  'templates/settings.yaml':
    'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {{ .Release.Name }}\ndata:\n  size: "{{ .Values.size }}"\n',
  'templates/login.yaml':
    'apiVersion: v1\nkind: Secret\nmetadata:\n  name: {{ .Release.Name }}\nstringData:\n  login: {{ .Values.login }}\n',
};
const HELM: readonly (readonly string[])[] = [
  ['install', 'one', './chart', '--set', 'login=planted-in-a-chart,adminPassword=planted-by-name', '--wait'],
  ['list'],
  ['status', 'one'],
  ['get', 'manifest', 'one'],
  ['upgrade', 'one', './chart', '--set', 'size=2,login=planted-in-a-chart', '--wait'],
  ['get', 'values', 'one'],
  ['upgrade', 'one', './chart', '--reuse-values', '--set', 'size=3'],
  ['history', 'one'],
  ['rollback', 'one', '1', '--wait'],
  ['list', '-o', 'json'],
  ['uninstall', 'one', '--wait'],
  ['list'],
];

/**
 * What helm prints, without its own clock. It prints the resources of a release in the order of a map of Go, which is a
 * new one each time. What was planted is known in the recorded run alone.
 */
function comparable(said: string): string {
  const text = said.replace(/^LAST DEPLOYED: .*$/m, '').replaceAll(/planted-[-a-z]+/g, 'REDACTED');
  if (!text.includes('\nRESOURCES:\n')) return text;
  return text.replaceAll(/\d+s$/gm, '<age>').split('\n').sort().join('\n');
}

test('helm prints the same from install to uninstall, but for the time', async () => {
  const { recorded, replayed } = await twice(startFullShop, async (kubeconfig) => {
    using place = new Workplace(kubeconfig);
    for (const [name, text] of Object.entries(CHART)) place.file(`chart/${name}`, text);
    const said: string[] = [];
    for (const args of HELM) said.push(await place.ok(toolPath('helm'), args));
    return said.map(comparable);
  });
  for (const [at, text] of replayed.entries()) assert.is(text, recorded[at], HELM[at]?.join(' '));
  assert.match(recorded[1] ?? '', /^one\s.*\sdeployed\s/m);
});

test('@kubernetes/client-node sees the same objects and events', async () => {
  const { recorded, replayed } = await twice(startFullShop, async (kubeconfig) => {
    const config = new KubeConfig();
    config.loadFromString(kubeconfig);
    const core = config.makeApiClient(CoreV1Api);
    const namespace = 'default';
    const seen: unknown[] = [];
    const body = { metadata: { name: 'settings' }, data: { a: '1' } };
    const created = await core.createNamespacedConfigMap({ namespace, body });
    await new Promise<void>((done, failed) => {
      const query = { resourceVersion: created.metadata?.resourceVersion, fieldSelector: 'metadata.name=settings' };
      new Watch(config)
        .watch(
          `/api/v1/namespaces/${namespace}/configmaps`,
          query,
          (type, object) => {
            seen.push([type, object]);
            if (type === 'DELETED') done();
          },
          failed,
        )
        .then(async (abort) => {
          await core.replaceNamespacedConfigMap({ name: 'settings', namespace, body: { ...body, data: { a: '2' } } });
          await core.deleteNamespacedConfigMap({ name: 'settings', namespace });
          return abort;
        })
        .catch(failed);
    });
    const services = await core.listNamespacedService({ namespace: 'shop' });
    return { created, seen, services };
  });
  assert.equal(replayed, recorded);
  assert.is(recorded.seen.length, 2);
});

const whenInstalled = python === undefined ? test.skip : test;
if (python === undefined) console.log('skipped: python3 has no package kubernetes');
whenInstalled('the Python client prints the same', async () => {
  const { recorded, replayed } = await twice(startFullShop, async (kubeconfig) => {
    using place = new Workplace(kubeconfig);
    return await place.ok(python ?? '', [resolve('test/clients/programs/python-client.py')]);
  });
  assert.is(replayed, recorded);
});

test.run();
