/**
 * helm installs, upgrades and removes a chart.
 * @deadline 120 s
 */
import { dirname } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { startShop } from './_shop.ts';
import { toolPath, Workplace } from './_tools.ts';

const test = suite('helm');
const helm = toolPath('helm');

const CHART: Record<string, string> = {
  'Chart.yaml': 'apiVersion: v2\nname: shop\nversion: 0.1.0\n',
  'values.yaml': 'replicas: 2\ntype: ClusterIP\n',
  'templates/deployment.yaml': `apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ .Release.Name }}-web
spec:
  replicas: {{ .Values.replicas }}
  selector:
    matchLabels: {app: {{ .Release.Name }}}
  template:
    metadata:
      labels: {app: {{ .Release.Name }}}
    spec:
      containers:
        - name: web
          image: shop/web
          ports: [{containerPort: 8080}]
`,
  'templates/service.yaml': `apiVersion: v1
kind: Service
metadata:
  name: {{ .Release.Name }}-web
spec:
  type: {{ .Values.type }}
  selector: {app: {{ .Release.Name }}}
  ports: [{port: 80, targetPort: 8080}]
`,
};

/** Writes the chart and returns its folder. */
function chartIn(place: Workplace): string {
  for (const [name, text] of Object.entries(CHART)) place.file(`shop/${name}`, text);
  return dirname(place.file('shop/.helmignore', ''));
}

test('it is the version that it should be', async () => {
  using place = new Workplace('');
  assert.match(await place.ok(helm, ['version', '--short']), /^v4\./);
});

test('install waits until all is ready', async () => {
  await using cluster = await startShop();
  using place = new Workplace(cluster.kubeconfig);
  const said = await place.ok(helm, ['install', 'one', chartIn(place), '--wait', '--timeout', '30s']);
  assert.match(said, /STATUS: deployed/);
  const listed = JSON.parse(await place.ok(helm, ['list', '-o', 'json'])) as { name: string; status: string }[];
  assert.equal(
    listed.map(({ name, status }) => [name, status]),
    [['one', 'deployed']],
  );
});

test('install waits for the address of a LoadBalancer', async () => {
  await using cluster = await startShop();
  using place = new Workplace(cluster.kubeconfig);
  const args = ['install', 'one', chartIn(place), '--set', 'type=LoadBalancer', '--wait', '--timeout', '30s'];
  assert.match(await place.ok(helm, args), /STATUS: deployed/);
});

test('upgrade and rollback change what runs', async () => {
  await using cluster = await startShop();
  using place = new Workplace(cluster.kubeconfig);
  const chart = chartIn(place);
  await place.ok(helm, ['install', 'one', chart]);
  await place.ok(helm, ['upgrade', 'one', chart, '--set', 'replicas=4', '--wait', '--timeout', '30s']);
  const kubectl = toolPath('kubectl');
  const replicas = ['get', 'deployment', 'one-web', '-o', 'jsonpath={.spec.replicas}'];
  assert.is(await place.ok(kubectl, replicas), '4');
  await place.ok(helm, ['rollback', 'one', '1', '--wait', '--timeout', '30s']);
  assert.is(await place.ok(kubectl, replicas), '2');
  const history = JSON.parse(await place.ok(helm, ['history', 'one', '-o', 'json'])) as { status: string }[];
  assert.equal(
    history.map(({ status }) => status),
    ['superseded', 'superseded', 'deployed'],
  );
});

test('uninstall leaves nothing', async () => {
  await using cluster = await startShop();
  using place = new Workplace(cluster.kubeconfig);
  await place.ok(helm, ['install', 'one', chartIn(place), '--wait', '--timeout', '30s']);
  await place.ok(helm, ['uninstall', 'one', '--wait', '--timeout', '30s']);
  assert.is(await place.ok(helm, ['list', '-q']), '');
  assert.is(await place.ok(toolPath('kubectl'), ['get', 'deployments,services', '-o', 'name']), 'service/kubernetes\n');
});

test('a chart that the API refuses is refused in its words', async () => {
  await using cluster = await startShop();
  using place = new Workplace(cluster.kubeconfig);
  const { code, stderr } = await place.run(helm, ['install', 'one', chartIn(place), '--set', 'type=Wrong']);
  assert.is(code, 1);
  assert.match(stderr, /Service "one-web" is invalid: spec\.type: Unsupported value: "Wrong"/);
});

test.run();
